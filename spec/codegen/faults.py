"""What stops the generator: a place in `spec/` and what is wrong there."""

from dataclasses import dataclass

from typing_extensions import override

Pointer = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong, printed as `file:line: reason`."""

    file: str
    line: int
    reason: str

    @override
    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class SpecError(Exception):
    """The document cannot be generated from; every fault found so far, in the order of files and lines."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class ModelError(Exception):
    """A schema that is valid but has no faithful model; `pointer` is its place in the bundled document."""

    def __init__(self, pointer: Pointer, reason: str) -> None:
        super().__init__(reason)
        self.pointer = pointer
        self.reason = reason


def written(pointer: Pointer) -> str:
    """The pointer as RFC 6901 writes it."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in pointer)
