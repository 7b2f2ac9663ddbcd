"""Chat completions as server-sent events."""

from typing import Final

from conformance.wire.examination import Examination, Json
from conformance.wire.promises import probe

PATH: Final = "/chat/completions"
SENTENCE: Final[Json] = {"role": "user", "content": "Say one short sentence about rivers."}
TOOL: Final[Json] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def text(chunks: list[Json]) -> str:
    """What the deltas of the first choice say together."""
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == 0]
    return "".join(delta.get("content") or "" for delta in deltas)


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="stream: the stream is terminated by a `data: [DONE]` message",
)
async def chat_stream_ends_in_done(exam: Examination) -> None:
    """A stream ends with `data: [DONE]`, once, and nothing after it.

    Clients that wait for it hang without it.
    """
    events = await exam.events(
        "POST", PATH, json={"model": exam.model, "messages": [SENTENCE], "stream": True}
    )
    exam.equal([event.done for event in events[-1:]], [True], "the last event is [DONE]")
    exam.equal(sum(event.done for event in events), 1, "the number of [DONE] events")


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="/components/schemas/CreateChatCompletionStreamResponse",
)
async def chat_stream_has_its_grammar(exam: Examination) -> None:
    """Chunks share id, `created` and model; the first names the author, the last choice says why it ended.

    SDKs put the answer together from these, chunk by chunk.
    """
    events = await exam.events(
        "POST", PATH, json={"model": exam.model, "messages": [SENTENCE], "stream": True}
    )
    chunks = [event.json for event in events if not event.done]
    exam.expect(bool(chunks), "the stream has no chunk")
    for name in ("id", "created", "model"):
        exam.equal(len({str(chunk[name]) for chunk in chunks}), 1, f"one `{name}` for all chunks")
    spoken = [chunk for chunk in chunks if chunk["choices"]]
    exam.equal(spoken[0]["choices"][0]["delta"].get("role"), "assistant", "the author in the first delta")
    reasons = [chunk["choices"][0].get("finish_reason") for chunk in spoken]
    exam.expect(reasons[-1] is not None, "the last choice has no finish_reason")
    exam.equal([reason for reason in reasons[:-1] if reason is not None], [], "reasons before the end")
    exam.expect(bool(text(chunks)), "the deltas hold no text")


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="stream_options.include_usage: an additional chunk before [DONE] with usage and empty choices",
)
async def chat_stream_sends_usage_when_asked(exam: Examination) -> None:
    """With `include_usage` the chunk before `[DONE]` has the usage and no choices; the others have null."""
    body = {
        "model": exam.model,
        "messages": [SENTENCE],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    events = await exam.events("POST", PATH, json=body)
    chunks = [event.json for event in events if not event.done]
    exam.equal(chunks[-1]["choices"], [], "the choices of the last chunk")
    exam.expect(bool(chunks[-1].get("usage")), "the last chunk has no usage")
    exam.equal({str(chunk.get("usage")) for chunk in chunks[:-1]}, {"None"}, "the usage of the others")


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="stream_options.include_usage is off by default",
)
async def chat_stream_sends_no_usage_unasked(exam: Examination) -> None:
    """Without `include_usage` every chunk has a choice: clients read `choices[0]` of each."""
    events = await exam.events(
        "POST", PATH, json={"model": exam.model, "messages": [SENTENCE], "stream": True}
    )
    chunks = [event.json for event in events if not event.done]
    exam.equal([chunk for chunk in chunks if not chunk["choices"]], [], "chunks without a choice")


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="the operation's answer to stream: true is text/event-stream",
)
async def chat_stream_is_an_event_stream(exam: Examination) -> None:
    """A stream is sent as `text/event-stream`, and each event is one line of JSON."""
    body = {"model": exam.model, "messages": [SENTENCE], "stream": True}
    answer = await exam.send("POST", PATH, json=body)
    kind = answer.headers.get("content-type", "")
    exam.expect(
        kind.startswith("text/event-stream"),
        "the content type",
        answer,
        expected="text/event-stream",
        got=kind,
    )


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="/components/schemas/ChatCompletionMessageToolCallChunk: index is required",
)
async def chat_streamed_tool_call_can_be_put_together(exam: Examination) -> None:
    """Pieces of a streamed tool call have an index each; the first has its id and name."""
    body = {
        "model": exam.model,
        "messages": [SENTENCE],
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        "stream": True,
    }
    events = await exam.events("POST", PATH, json=body)
    pieces = [
        piece
        for event in events
        if not event.done
        for choice in event.json["choices"]
        for piece in choice["delta"].get("tool_calls") or ()
    ]
    if not pieces:
        exam.inconclusive("the model called no tool, though it was forced to")
    exam.equal({piece["index"] for piece in pieces}, {0}, "the indexes")
    exam.equal(
        [piece["id"] for piece in pieces if piece.get("id")],
        [pieces[0].get("id")],
        "the id, in the first piece",
    )
    exam.equal(pieces[0]["function"].get("name"), "get_weather", "the name, in the first piece")


@probe(
    operations=["createChatCompletion", "getChatCompletion"],
    source="prose",
    evidence="store applies to streamed completions as well",
)
async def streamed_completion_is_stored_as_streamed(exam: Examination) -> None:
    """A completion streamed with `store: true` is stored, with the text that was streamed."""
    body = {"model": exam.model, "messages": [SENTENCE], "stream": True, "store": True}
    events = await exam.events("POST", PATH, json=body)
    chunks = [event.json for event in events if not event.done]
    read = await exam.ok("GET", f"{PATH}/{chunks[0]['id']}")
    exam.equal(read["choices[0].message.content"], text(chunks), "the stored text", read)


@probe(
    operations=["createChatCompletion", "listChatCompletions"],
    source="observed",
    evidence="a peer stores what the client dropped as if it had ended",
)
async def dropped_stream_is_not_stored_as_finished(exam: Examination) -> None:
    """A stream that the client left is not stored as a completion that ended by itself.

    What nobody received must not look like an answer that was given.
    """
    mark = exam.text()
    words = " ".join(exam.text(6) for _ in range(400))
    held = exam.held(words)
    body = {
        "model": exam.model,
        "messages": [{"role": "user", "content": f"Repeat word for word: {words}"}],
        "stream": True,
        "store": True,
        "metadata": {"mark": mark},
    }
    async with exam.open("POST", PATH, json=body) as opened:
        async for _ in opened.events():
            break
    if any(event.done for event in opened.exchange.events):
        exam.inconclusive("the whole stream had arrived before the client could leave it")
    listed = await exam.ok("GET", PATH, params={"metadata[mark]": mark})
    reasons = [one["choices"][0]["finish_reason"] for one in listed["data"]]
    if "stop" in reasons and not held:
        exam.inconclusive("the model may have been through before the client left (--launch holds it)")
    exam.expect("stop" not in reasons, "it is stored as finished", listed)


@probe(
    operations=["createChatCompletion"],
    source="observed",
    evidence="errors found before the stream begins have their HTTP status; a peer sends them with 200",
)
async def chat_stream_refusal_has_its_status(exam: Examination) -> None:
    """A streaming request that is refused is answered 400 with JSON, not 200 with an event."""
    body = {"model": exam.model, "messages": [SENTENCE], "stream": True, "temperature": 3}
    await exam.fails("POST", PATH, json=body, param="temperature")
