import pytest

from handlers import sse_decoder
from handlers.sse_decoder import Decoder

STREAMS = {
    "LF": (b'data: {"a":1}\n\ndata: [DONE]\n\n', ['{"a":1}', "[DONE]"]),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
    "CR": (b"data: a\r\rdata: b\r\r", ["a", "b"]),
    "a comment is no event": (b": keep-alive\n\ndata: a\n\n", ["a"]),
    "data of several lines is one text": (b'data: {"a":\ndata: 1}\n\n', ['{"a":\n1}']),
    "no space behind the colon": (b"data:a\n\n", ["a"]),
    "only one space is taken": (b"data:  a\n\n", [" a"]),
    "names and ids are passed over": (b"event: x\nid: 7\nretry: 5\ndata: a\n\n", ["a"]),
    "blank lines alone are nothing": (b"\n\n\n\ndata: a\n\n", ["a"]),
    "a field without colon": (b"data\n\n", [""]),
    "byte order mark": (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
    "characters of several bytes": ("data: \u00e9\u4f60\U0001f600\n\n".encode(), ["\u00e9\u4f60\U0001f600"]),
    "U+2028 ends no line": ("data: a\u2028b\n\n".encode(), ["a\u2028b"]),
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("name", STREAMS)
def test_events_are_found_wherever_the_bytes_are_cut(name: str, size: int) -> None:
    text, expected = STREAMS[name]
    decoder = Decoder()
    found = [
        event for start in range(0, len(text), size) for event in decoder.feed(text[start : start + size])
    ]
    assert found == expected
    assert decoder.close() == []


def test_a_forgotten_last_blank_line_costs_no_event() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: a") == []
    assert decoder.close() == ["a"]


def test_an_event_goes_out_with_the_bytes_that_complete_it() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: a\r") == []
    assert decoder.feed(b"\r") == ["a"]


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        Decoder().feed(b"data: \xff\n\n")


@pytest.mark.parametrize("line", [b"x" * 20, b"data: xxxxxxx\n" * 3])
def test_an_event_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    monkeypatch.setattr(sse_decoder, "LIMIT", 16)
    with pytest.raises(ValueError, match="does not end"):
        Decoder().feed(line)
