"""Content parts of items as parts of chat messages; what chat completions cannot carry is refused by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.errors import BadRequestError

Part = dict[str, Any]
Given = Mapping[str, Any]

DETAILS = {"low": "low", "high": "high", "original": "high"}
"""Chat completions know no `original`; `auto` is what they do anyway."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands: `param` is its place in this request, None for one of an earlier turn."""

    param: str | None
    name: str

    def refused(self, where: str, reason: str) -> BadRequestError:
        """What to raise for something below this item."""
        param = f"{self.param}.{where}" if self.param else None
        return BadRequestError(
            f"Invalid value for '{self.name}.{where}': {reason}", param=param, code="invalid_value"
        )


def text_of(parts: Sequence[Given]) -> str:
    """All text of an assistant's message, refusals included; what is none stands as its type in brackets."""
    return "".join(_text(part) for part in parts)


def chat_parts(parts: Sequence[Given], place: Place, field: str) -> list[Part]:
    """Parts of a message that may hold more than text. Raises BadRequestError."""
    return [_part(part, place, f"{field}[{index}]") for index, part in enumerate(parts)]


def simplest(parts: list[Part]) -> str | list[Part]:
    """A single text, or none, as the plain string that every endpoint takes."""
    if not parts:
        return ""
    return parts[0]["text"] if len(parts) == 1 and parts[0]["type"] == "text" else parts


def _text(part: Given) -> str:
    if isinstance(text := part.get("text", part.get("refusal")), str):
        return text
    return f"[{part['type']}]"


def _part(part: Given, place: Place, where: str) -> Part:
    return PARTS.get(part["type"], _as_text)(part, place, where)


def _as_text(part: Given, _place: Place, _where: str) -> Part:
    return {"type": "text", "text": _text(part)}


def _image(part: Given, place: Place, where: str) -> Part:
    if not (url := part.get("image_url")):
        what = "files cannot be looked up by id here" if part.get("file_id") else "there is no image"
        raise place.refused(where, f"{what}. Send `image_url` with a URL or a data URL.")
    detail = DETAILS.get(part.get("detail") or "")
    return {"type": "image_url", "image_url": {"url": url} | ({"detail": detail} if detail else {})}


def _file(part: Given, place: Place, where: str) -> Part:
    if not (data := part.get("file_data")):
        asked = next((name for name in ("file_id", "file_url") if part.get(name)), "nothing")
        raise place.refused(
            where, f"`{asked}` cannot be fetched here. Send the file's content as `file_data`."
        )
    return {"type": "file", "file": {"filename": part.get("filename") or "file", "file_data": data}}


def _audio(part: Given, _place: Place, _where: str) -> Part:
    return {"type": "input_audio", "input_audio": part.get("input_audio")}


PARTS: Mapping[str, Callable[[Given, Place, str], Part]] = {
    "input_image": _image,
    "computer_screenshot": _image,
    "input_file": _file,
    "input_audio": _audio,
}
"""Every other type of part is text."""
