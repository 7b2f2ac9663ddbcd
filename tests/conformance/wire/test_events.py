"""The parser reads event streams as the WHATWG specification does, whatever the pieces they come in."""

import pytest

from conformance.wire.events import Event, Parser

STREAM = (
    '\ufeff: hello\n\nevent: one\r\ndata: {"a":\rdata:  1}\n\nid: 3\ndata:x\n\nevent: nothing\n\n'
    "data: [DONE]\n\nodd: y\n"
).encode()
EVENTS = [("one", '{"a":\n 1}'), (None, "x"), (None, "[DONE]")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_of_any_size_give_the_same_events(size):
    parser = Parser()
    found = []
    for at in range(0, len(STREAM), size):
        found += parser.feed(STREAM[at : at + size])
    assert found == EVENTS
    assert parser.comments == 1
    assert parser.unknown == ["odd: y"]
    assert not parser.unfinished


def test_a_stream_that_breaks_off_within_an_event_is_unfinished():
    parser = Parser()
    assert parser.feed(b"data: {") == []
    assert parser.unfinished
    assert parser.feed(b"}\n") == []
    assert parser.unfinished
    assert parser.feed(b"\n") == [(None, "{}")]
    assert not parser.unfinished


def test_an_event_knows_the_end_and_its_json():
    assert Event(None, "[DONE]", 0).done
    assert Event(None, "[DONE]", 0).json is None
    assert Event(None, '{"a": 1}', 0).json == {"a": 1}
