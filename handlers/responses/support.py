"""What becomes of each field, tool, tool choice, `include` and content part of the contract: one table.

`docs/tools.md` shows it; a test walks the contract and finds nothing outside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table. `says` is what the server does with it, or why it does not."""

    stand: Literal["done", "passed on", "refused"]
    says: str
    fine: Callable[[Any], bool] | None = None
    """Which values of a refused field ask for nothing, besides null; `unless` says so in words."""
    unless: str = ""
    setting: str | None = None
    """The setting (of `handlers.settings`) without which a tool is refused."""


def _done(says: str, *, setting: str | None = None) -> Entry:
    return Entry("done", says, setting=setting)


def _passed(says: str) -> Entry:
    return Entry("passed on", says)


def _refused(why: str, fine: Callable[[Any], bool] | None = None, unless: str = "") -> Entry:
    return Entry("refused", why, fine, unless)


PASSED = _passed("to the model's endpoint, under the same name")
NO_PROGRAMS = "programs written by the model are not run here"
NO_CONTAINERS = "there are no containers here; run commands on the client's machine (`local`)"
NO_FILES = "uploaded files cannot be looked up here"
NO_TOOL_SEARCH = "there is no search for tools here: every tool is offered from the start"
NO_IMAGES = "no image model is connected"
FILE_SEARCH = "it needs the setting `LOCKSTEP_FILE_SEARCH_PROVIDER`, which does not exist yet"
INTERPRETER = "it needs the setting `LOCKSTEP_CODE_INTERPRETER_PROVIDER`, which does not exist yet"
CALLERS = _refused(NO_PROGRAMS, lambda callers: "direct" in callers, "`direct` is among them")
DEFERRED = _done("changes nothing: every tool is offered from the start")
CLIENT = "offered as a function; its calls are items that the client carries out"
CACHE_MARK = _done("changes nothing: chat completions have no such mark")

FIELDS: Mapping[str, Entry] = {
    "background": _done("queued and run apart from the client; needs `store`"),
    "context_management": _refused("nothing is compacted unasked; call `POST /v1/responses/compact`"),
    "conversation": _done("all its items go before the input; input and output join it"),
    "include": _done("see the table of values"),
    "input": _done("text or items; see the table of content parts"),
    "instructions": _done("the first system message; not carried over to the next response"),
    "max_output_tokens": _passed("as `max_completion_tokens`; the response is `incomplete` once reached"),
    "max_tool_calls": _done("calls of tools that this server runs; further ones are not made"),
    "metadata": _done("stored with the response"),
    "model": _done("an alias or a model of the provider; `LOCKSTEP_DEFAULT_MODEL` where absent"),
    "moderation": _refused("no moderation model is connected"),
    "parallel_tool_calls": PASSED,
    "previous_response_id": _done("its input and output, and those before, go before the input"),
    "prompt": _refused("no prompt templates are kept here; send their text as `instructions` and `input`"),
    "prompt_cache_key": PASSED,
    "prompt_cache_options": PASSED,
    "prompt_cache_retention": PASSED,
    "reasoning": _done("by its fields"),
    "reasoning.context": _done("`all_turns` shows the model its reasoning of earlier turns too"),
    "reasoning.effort": _passed("as `reasoning_effort`"),
    "reasoning.generate_summary": _done("the older name of `summary`"),
    "reasoning.mode": _done("echoed; chat completions have no such choice"),
    "reasoning.summary": _done("the provider's reasoning is told as summary instead of as text"),
    "safety_identifier": PASSED,
    "service_tier": PASSED,
    "store": _done("`false` leaves nothing behind"),
    "stream": _done("server-sent events"),
    "stream_options": _done("by its fields"),
    "stream_options.include_obfuscation": _done("on by default"),
    "temperature": PASSED,
    "text": _done("by its fields"),
    "text.format": _passed("as `response_format`; the answer is checked"),
    "text.verbosity": PASSED,
    "tool_choice": _passed("for functions; see the table of choices"),
    "tools": _done("see the table of tools"),
    "top_logprobs": _passed("with `include` `message.output_text.logprobs`"),
    "top_p": PASSED,
    "truncation": _done("`auto` drops the oldest items first"),
    "user": PASSED,
}
"""Fields of a request, and those of the objects among them. Fields outside the contract are passed on."""

