"""What is left of stored completions after a crash."""

from conformance.wire.examination import Examination
from conformance.wire.promises import probe


@probe(
    operations=["createChatCompletion", "getChatCompletion"],
    source="prose",
    evidence="createChatCompletion, `store`: whether to store the output of this request",
    needs=["launch"],
)
async def acknowledged_completions_survive_a_kill(exam: Examination) -> None:
    """Stored completions that were answered with 200 are there after `kill -9` and a restart.

    Whoever was told that something is stored has no reason to keep it.
    """
    made = await exam.together(*(exam.completion(exam.text(), store=True) for _ in range(10)))
    await exam.launched.restart()
    for answer in made:
        read = await exam.ok("GET", f"/chat/completions/{answer['id']}")
        exam.equal(read["id"], answer["id"], "the id", read)
