"""What the model is shown of a conversation."""

from conformance.wire.examination import Examination
from conformance.wire.launching import Reply
from conformance.wire.promises import probe


@probe(
    operations=["createResponse", "createConversationItems"],
    source="prose",
    evidence="createResponse, `conversation`: its items are prepended to the input of the request",
    needs=["launch"],
)
async def items_added_later_reach_the_model(exam: Examination) -> None:
    """An item appended to a conversation is shown to the model with the next response on it.

    A server that copies the conversation at its first turn has the model talk past what was said since.
    """
    first, later, asked = exam.text(), exam.text(), exam.text()
    conversation = await exam.conversation([{"type": "message", "role": "user", "content": first}])
    exam.launched.model.script(asked, Reply("Understood."))
    await exam.items(conversation, {"type": "message", "role": "user", "content": later})
    answer = await exam.response(asked, conversation=conversation)
    seen = exam.launched.model.told(asked)
    exam.expect(seen, "the model was never asked", answer)
    texts = [text for text in seen[-1].texts if text in {first, later, asked}]
    exam.equal(texts, [first, later, asked], "what the model was shown", answer)
