"""What the model is shown, and what becomes of a response when model, client or server fails."""

from typing import Final

from conformance.wire.examination import Answer, Examination, Json
from conformance.wire.launching import Call, Reply
from conformance.wire.probes._endings import TERMINAL, over
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

PATH: Final = "/responses"
TOOLS: Final[list[Json]] = [
    {"type": "function", "name": name, "strict": False, "parameters": {"type": "object", "properties": {}}}
    for name in ("get_weather", "get_time")
]


def shown(exam: Examination, marker: str, texts: list[str], answer: Answer) -> list[str]:
    """Which of the texts the model was shown with the request of a marker, in its order."""
    seen = exam.launched.model.told(marker)
    exam.expect(seen, "the model was never asked", answer)
    return [text for text in seen[-1].texts if text in texts]


@probe(
    operations=["createResponse", "deleteConversationItem"],
    source="prose",
    evidence="createResponse, `conversation`: its items are prepended; a peer still shows what was deleted",
    needs=["launch"],
)
async def deleted_item_is_not_shown_to_the_model(exam: Examination) -> None:
    """An item deleted from a conversation is not shown to the model any more.

    Who deletes a secret from a conversation means that nobody reads it again.
    """
    secret, kept, before, asked = (exam.text() for _ in range(4))
    conversation = await exam.conversation([message(secret), message(kept)])
    await exam.response(before, conversation=conversation)
    listed = await exam.ok("GET", f"/conversations/{conversation}/items", params={"order": "asc"})
    await exam.ok("DELETE", f"/conversations/{conversation}/items/{listed['data[0].id']}")
    answer = await exam.response(asked, conversation=conversation)
    texts = shown(exam, asked, [secret, kept, before, asked], answer)
    exam.equal(texts, [kept, before, asked], "what the model was shown", answer)


@probe(
    operations=["createResponse", "createConversationItems"],
    source="prose",
    evidence="createResponse, `conversation`: its items are prepended; a peer goes by its record of turns",
    needs=["launch"],
)
async def items_added_between_turns_are_shown_to_the_model(exam: Examination) -> None:
    """An item that is added after a turn is shown to the model with the next, in its place.

    Agents add the results of their tools, and notes, between turns.
    """
    first, added, second = (exam.text() for _ in range(3))
    conversation = await exam.conversation()
    await exam.response(first, conversation=conversation)
    await exam.items(conversation, message(added))
    answer = await exam.response(second, conversation=conversation)
    found = shown(exam, second, [first, added, second], answer)
    exam.equal(found, [first, added, second], "what the model was shown", answer)


@probe(
    operations=["createResponse", "createConversationItems"],
    source="prose",
    evidence="createResponse, `conversation`: its items are prepended; a peer shows the oldest 20 only",
    needs=["launch"],
)
async def long_conversation_is_shown_whole(exam: Examination) -> None:
    """All items of a conversation are shown to the model, also where they fill several pages.

    A model that sees the first page only answers a conversation of long ago.
    """
    texts = [exam.text() for _ in range(45)]
    conversation = await exam.conversation()
    for start in range(0, len(texts), 15):
        await exam.items(conversation, *(message(text) for text in texts[start : start + 15]))
    asked = exam.text()
    answer = await exam.response(asked, conversation=conversation)
    exam.equal(
        shown(exam, asked, [*texts, asked], answer), [*texts, asked], "what the model was shown", answer
    )


@probe(
    operations=["createResponse"],
    source="observed",
    evidence="five parallel turns all answer 200 at a peer, and the model's context keeps one",
    needs=["launch"],
)
async def parallel_turns_are_all_shown_to_the_model(exam: Examination) -> None:
    """What was answered with 200, several turns at once, is shown to the model with the next turn."""
    conversation, texts = await exam.conversation(), [exam.text() for _ in range(5)]
    bodies = [{"model": exam.model, "input": text, "conversation": conversation} for text in texts]
    answers = await exam.together(*(exam.send("POST", PATH, json=body) for body in bodies))
    taken = [text for text, one in zip(texts, answers, strict=True) if one.status == 200]  # noqa: PLR2004
    asked = exam.text()
    answer = await exam.response(asked, conversation=conversation)
    found = shown(exam, asked, [*taken, asked], answer)
    exam.equal(sorted(found), sorted([*taken, asked]), "what the model was shown", answer)


