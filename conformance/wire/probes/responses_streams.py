"""Responses as server-sent events: a grammar, and a state that the deltas add up to."""

from collections import Counter
from typing import Any, Final

from conformance.wire.events import Event
from conformance.wire.examination import Examination, Json
from conformance.wire.probes._endings import TERMINAL, over
from conformance.wire.promises import probe

PATH: Final = "/responses"
SENTENCE: Final = "Say one short sentence about rivers."
ENDS: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
PAIRS: Final = (
    ("response.output_item.added", "response.output_item.done"),
    ("response.content_part.added", "response.content_part.done"),
)
TOOL: Final[Json] = {
    "type": "function",
    "name": "get_weather",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
FORCED: Final[Json] = {"tools": [TOOL], "tool_choice": {"type": "function", "name": "get_weather"}}


async def streamed(exam: Examination, **body: Any) -> list[Event]:
    """The events of one streamed response."""
    given = {"model": exam.model, "input": SENTENCE, "stream": True} | body
    return await exam.events("POST", PATH, json=given)


def kinds(events: list[Event]) -> list[str]:
    """The types of the events, in order."""
    return [str(event.json["type"]) for event in events]


@probe(
    operations=["createResponse"],
    source="prose",
    evidence="the streaming guide: created first, completed last",
)
async def response_stream_begins_and_ends(exam: Examination) -> None:
    """A stream begins with `response.created` and `response.in_progress` and ends with one final event."""
    events = await streamed(exam)
    found = kinds(events)
    exam.equal(found[:2], ["response.created", "response.in_progress"], "the first events")
    exam.equal([kind for kind in found if kind in ENDS], [found[-1]], "the final events")


@probe(operations=["createResponse"], source="observed", evidence="this API sends no [DONE]")
async def response_stream_has_no_done(exam: Examination) -> None:
    """A response stream has no `[DONE]`: it ends with its final event."""
    exam.equal([event.data for event in await streamed(exam) if event.done], [], "[DONE] events")


@probe(
    operations=["createResponse"],
    source="observed",
    evidence="clients listen by event name (WHATWG HTML, 9.2)",
)
async def response_events_carry_their_names(exam: Examination) -> None:
    """Every event has an `event:` line that names its type."""
    events = await streamed(exam)
    exam.equal([event.name for event in events], kinds(events), "the names")


@probe(operations=["createResponse"], source="schema", evidence="every stream event requires sequence_number")
async def response_events_are_numbered(exam: Examination) -> None:
    """`sequence_number` counts from 0, without gap or repeat."""
    numbers = [event.json.get("sequence_number") for event in await streamed(exam)]
    exam.equal(numbers, list(range(len(numbers))), "the sequence numbers")


@probe(
    operations=["createResponse"],
    source="prose",
    evidence="the streaming guide: what is added is done",
    cases={"text": {}, "function": FORCED},
)
async def what_a_stream_adds_it_finishes(exam: Examination, case: Json) -> None:
    """Each item and part that is added is done, once, in the same place."""
    events = await streamed(exam, **case)

    def places(kind: str) -> Counter[tuple[Any, Any]]:
        found = [event.json for event in events if event.json["type"] == kind]
        return Counter((one.get("output_index"), one.get("content_index")) for one in found)

    for added, done in PAIRS:
        exam.equal(places(done), places(added), f"the places of `{done}`")


@probe(operations=["createResponse"], source="prose", evidence="deltas add up to the text")
async def text_deltas_add_up(exam: Examination) -> None:
    """The text deltas together are the text of `output_text.done`, of the part, and of the final response."""
    events = [event.json for event in await streamed(exam)]
    text = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    done = [event["text"] for event in events if event["type"] == "response.output_text.done"]
    exam.equal(done, [text], "the text of output_text.done")
    messages = [item for item in events[-1]["response"]["output"] if item["type"] == "message"]
    exam.equal("".join(part["text"] for part in messages[0]["content"]), text, "the text of the response")


@probe(
    operations=["createResponse"],
    source="schema",
    evidence="/components/schemas/ResponseFunctionCallArgumentsDoneEvent requires name",
)
async def argument_deltas_add_up(exam: Examination) -> None:
    """The argument deltas of a call together are its arguments; the done event says its name."""
    events = [event.json for event in await streamed(exam, **FORCED)]
    done = [event for event in events if event["type"] == "response.function_call_arguments.done"]
    if not done:
        exam.inconclusive("the model called no tool, though it was forced to")
    deltas = [event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta"]
    exam.equal("".join(deltas), done[0]["arguments"], "the arguments")
    exam.equal(done[0].get("name"), "get_weather", "the name")


@probe(
    operations=["createResponse"], source="schema", evidence="output_text.delta and .done require logprobs"
)
async def text_events_have_logprobs(exam: Examination) -> None:
    """Text deltas and the text's end have `logprobs` arrays, empty where none were asked for."""
    events = [event.json for event in await streamed(exam)]
    texts = [event for event in events if event["type"].startswith("response.output_text.d")]
    exam.equal(
        [event for event in texts if not isinstance(event.get("logprobs"), list)], [], "events without"
    )


@probe(
    operations=["createResponse", "getResponse"],
    source="prose",
    evidence="the final event carries the response as it is stored",
)
async def streamed_response_is_stored_as_it_ended(exam: Examination) -> None:
    """The response of the final event is what can be read afterwards."""
    final = (await streamed(exam))[-1].json["response"]
    read = await exam.ok("GET", f"{PATH}/{final['id']}")
    for name in ("id", "status", "output", "usage"):
        exam.equal(read[name], final[name], name, read)


@probe(
    operations=["getResponse"],
    source="prose",
    evidence="getResponse: stream and starting_after",
)
async def streamed_response_can_be_resumed(exam: Examination) -> None:
    """A stored background stream is sent again from any number on, event by event the same.

    A client that lost its connection goes on where it was, without loss or repeat.
    """
    events = [event.json for event in await streamed(exam, background=True)]
    path = f"{PATH}/{events[-1]['response']['id']}"
    for after in (0, len(events) // 2):
        again = await exam.events("GET", path, params={"stream": "true", "starting_after": after})
        got = [event.json["sequence_number"] for event in again]
        exam.equal(got, list(range(after + 1, len(events))), f"the numbers after {after}")
        exam.equal(kinds(again), [event["type"] for event in events[after + 1 :]], f"the types after {after}")


@probe(
    operations=["createResponse"],
    source="prose",
    evidence="stream_options.include_obfuscation: on by default",
)
async def obfuscation_can_be_switched_off(exam: Examination) -> None:
    """With `include_obfuscation: false` no event is padded."""
    events = await streamed(exam, stream_options={"include_obfuscation": False})
    exam.equal([event.json for event in events if "obfuscation" in event.json], [], "padded events")


@probe(
    operations=["createResponse"],
    source="observed",
    evidence="errors found before the stream begins have their HTTP status",
)
async def response_stream_refusal_has_its_status(exam: Examination) -> None:
    """A streaming request that is refused is answered 400 with JSON, not 200 with an event."""
    body = {"model": exam.model, "input": SENTENCE, "stream": True, "temperature": 3}
    await exam.fails("POST", PATH, json=body, param="temperature")


@probe(
    operations=["createResponse", "getResponse", "listConversationItems"],
    source="observed",
    evidence="a peer keeps a response in progress for ever when its client leaves",
)
async def left_stream_gives_its_conversation_back(exam: Examination) -> None:
    """When a client leaves a stream, the conversation is unchanged and free, and the response is over."""
    conversation = await exam.conversation()
    words = " ".join(exam.text(6) for _ in range(400))
    held = exam.held(words)
    body = {
        "model": exam.model,
        "input": f"Repeat word for word: {words}",
        "conversation": conversation,
        "stream": True,
    }
    made = ""
    async with exam.open("POST", PATH, json=body) as opened:
        async for event in opened.events():
            made = event.json["response"]["id"]
            break
    if any(event.json["type"] in ENDS for event in opened.exchange.events):
        exam.inconclusive("the whole stream had arrived before the client could leave it")
    status = await over(exam, made)
    if status == "completed" and not held:
        exam.inconclusive("the response was over before the client could leave it")
    exam.expect(status in {"gone", *TERMINAL} - {"completed"}, "the response is not over as left", got=status)
    listed = await exam.ok("GET", f"/conversations/{conversation}/items")
    exam.equal(listed["data"], [], "the items of the conversation", listed)
    again = await exam.send("POST", f"/conversations/{conversation}/items", json={"items": [_after()]})
    exam.equal(again.status, 200, "appending afterwards", again)


def _after() -> Json:
    return {"type": "message", "role": "user", "content": "after"}
