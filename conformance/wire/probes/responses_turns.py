"""Responses and conversations in step: a turn is whole, or it is not there."""

from typing import Final

from conformance.wire.examination import Examination, Json
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

PATH: Final = "/responses"


async def transcript(exam: Examination, conversation_id: str) -> list[Json]:
    """All items of a conversation, oldest first."""
    pages = await exam.pages(f"/conversations/{conversation_id}/items", order="asc", limit=100)
    return [item for page in pages for item in page]


def spoken(item: Json) -> str:
    """The text of a message."""
    return "".join(part.get("text", "") for part in item["content"])


@probe(
    operations=["createResponse", "listConversationItems"],
    source="prose",
    evidence="conversation: input items and output items are added to it after the response completes",
    cases={"id": "id", "object": "object"},
)
async def turn_lands_in_its_conversation(exam: Examination, case: str) -> None:
    """After a response on a conversation, its input and its output are there, in order, at once.

    Named by id or as an object, the response says which conversation it belongs to.
    """
    conversation = await exam.conversation()
    named: str | Json = conversation if case == "id" else {"id": conversation}
    text = exam.text()
    made = await exam.response(text, conversation=named)
    exam.equal(made["conversation.id"], conversation, "the conversation", made)
    items = await transcript(exam, conversation)
    exam.equal(
        [item["role"] for item in items if item["type"] == "message"], ["user", "assistant"], "the authors"
    )
    exam.equal(spoken(items[0]), text, "the input")
    exam.equal(items[-1]["id"], made["output"][-1]["id"], "the id of the output")


@probe(
    operations=["createResponse", "listConversationItems"],
    source="prose",
    evidence="a streamed response lands as well",
)
async def streamed_turn_lands_in_its_conversation(exam: Examination) -> None:
    """Once a streamed response has said that it completed, its turn is in the conversation."""
    conversation = await exam.conversation()
    body = {"model": exam.model, "input": "Say a word.", "conversation": conversation, "stream": True}
    events = await exam.events("POST", PATH, json=body)
    exam.equal(events[-1].json["type"], "response.completed", "the last event")
    roles = [item["role"] for item in await transcript(exam, conversation) if item["type"] == "message"]
    exam.equal(roles, ["user", "assistant"], "the authors")


@probe(
    operations=["createResponse", "listConversationItems"],
    source="observed",
    evidence="a turn over 20 items is paid for, then refused, by a peer",
)
async def long_turn_lands_whole(exam: Examination) -> None:
    """A turn of 60 input items lands whole: the bound of 20 is of the items operation only."""
    conversation = await exam.conversation()
    texts = [f"{number} {exam.text()}" for number in range(60)]
    await exam.response([message(text) for text in texts], conversation=conversation)
    items = await transcript(exam, conversation)
    exam.equal([spoken(item) for item in items][: len(texts)], texts, "the input items")


@probe(
    operations=["createResponse", "listConversationItems"],
    source="prose",
    evidence="store: false with a conversation",
)
async def unstored_turn_leaves_the_conversation_alone(exam: Examination) -> None:
    """With `store: false` on a conversation nothing is stored: it is refused, or nothing is appended."""
    conversation = await exam.conversation([message("before")])
    body = {"model": exam.model, "input": "x", "conversation": conversation, "store": False}
    answer = await exam.send("POST", PATH, json=body)
    exam.expect(answer.status in {200, 400}, "the status", answer, got=answer.status)
    exam.equal(len(await transcript(exam, conversation)), 1, "the number of items afterwards")


@probe(
    operations=["createResponse", "listConversationItems"],
    source="observed",
    evidence="the live API: conversation_locked; of five parallel turns a peer keeps one",
)
async def parallel_turns_are_whole_or_refused(exam: Examination) -> None:
    """Of turns sent at once on one conversation each lands whole or is 400 `conversation_locked`.

    What was answered with 200 is in the conversation, input beside output.
    """
    conversation = await exam.conversation()
    texts = [exam.text() for _ in range(6)]
    bodies = [{"model": exam.model, "input": text, "conversation": conversation} for text in texts]
    answers = await exam.together(*(exam.send("POST", PATH, json=body) for body in bodies))
    landed = []
    for text, answer in zip(texts, answers, strict=True):
        if answer.status == 200:  # noqa: PLR2004 - this turn was taken
            landed.append((text, answer["output"][-1]["id"]))
        else:
            exam.equal(
                [answer.status, answer["error.code"]], [400, "conversation_locked"], "the refusal", answer
            )
    items = await transcript(exam, conversation)
    exam.equal(len(items), 2 * len(landed), "the number of items")
    pairs = {(spoken(items[at]), items[at + 1]["id"]) for at in range(0, len(items), 2)}
    exam.equal(sorted(pairs), sorted(landed), "the turns, input beside output")


@probe(
    operations=["createResponse", "listInputItems"],
    source="prose",
    evidence="previous_response_id: use this to create multi-turn conversations",
)
async def responses_can_be_chained(exam: Examination) -> None:
    """A response names its predecessor, and lists its own input only or the chain's, ids unchanged."""
    first = await exam.response("one")
    second = await exam.response("two", previous_response_id=first["id"])
    exam.equal(second["previous_response_id"], first["id"], "the predecessor", second)
    read = await exam.ok("GET", f"{PATH}/{second['id']}")
    exam.equal(read["previous_response_id"], first["id"], "the predecessor, stored", read)


@probe(
    operations=["createResponse", "Getinputtokencounts"],
    source="prose",
    evidence="the model sees the conversation's items before the input",
)
async def conversation_counts_into_the_input(exam: Examination) -> None:
    """A response on a long conversation counts more input tokens than the same input alone.

    A server that sends the model only the newest input, or the oldest items, shows it here.
    """
    history = [message(f"Fact {number}: {exam.text(30)}") for number in range(20)]
    alone = await exam.response("Say a word.")
    conversation = await exam.conversation(history)
    await exam.items(conversation, *(message(f"Later {number}: {exam.text(30)}") for number in range(20)))
    with_history = await exam.response("Say a word.", conversation=conversation)
    grown = with_history["usage"]["input_tokens"] - alone["usage"]["input_tokens"]
    exam.expect(
        grown >= 2 * len(history) * 4, "40 items of history count too little", with_history, got=grown
    )


@probe(
    operations=["createResponse", "deleteConversation"],
    source="prose",
    evidence="a deleted conversation is no context",
)
async def deleted_conversation_is_no_context(exam: Examination) -> None:
    """A response on a deleted conversation is 404."""
    conversation = await exam.conversation()
    await exam.ok("DELETE", f"/conversations/{conversation}")
    body = {"model": exam.model, "input": "x", "conversation": conversation}
    await exam.fails("POST", PATH, json=body, status=404)