FORMATS: Mapping[str, Entry] = {
    "text": _done("what every model answers"),
    "json_object": _passed("as `response_format`; an answer that is no JSON fails"),
    "json_schema": _passed("as `response_format`; one against the schema fails unless `strict` is false"),
}
"""Types of `text.format`."""

_WEB = _done("by the provider that `LOCKSTEP_SEARCH_PROVIDER` names", setting="search_provider")

TOOLS: Mapping[str, Entry] = {
    "function": _done("offered to the model; the client runs it"),
    "custom": _done("offered to the model; the client runs it"),
    "namespace": _done("its tools are offered as `<namespace>__<name>`"),
    "mcp": _done("listed and called from here"),
    "web_search": _WEB,
    "web_search_2025_08_26": _WEB,
    "web_search_preview": _WEB,
    "web_search_preview_2025_03_11": _WEB,
    "computer": _done(CLIENT),
    "computer_use_preview": _done(CLIENT),
    "shell": _done(CLIENT),
    "local_shell": _done(CLIENT),
    "apply_patch": _done(CLIENT),
    "file_search": _refused(FILE_SEARCH),
    "code_interpreter": _refused(INTERPRETER),
    "image_generation": _refused(NO_IMAGES),
    "programmatic_tool_calling": _refused(NO_PROGRAMS),
    "tool_search": _refused(NO_TOOL_SEARCH),
}
"""Tools by type."""

_OFFERED = _done("offered to the model")
_WEB_FIELDS: Mapping[str, Entry] = {
    "search_context_size": _done("how many results the model sees: 4, 8 or 16"),
    "user_location": _done("handed to the search provider, which may know no places"),
}
_PREVIEW: Mapping[str, Entry] = {
    **_WEB_FIELDS,
    "search_content_types": _refused(
        "only text is searched for", lambda kinds: "image" not in kinds, "there is no `image`"
    ),
}
_WEB_SEARCH: Mapping[str, Entry] = {
    **_WEB_FIELDS,
    "external_web_access": _done("changes nothing: no page is fetched, the provider's results are all"),
    "filters": _done("`allowed_domains`, subdomains included"),
}
_FUNCTION: Mapping[str, Entry] = {
    "name": _OFFERED,
    "description": _OFFERED,
    "parameters": _OFFERED,
    "strict": _OFFERED,
    "output_schema": _done("echoed; chat completions have no such field"),
    "defer_loading": DEFERRED,
    "allowed_callers": CALLERS,
}
_SCREEN: Mapping[str, Entry] = dict.fromkeys(
    ("display_width", "display_height", "environment"), _done("echoed; the model sees the screenshots")
)

