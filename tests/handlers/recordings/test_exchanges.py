import pytest

from handlers import errors
from handlers.errors import BadGatewayError
from handlers.recordings.exchanges import CLASSES, Exchange, error_of, parse, render
from handlers.recordings.requests import normalised

REQUEST = normalised(
    "POST", "/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "Grüße"}]}
)
EXCHANGES = {
    "answer": Exchange(REQUEST, answer={"text": "é 😀 \u2028", "large": 2**70}),
    "list": Exchange(normalised("GET", "/models"), answer=[]),
    "stream": Exchange(REQUEST, chunks=[{"n": 1}, {"n": [2, {"a": "\n"}]}], seconds=[0.1, 0.25]),
    "empty stream": Exchange(REQUEST, chunks=[]),
    "left": Exchange(REQUEST, chunks=[{"n": 1}], left=True),
    "error": Exchange(REQUEST, error={"status": 400, "message": "No."}),
    "broken stream": Exchange(REQUEST, chunks=[{"n": 1}], error={"status": 502, "message": "Gone."}),
}


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES)
def test_what_is_written_is_what_is_read(exchange):
    read = parse(render(exchange))
    assert (read.request, read.answer, read.error, read.left) == (
        exchange.request, exchange.answer, exchange.error, exchange.left,
    )  # fmt: skip
    assert (read.chunks, list(read.seconds)) == (exchange.chunks, list(exchange.seconds))


def test_a_person_can_read_it():
    text = render(EXCHANGES["stream"])
    assert "Grüße" in text
    assert '    {"n": 1},\n    {"n": [2, {"a": "\\n"}]}\n  ]\n}\n' in text


@pytest.mark.parametrize("text", ["[]", "{", '{"format": 2, "request": {}}', '{"format": 1}'])
def test_what_is_no_recording_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_every_status_of_ours_comes_back_as_its_class():
    own = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.ApiError)
    }
    assert set(CLASSES.values()) == own - {errors.ApiError}
    assert isinstance(error_of({"status": 418, "message": "Tea."}), BadGatewayError)
