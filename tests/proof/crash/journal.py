"""What clients did and what they were told: the only thing that a crashed server is judged by."""

import dataclasses
import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"

WRITES = ("create", "append", "turn", "chat", "update", "delete")

NOTHING = "Nothing of this request was stored"
"""What a 503 says when it is sure. Any other failure of the server leaves open what became of the write."""

LOST = 409
"""A retry may hear that the first attempt was carried out, and that nobody knows its answer."""

ECHO = "Echo (no model behind this): "


@dataclass(slots=True)
class Write:
    """One write of one client. What nobody answered is `unknown`: it may be there, whole, or not."""

    kind: str
    """One of `WRITES`; a turn is a response, in a conversation or not."""
    client: int
    path: str = ""
    """What it changes; for creations known only once they are acknowledged."""
    conversation: str = ""
    texts: tuple[str, ...] = ()
    """The texts of its items, each of them nowhere else."""
    metadata: dict[str, str] = field(default_factory=dict)
    background: bool = False
    streamed: bool = False
    retried: bool = False
    """With its idempotency key, after a connection had broken."""
    began: float = 0.0
    ended: float = math.inf
    outcome: str = UNKNOWN
    status: int = 0
    answer: str = ""

    @property
    def turned(self) -> tuple[str, ...]:
        """Every text that a whole turn leaves in its conversation."""
        return (*self.texts, ECHO + self.texts[-1])


@dataclass(slots=True)
class Sight:
    """What a client was shown of something that does not change any more."""

    path: str
    answer: str


class Journal:
    """Writes in the order in which they began, and sights."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.sights: list[Sight] = []

    def begin(self, write: Write) -> Write:
        """Put it down before a byte of it is sent."""
        write.began = time.monotonic()
        self.writes.append(write)
        return write

    @staticmethod
    def end(write: Write, status: int, answer: str) -> None:
        """Put down what came back, which is what the client may rely on from now on."""
        write.ended, write.status, write.answer = time.monotonic(), status, answer
        if status < 300:
            write.outcome = ACKNOWLEDGED
        elif (status < 500 and status != LOST) or (status == 503 and NOTHING in answer):
            write.outcome = REFUSED
        else:
            write.outcome = UNKNOWN

    def see(self, path: str, answer: str) -> None:
        """Put down what was read."""
        self.sights.append(Sight(path, answer))

    def save(self, file: Path) -> None:
        """Write it as JSON lines, for whoever looks into a failure."""
        with file.open("w") as lines:
            for one in (*self.writes, *self.sights):
                lines.write(json.dumps(dataclasses.asdict(one)) + "\n")


def members(text: str, key: str = "data") -> list[str]:
    """The elements of a list in an encoded object, byte for byte as they stand there."""
    place, found = text.index(f'"{key}":[') + len(key) + 4, []
    decoder = json.JSONDecoder()
    while text[place] != "]":
        start = place + (text[place] == ",")
        _, place = decoder.raw_decode(text, start)
        found.append(text[start:place])
    return found


def texts_of(item: str) -> str:
    """The text of a message as it stands in a list."""
    return "".join(part.get("text") or "" for part in json.loads(item)["content"])
