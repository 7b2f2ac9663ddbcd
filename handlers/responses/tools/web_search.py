"""The search of the web: offered to the model as one function, answered by the search provider.

The model sees title, address and excerpt of each page. Where its text names the address of a page that was
found, as a Markdown link or bare, that stretch becomes a `url_citation`; nothing else is guessed.
"""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from handlers import search
from handlers.encoding import decode
from handlers.errors import InternalServerError
from handlers.responses.request import Item, TurnRequest
from handlers.responses.tools import Added, Finished, Progress, Refused, Step
from handlers.search import Hit, Query, Search, SearchError
from handlers.services import Call, Services

TYPES = frozenset(
    {"web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"}
)
NAME = "web_search"
SHOWN = {"low": 4, "medium": 8, "high": 16}
"""Pages that the model sees, by `search_context_size`."""
EXCERPT = 1_000
"""Characters of a page that the model sees."""
SOURCES = "web_search_call.action.sources"
PLACES = ("country", "region", "city", "timezone")
NOTHING = "Nothing was found."
HOW_TO_CITE = "Cite what you use as a Markdown link to its page: [title](address)."
FUNCTION: Mapping[str, Any] = {
    "type": "function",
    "function": {
        "name": NAME,
        "description": "Search the web.",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string", "description": "What to search for."}},
            "required": ["query"],
        },
    },
}


class WebSearch:
    """A `ServerTool` over one search provider."""

    def __init__(self, services: Services, request: TurnRequest, tool: Mapping[str, Any], by: Search) -> None:
        self._hex = services.hex
        self._search = by
        self._shown = SHOWN[tool.get("search_context_size") or "medium"]
        self._domains = [
            domain.lower().strip(".") for domain in (tool.get("filters") or {}).get("allowed_domains") or ()
        ]
        location = tool.get("user_location") or {}
        self._location = {name: location[name] for name in PLACES if location.get(name)}
        self._sources = SOURCES in (request.body.get("include") or ())
        self._found: dict[str, Hit] = {}

    async def open(self) -> Sequence[Step]:
        """Nothing to prepare."""
        return ()

    def functions(self) -> Sequence[Mapping[str, Any]]:
        """One."""
        return (FUNCTION,)

    def owns(self, name: str) -> bool:
        """Its own name."""
        return name == NAME

    def chosen(self, choice: Mapping[str, Any]) -> Sequence[str]:
        """By any of the tool's types: they are one tool."""
        return (NAME,) if choice.get("type") in TYPES else ()

    async def pending(self) -> AsyncGenerator[Step, None]:
        """Never anything."""
        nothing: Sequence[Step] = ()
        for step in nothing:
            yield step

    async def call(self, call_id: str, name: str, arguments: str) -> AsyncGenerator[Step, None]:  # noqa: ARG002 - the item has an id of its own
        """One search."""
        text = _query(arguments)
        if text is None:
            yield Refused(f'The arguments of `{name}` are wrong. Expected {{"query": "what to search for"}}.')
            return
        action: dict[str, Any] = {"type": "search", "query": text, "queries": [text]}
        item: Item = {"id": f"ws_{self._hex()}", "type": "web_search_call", "action": action}
        yield Added({**item, "status": "in_progress"})
        yield Progress("response.web_search_call.in_progress")
        yield Progress("response.web_search_call.searching")
        try:
            hits = self._kept(await self._search.find(Query(text, self._domains, self._location)))
        except SearchError as error:
            yield Finished({**item, "status": "failed"}, f"The search failed. {error}")
            return
        self._found |= {hit.url: hit for hit in hits}
        if self._sources:
            action = {**action, "sources": [{"type": "url", "url": hit.url} for hit in hits]}
        yield Progress("response.web_search_call.completed")
        yield Finished({**item, "action": action, "status": "completed"}, _told(hits))

    def annotations(self, text: str) -> Sequence[Mapping[str, Any]]:
        """A citation for each mention of a page, in the order of the text; places count characters."""
        if not self._found:
            return ()
        return [
            {
                "type": "url_citation",
                "start_index": found.start(),
                "end_index": found.end(),
                "url": hit.url,
                "title": hit.title,
            }
            for found in _mentions(self._found).finditer(text)
            for hit in (self._found[found["linked"] or found["bare"]],)
        ]

    async def aclose(self) -> None:
        """Leave the provider."""
        await self._search.aclose()

    def _kept(self, hits: Sequence[Hit]) -> list[Hit]:
        """The best that are allowed, each page once."""
        kept: dict[str, Hit] = {}
        for hit in hits:
            if _within(hit.url, self._domains):
                kept.setdefault(hit.url, hit)
        return list(kept.values())[: self._shown]


def make(services: Services, _call: Call, request: TurnRequest, tool: Mapping[str, Any]) -> WebSearch:
    """The tool of one entry of `tools`; without a provider the request was refused before."""
    found = search.load(services.settings)
    if found is None:
        raise InternalServerError("There is no search provider.")
    return WebSearch(services, request, tool, found)


def _query(arguments: str) -> str | None:
    try:
        given = decode(arguments)
    except ValueError:
        return None
    text = given.get("query") if isinstance(given, dict) else None
    return text if isinstance(text, str) and text.strip() else None


def _within(url: str, domains: Sequence[str]) -> bool:
    """Whether it is a page of the web, of one of these domains if there are any."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not host:
        return False
    return not domains or any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _told(hits: Sequence[Hit]) -> str:
    if not hits:
        return NOTHING
    pages = (f"{hit.title}\n{hit.url}\n{hit.text[:EXCERPT]}".strip() for hit in hits)
    return "\n\n".join([*pages, HOW_TO_CITE])


def _mentions(urls: Mapping[str, Hit]) -> re.Pattern[str]:
    """Markdown links to these addresses, and the addresses themselves where they do not go on."""
    known = "|".join(re.escape(url) for url in sorted(urls, key=len, reverse=True))
    end = r"(?![\w/?#=&%~+@:-]|\.\w)"
    return re.compile(rf'\[[^\[\]\n]*\]\((?P<linked>{known})(?: "[^"\n]*")?\)|(?P<bare>{known}){end}')