TOOL_FIELDS: Mapping[str, Mapping[str, Entry]] = {
    "function": _FUNCTION,
    "custom": {
        "name": _OFFERED,
        "description": _OFFERED,
        "format": _OFFERED,
        "defer_loading": DEFERRED,
        "allowed_callers": CALLERS,
    },
    "namespace": {
        "name": _done("the first part of its tools' names"),
        "description": _done("echoed; each tool has its own"),
        "tools": _done("functions and custom tools, as above"),
    },
    "mcp": {
        "server_label": _done("names the server; each label once"),
        "server_url": _done("Streamable HTTP or SSE; private addresses need `LOCKSTEP_ALLOW_PRIVATE_URLS`"),
        "server_description": _done("told to the model with each of its tools"),
        "authorization": _done("sent as a bearer token; never stored, echoed or logged"),
        "headers": _done("sent; never stored, echoed or logged"),
        "allowed_tools": _done("by name or `read_only`"),
        "require_approval": _done("`always` where absent; `never`, or by tool"),
        "connector_id": _refused("connectors are run by OpenAI; give the server's own `server_url`"),
        "tunnel_id": _refused("tunnels are run by OpenAI; give the server's own `server_url`"),
        "defer_loading": DEFERRED,
        "allowed_callers": CALLERS,
    },
    "web_search": _WEB_SEARCH,
    "web_search_2025_08_26": _WEB_SEARCH,
    "web_search_preview": _PREVIEW,
    "web_search_preview_2025_03_11": _PREVIEW,
    "computer": {},
    "computer_use_preview": _SCREEN,
    "shell": {
        "environment": _refused(
            NO_CONTAINERS, lambda environment: environment.get("type") == "local", "it is `local`"
        ),
        "allowed_callers": CALLERS,
    },
    "local_shell": {},
    "apply_patch": {"allowed_callers": CALLERS},
}
"""Fields of the tools that are not refused, besides `type`."""

CHOICES: Mapping[str, Entry] = {
    "none": PASSED,
    "auto": PASSED,
    "required": PASSED,
    "allowed_tools": _done("only these tools are offered"),
    "function": PASSED,
    "custom": PASSED,
    "mcp": _done("one tool of the server, or any"),
    "web_search_preview": _done("the search is called"),
    "web_search_preview_2025_03_11": _done("the search is called"),
    "computer": _done("the tool is called"),
    "computer_use_preview": _done("the tool is called"),
    "computer_use": _done("the tool is called"),
    "shell": _done("the tool is called"),
    "apply_patch": _done("the tool is called"),
    "file_search": TOOLS["file_search"],
    "code_interpreter": TOOLS["code_interpreter"],
    "image_generation": TOOLS["image_generation"],
    "programmatic_tool_calling": TOOLS["programmatic_tool_calling"],
}
"""Values of `tool_choice`, by name or type."""

_THERE = _done("changes nothing: items come back whole")

INCLUDES: Mapping[str, Entry] = {
    "message.output_text.logprobs": _done("asks the model's endpoint for log probabilities"),
    "reasoning.encrypted_content": _done("reasoning items carry their content, encrypted, to be sent back"),
    "web_search_call.action.sources": _done("searches list the pages found"),
    "message.input_image.image_url": _THERE,
    "computer_call_output.output.image_url": _THERE,
    "web_search_call.results": _refused(
        "the contract's item has no field for results; use `web_search_call.action.sources`"
    ),
    "file_search_call.results": _refused(FILE_SEARCH),
    "code_interpreter_call.outputs": _refused(INTERPRETER),
}
"""Values of `include`."""

PARTS: Mapping[str, Entry] = {
    "input_text": _done("the message's text"),
    "input_text.text": _done("the message's text"),
    "input_text.prompt_cache_breakpoint": CACHE_MARK,
    "input_image": _passed("as `image_url`"),
    "input_image.image_url": _passed("a URL or data URL; never fetched from here"),
    "input_image.file_id": _refused(NO_FILES),
    "input_image.detail": _passed("`original` as `high`"),
    "input_image.prompt_cache_breakpoint": CACHE_MARK,
    "input_file": _passed("as `file`"),
    "input_file.file_data": PASSED,
    "input_file.filename": PASSED,
    "input_file.file_url": _refused("chat completions take no URLs of files, and none is fetched from here"),
    "input_file.file_id": _refused(NO_FILES),
    "input_file.detail": _done("changes nothing: chat completions have no such choice"),
    "input_file.prompt_cache_breakpoint": CACHE_MARK,
}
"""Content parts of messages and of tools' outputs, refused where the input is read."""

ITEMS: Mapping[str, Entry] = {"compaction_trigger": FIELDS["context_management"]}
"""Types of input items that are refused; what becomes of the others stands in `docs/turns.md`."""
