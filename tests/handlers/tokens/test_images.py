"""Sizes from data URLs and what they count; the sums stand in the public guide to vision."""

import base64
import struct

import pytest

from handlers.tokens import count_item
from handlers.tokens.image_sizes import Size, size_of
from handlers.tokens.images import Patches, Tiles


def url(data: bytes) -> str:
    return "data:image/any;base64," + base64.b64encode(data).decode()


def png(width: int, height: int) -> str:
    return url(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height))


def jpeg(width: int, height: int) -> str:
    preview = b"\xff\xe1" + struct.pack(">H", 5000) + b"x" * 4998
    return url(b"\xff\xd8" + preview + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + b"x" * 20)


def webp(kind: bytes, data: bytes) -> str:
    return url(b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + data)


@pytest.mark.parametrize(
    "image",
    [
        png(640, 480),
        jpeg(640, 480),
        url(b"GIF89a" + struct.pack("<HH", 640, 480)),
        webp(b"VP8X", b"\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")),
        webp(b"VP8L", b"\x2f" + (639 | 479 << 14).to_bytes(4, "little")),
        webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)),
    ],
    ids=["png", "jpeg", "gif", "webp extended", "webp lossless", "webp lossy"],
)
def test_sizes_are_read_from_the_image(image):
    assert size_of(image) == Size(640, 480)


@pytest.mark.parametrize(
    "image",
    [
        "", "https://example.org/a.png", "data:image/png,abc", "data:image/png;base64,!!!", url(b""),
        url(b"\x89PNG\r\n\x1a\n"), url(b"\xff\xd8\xff"), url(b"RIFF1234WEBP????"), png(0, 5),
        url(b"\xff\xd8\xff\xe1\0"),
    ],
)  # fmt: skip
def test_what_has_no_size_has_none(image):
    assert size_of(image) is None


@pytest.mark.parametrize(
    ("size", "tokens"),
    [
        ((1024, 1024), 765),
        ((2048, 4096), 1105),
        ((512, 512), 255),
        ((513, 512), 425),
        ((1, 1), 255),
        ((8192, 1), 765),
    ],
)
def test_tiles(size, tokens):
    assert Tiles(85, 170).count(Size(*size), low=False) == tokens
    assert Tiles(85, 170).count(Size(*size), low=True) == 85


@pytest.mark.parametrize(
    ("size", "tokens"), [((1024, 1024), 1024), ((1800, 2400), 1452), ((32, 32), 1), ((33, 1), 2)]
)
def test_patches(size, tokens):
    assert Patches(1).count(Size(*size), low=False) == tokens


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4o", 765), ("nobody-knows", 765), ("gpt-4o-mini", 2833 + 4 * 5667), ("gpt-5.1", 70 + 4 * 140),
        ("o3", 75 + 4 * 150), ("gpt-4.1-mini", 1659), ("gpt-5-nano", 2520), ("o4-mini", 1762),
    ],
)  # fmt: skip
def test_each_family_counts_its_own_way(model, tokens):
    item = {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_image", "image_url": png(1024, 1024)}],
    }
    assert count_item(item, model) == 4 + tokens


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "image_url": png(9, 9), "detail": "low"},
        {"type": "image_url", "image_url": {"url": png(9, 9), "detail": "low"}},
        {"type": "input_image", "file_id": "file_1", "image_url": None, "detail": "low"},
    ],
)
def test_low_detail_is_the_base(part):
    assert count_item({"role": "user", "content": [part]}, "gpt-4o") == 4 + 85


def test_an_image_that_is_elsewhere_counts_as_one_of_1024_pixels_square():
    output = {
        "type": "computer_call_output",
        "call_id": "c",
        "output": {"type": "computer_screenshot", "file_id": "f"},
    }
    assert count_item(output, "gpt-4o") == 4 + 765
    part = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    assert count_item({"role": "user", "content": [part]}, "gpt-4o") == 4 + 765
