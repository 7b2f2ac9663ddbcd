"""What a project has: one of everything that an id can name, living, busy and deleted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.proof.isolation.asking import Answer, Request

LIVING, BUSY, DELETED = "living", "busy", "deleted"

Send = Callable[[Request], Awaitable[Answer]]


@dataclass(slots=True)
class World:
    """One project's things. `ids` has, by kind, an id for each state that such a thing can be in."""

    mark: str
    """Stands in every text, name and pair of metadata of this project, and nowhere else."""
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def own(self, kind: str) -> str:
        """The living one."""
        return self.ids[kind][LIVING]

    def everything(self) -> set[str]:
        """All ids, and the mark: what no other project may ever be shown."""
        return {self.mark} | {one for states in self.ids.values() for one in states.values()}


async def make(send: Send, mark: str) -> World:
    """Fill a project by its own key."""

    async def post(path: str, body: Any) -> Any:
        answer = await send(Request("post", path, body=body))
        assert answer.status == 200, answer.text
        return answer.parsed()

    async def delete(path: str) -> None:
        assert (await send(Request("delete", path))).status == 200

    def message() -> dict[str, str]:
        return {"type": "message", "role": "user", "content": f"{mark} says"}

    async def conversation() -> Any:
        body = {"metadata": {"owner": mark}, "items": [message(), message(), message()]}
        made = await post("/conversations", body)
        items = await send(Request("get", f"/conversations/{made['id']}/items", (("order", "asc"),)))
        return made["id"], [item["id"] for item in items.parsed()["data"]]

    async def completion() -> str:
        chat = {"model": "echo", "store": True, "metadata": {"owner": mark}}
        made = await post("/chat/completions", {**chat, "messages": [{"role": "user", "content": mark}]})
        return str(made["id"])

    async def response(**more: Any) -> str:
        made = await post("/responses", {"model": "echo", "input": [message(), message()], **more})
        return str(made["id"])

    living, items = await conversation()
    deleted, items_of_deleted = await conversation()
    busy, _ = await conversation()
    completions = await completion(), await completion()
    responses = await response(), await response()
    inputs = (await send(Request("get", f"/responses/{responses[0]}/input_items"))).parsed()["data"]
    compacted = await post("/responses/compact", {"model": "echo", "input": f"{mark} says"})
    await delete(f"/conversations/{living}/items/{items[2]}")
    await delete(f"/conversations/{deleted}")
    await delete(f"/chat/completions/{completions[1]}")
    await delete(f"/responses/{responses[1]}")
    working = await response(
        model="echo/slow", input=f"{mark} " * 200, background=True, conversation=busy, stream=False
    )
    return World(
        mark,
        {
            "conversation": {LIVING: living, BUSY: busy, DELETED: deleted},
            "item": {LIVING: items[0], DELETED: items[2], "of a deleted conversation": items_of_deleted[0]},
            "completion": {LIVING: completions[0], DELETED: completions[1]},
            "message": {LIVING: f"{completions[0]}-0", DELETED: f"{completions[1]}-0"},
            "response": {LIVING: responses[0], BUSY: working, DELETED: responses[1]},
            "input item": {LIVING: inputs[0]["id"]},
            "sealed": {LIVING: next(item["encrypted_content"] for item in compacted["output"][::-1])},
        },
    )


def never(like: str) -> str:
    """An id as the server makes them, which it never made; a sealed text that nobody sealed."""
    if like.startswith("ls1."):
        return like[:24] + like[24:48].swapcase() + like[48:]
    head, _, rest = like.partition("_" if "_" in like else "-")
    digits, dash, tail = rest.partition("-")
    # Ids begin with the time: the beginning stays, so that both are looked for in the same place.
    return f"{head}{like[len(head)]}{digits[:16]}{_other(digits[16:])}{dash}{tail}"


def _other(digits: str) -> str:
    return "".join(f"{15 - int(digit, 16):x}" for digit in digits)
