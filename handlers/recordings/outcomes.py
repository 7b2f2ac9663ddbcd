"""Answers and streams without secrets, those that a stream brings in pieces included."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from handlers.recordings.secrecy import SECRET, scrubbed, spans


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in a chunk, which can be replaced where it stands."""

    holder: dict[str, Any]
    name: str

    @property
    def text(self) -> str:
        """As it is now."""
        return str(self.holder[self.name])


def clean_answer(answer: Any, known: Sequence[str]) -> Any:
    """A choice whose message held a secret loses its log probabilities, which spell it out."""
    clean = scrubbed(answer, known)
    if isinstance(answer, Mapping) and isinstance(answer.get("choices"), list):
        for before, after in zip(answer["choices"], clean["choices"], strict=True):
            if (
                isinstance(after, dict)
                and before.get("message") != after.get("message")
                and "logprobs" in after
            ):
                after["logprobs"] = None
    return clean


def clean_chunks(chunks: Sequence[Any], known: Sequence[str]) -> list[Any]:
    """Each text is put together from its pieces to be looked at, for a secret may be in several."""
    clean: list[Any] = deepcopy(list(chunks))
    texts: dict[tuple[Any, ...], list[Piece]] = defaultdict(list)
    for choice in _choices(clean):
        for path, piece in _pieces(choice.get("delta"), (choice.get("index"),)):
            texts[path].append(piece)
    spoilt = {path[0] for path, pieces in texts.items() if _cleaned(pieces, known)}
    for choice in _choices(clean):
        if choice.get("index") in spoilt and "logprobs" in choice:
            choice["logprobs"] = None
    return [scrubbed(chunk, known) for chunk in clean]


def _choices(chunks: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for chunk in chunks:
        for choice in (chunk.get("choices") if isinstance(chunk, Mapping) else None) or ():
            if isinstance(choice, dict):
                yield choice


def _pieces(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Piece]]:
    """The texts of a delta; entries of lists (calls of tools) are told apart by their `index`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                yield (*path, name), Piece(value, name)
            else:
                yield from _pieces(inner, (*path, name))
    elif isinstance(value, list):
        for place, entry in enumerate(value):
            mark = entry.get("index", place) if isinstance(entry, dict) else place
            yield from _pieces(entry, (*path, mark))


def _cleaned(pieces: Sequence[Piece], known: Sequence[str]) -> bool:
    """Whether there was a secret: it is then marked where it begins, and cut out of the pieces behind."""
    found = spans("".join(piece.text for piece in pieces), known)
    end = sum(len(piece.text) for piece in pieces)
    for piece in reversed(pieces):
        start, text = end - len(piece.text), piece.text
        for first, last in reversed(found):
            if first < end and last > start:
                mark = SECRET if first >= start else ""
                text = text[: max(first - start, 0)] + mark + text[max(last - start, 0) :]
        piece.holder[piece.name] = text
        end = start
    return bool(found)
