"""Width and height of an image from the first bytes of its data URL: PNG, JPEG, GIF, WebP."""

import base64
import binascii
import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

READ = 256 * 1024
"""Bytes of an image that are looked at; photographs may carry a preview before their size."""


class Size(NamedTuple):
    """Pixels, at least one each way."""

    width: int
    height: int


def size_of(url: str) -> Size | None:
    """The size told by a `data:` URL's image, or None where it cannot be told."""
    head, comma, payload = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64") and comma):
        return None
    try:
        data = base64.b64decode(payload[: READ // 3 * 4])
    except binascii.Error:
        return None
    for magic, read in FORMATS.items():
        if data.startswith(magic):
            try:
                size = read(data)
            except (struct.error, IndexError):
                return None
            return size if size and min(size) > 0 else None
    return None


def _png(data: bytes) -> Size:
    """ISO/IEC 15948: the header chunk comes first."""
    return Size(*struct.unpack_from(">II", data, 16))


def _gif(data: bytes) -> Size:
    return Size(*struct.unpack_from("<HH", data, 6))


def _webp(data: bytes) -> Size | None:
    """RFC 9649: one of three first chunks."""
    kind = data[12:16]
    if kind == b"VP8X":
        return Size(*(1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27)))
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Size(width & 0x3FFF, height & 0x3FFF)
    return None


FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG's start-of-frame markers (ITU-T T.81, table B.1)."""


def _jpeg(data: bytes) -> Size | None:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004 - what every marker begins with
        marker = data[place + 1]
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return Size(width, height)
        place += 2 + int(struct.unpack_from(">H", data, place + 2)[0])
    return None


FORMATS: Mapping[bytes, Callable[[bytes], Size | None]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8": _jpeg,
    b"GIF8": _gif,
    b"RIFF": _webp,
}
