"""One exchange: a request and what came of it, as the file that holds it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers import errors
from handlers.errors import ApiError
from handlers.recordings.requests import Request

FORMAT = 1
RETRY_AFTER = "retry-after"
"""The only header of an error that is kept: a client acts on it."""
CLASSES: Mapping[int, type[ApiError]] = {
    cls.status: cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, ApiError) and cls is not ApiError
}
"""Our error classes, by status."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Either `answer`, or `chunks` as far as they came; `error` is how it ended, if it ended badly."""

    request: Request
    answer: Any = None
    chunks: Sequence[Any] | None = None
    seconds: Sequence[float] = field(default=())
    """What each chunk was waited for, where that is recorded."""
    left: bool = False
    """Whether the client left before the stream had ended."""
    error: Mapping[str, Any] | None = None


def error_facts(error: ApiError) -> dict[str, Any]:
    """What makes the error again."""
    facts = {
        "status": error.status,
        "message": error.message,
        "type": error.kind,
        "param": error.param,
        "code": error.code,
    }
    waits = [value for name, value in error.headers.items() if name.lower() == RETRY_AFTER]
    return facts | ({"retry_after": waits[0]} if waits else {})


def error_of(facts: Mapping[str, Any]) -> ApiError:
    """The error again; one of a status that we have no class for is a 502, as the providers make it."""
    made = CLASSES.get(facts["status"], errors.BadGatewayError)
    return made(
        facts["message"],
        param=facts.get("param"),
        code=facts.get("code"),
        kind=facts.get("type"),
        headers={RETRY_AFTER: facts["retry_after"]} if "retry_after" in facts else None,
    )


def render(exchange: Exchange) -> str:
    """The file: indented JSON, but each chunk of a stream on a line of its own."""
    request = {"method": exchange.request.method, "path": exchange.request.path}
    if exchange.request.body is not None:
        request["body"] = exchange.request.body
    facts: dict[str, Any] = {"format": FORMAT, "request": request}
    if exchange.answer is not None:
        facts["answer"] = exchange.answer
    if exchange.seconds:
        facts["seconds"] = list(exchange.seconds)
    if exchange.left:
        facts["left"] = True
    if exchange.error is not None:
        facts["error"] = dict(exchange.error)
    text = json.dumps(facts, indent=2, ensure_ascii=False)
    if exchange.chunks is not None:
        lines = ",\n".join(f"    {json.dumps(chunk, ensure_ascii=False)}" for chunk in exchange.chunks)
        text = (
            f'{text[:-2]},\n  "chunks": [\n{lines}\n  ]\n}}' if lines else f'{text[:-2]},\n  "chunks": []\n}}'
        )
    return text + "\n"


def parse(text: str) -> Exchange:
    """Raises ValueError for what is no exchange of this format."""
    facts = json.loads(text)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT or "request" not in facts:
        raise ValueError(f"no recording of format {FORMAT}")
    asked = facts["request"]
    return Exchange(
        Request(asked["method"], asked["path"], asked.get("body")),
        answer=facts.get("answer"),
        chunks=facts.get("chunks"),
        seconds=facts.get("seconds", ()),
        left=facts.get("left", False),
        error=facts.get("error"),
    )