@probe(
    operations=["createResponse"],
    source="schema",
    evidence="output_index: the index of the output item; a peer has all parallel calls at 0",
    needs=["launch"],
)
async def parallel_calls_have_places_of_their_own(exam: Examination) -> None:
    """Calls of one turn are streamed at output indexes of their own, those they have in the response.

    A client that gathers arguments by index mixes the calls up.
    """
    mark = exam.text()
    exam.launched.model.script(mark, Reply(calls=(Call("get_weather", {"a": 1}), Call("get_time", {"b": 2}))))
    body = {"model": exam.model, "input": mark, "tools": TOOLS, "stream": True}
    events = [event.json for event in await exam.events("POST", PATH, json=body)]
    added = {
        event["output_index"]: event["item"].get("name")
        for event in events
        if event["type"] == "response.output_item.added" and event["item"]["type"] == "function_call"
    }
    exam.equal(sorted(added.values()), ["get_time", "get_weather"], "the calls by their places")
    output = events[-1]["response"]["output"]
    exam.equal(
        [output[at]["name"] for at in sorted(added)], [added[at] for at in sorted(added)], "the output"
    )


@probe(
    operations=["createResponse", "createChatCompletion"],
    source="observed",
    evidence="a peer sends the errors of a stream with HTTP 200",
    cases={"response": (PATH, "input"), "chat": ("/chat/completions", "messages")},
    needs=["launch"],
)
async def model_refusal_of_a_stream_has_its_status(exam: Examination, case: tuple[str, str]) -> None:
    """A streaming request that the model's endpoint refuses is an HTTP error, not 200 with an event.

    SDKs raise on the status; what comes within a stream of 200 most programs never look at.
    """
    path, member = case
    mark = exam.text()
    refusal = {"message": "too long", "type": "invalid_request_error", "param": member, "code": None}
    exam.launched.model.script(mark, Reply(status=400, error={"error": refusal}))
    said = mark if member == "input" else [{"role": "user", "content": mark}]
    await exam.fails("POST", path, json={"model": exam.model, member: said, "stream": True})


@probe(
    operations=["createResponse", "getResponse"],
    source="observed",
    evidence="a client that leaves keeps a response in_progress at a peer",
    needs=["launch"],
)
async def left_response_is_over(exam: Examination) -> None:
    """A response whose client has left the stream is soon over, or not kept at all."""
    mark = exam.text()
    exam.held(mark)
    made = ""
    async with exam.open("POST", PATH, json={"model": exam.model, "input": mark, "stream": True}) as opened:
        async for event in opened.events():
            made = event.json["response"]["id"]
            break
    status = await over(exam, made)
    exam.expect(status in {"gone", *TERMINAL} - {"completed"}, "it is not over as left", got=status)


@probe(
    operations=["createResponse", "getResponse"],
    source="observed",
    evidence="background responses are stuck for ever after a crash of a peer",
    needs=["launch"],
)
async def background_response_is_over_after_a_crash(exam: Examination) -> None:
    """A background response that a crash interrupted is over some time after the restart.

    A client polls until it is; one that stays in progress is polled for ever.
    """
    mark = exam.text()
    exam.held(mark)
    made = await exam.response(mark, background=True)
    await exam.launched.kill()
    # Whoever takes the work up afterwards is answered.
    exam.launched.model.script(mark, Reply("Done."))
    await exam.launched.start()
    status = await over(exam, made["id"])
    exam.expect(status in TERMINAL, "it is not over after the restart", got=status)
