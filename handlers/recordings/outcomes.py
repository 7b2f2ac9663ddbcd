"""Answers and streams without secrets, and with the ids of whoever asks, in however many pieces they come."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from handlers.recordings.secrecy import SECRET, Known, scrubbed, spans

MARK = re.compile(r"<id (?P<number>\d{1,6})>")


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in a chunk, which can be replaced where it stands."""

    holder: dict[str, Any]
    name: str

    @property
    def text(self) -> str:
        """As it is now."""
        return str(self.holder[self.name])


def clean_answer(answer: Any, known: Known) -> Any:
    """A choice whose message held a secret loses its log probabilities, which spell it out."""
    clean = scrubbed(answer, known)
    choices = clean.get("choices") if isinstance(clean, dict) else None
    for choice in choices or ():
        if isinstance(choice, dict) and "logprobs" in choice and SECRET in str(choice.get("message")):
            choice["logprobs"] = None
    return clean


def clean_chunks(chunks: Sequence[Any], known: Known) -> list[Any]:
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


def _cleaned(pieces: Sequence[Piece], known: Known) -> bool:
    """Whether there was a secret. What must not stay is marked where it begins, and cut out of the rest."""
    found = spans("".join(piece.text for piece in pieces), known)
    end = sum(len(piece.text) for piece in pieces)
    for piece in reversed(pieces):
        start, text = end - len(piece.text), piece.text
        for first, last, mark in reversed(found):
            if first < end and last > start:
                told = mark if first >= start else ""
                text = text[: max(first - start, 0)] + told + text[max(last - start, 0) :]
        piece.holder[piece.name] = text
        end = start
    return any(mark == SECRET for _, _, mark in found)


def restored(value: Any, ids: Sequence[str]) -> Any:
    """The value as it would be had the recorded request had these ids: `<id 2>` is the second."""
    if isinstance(value, Mapping):
        return {name: restored(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [restored(entry, ids) for entry in value]
    return MARK.sub(lambda match: _id(match, ids), value) if isinstance(value, str) else value


def _id(match: re.Match[str], ids: Sequence[str]) -> str:
    number = int(match["number"])
    return ids[number - 1] if 0 < number <= len(ids) else match.group()
