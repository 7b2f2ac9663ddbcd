"""What is left of stored completions after a crash."""

import asyncio

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


@probe(
    operations=["createChatCompletion", "getChatCompletion"],
    source="prose",
    evidence="createChatCompletion, `store`; at 8 clients a peer loses 6 of 200 for good",
)
async def completions_stored_at_once_are_all_kept(exam: Examination) -> None:
    """Completions that many clients store at the same time are all there afterwards.

    A queue that is full, or a write that collides, must not swallow what was acknowledged.
    """
    made = [
        answer["id"]
        for _ in range(5)
        for answer in await exam.together(*(exam.completion(exam.text(), store=True) for _ in range(8)))
    ]
    exam.equal(len(set(made)), len(made), "the number of different ids")
    kept = await exam.together(*(_kept(exam, one) for one in made))
    lost = [one for one, there in zip(made, kept, strict=True) if not there]
    exam.equal(lost, [], "the completions that were lost")


async def _kept(exam: Examination, completion_id: str) -> bool:
    # Whether it can be read at once is asked elsewhere: here a server may take its time.
    for _ in range(10):
        if (await exam.send("GET", f"/chat/completions/{completion_id}")).status == 200:  # noqa: PLR2004
            return True
        await asyncio.sleep(0.2)
    return False
