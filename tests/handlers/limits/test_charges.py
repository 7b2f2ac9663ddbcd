"""What a request is guessed to cost is taken before, and corrected by what the endpoint says afterwards."""

from types import SimpleNamespace

import pytest

from handlers.errors import NotFoundError
from handlers.limits.buckets import Local
from handlers.limits.charges import CHARGE, OPAQUE_TOKENS, Charge, Metered, guess
from handlers.providers import Provider

TEXT = b'{"model": "echo", "input": "' + b"word " * 4000 + b'"}'


@pytest.mark.parametrize(
    ("raw", "body", "tokens"),
    [
        (b"", {}, 1),
        (b"x" * 400, {}, 100),
        (b"x" * 400, {"max_output_tokens": 50}, 100),
        (b"x" * 400, {"max_output_tokens": 150}, 150),
        (b"x" * 400, {"max_tokens": 150, "n": 3}, 450),
        (b"x" * 400, {"max_completion_tokens": 150, "n": None}, 150),
        (TEXT, {}, len(TEXT) // 4),
    ],
)
def test_guesses_are_the_text_or_the_longest_answer(raw, body, tokens):
    assert guess(raw, SimpleNamespace(**body)) == tokens


def test_images_and_files_count_as_one_image_each():
    image = b"data:image/png;base64," + b"iVBORw0KGgo/+A" * 100_000
    raw = b'{"a": "' + b"word " * 100 + b'", "b": "' + image + b'", "c": "' + image + b'"}'
    assert 2 * OPAQUE_TOKENS < guess(raw, None) < 2 * OPAQUE_TOKENS + 160


class Told(Provider):
    """Tells a usage, or none, or fails."""

    name = "told"

    def __init__(self, *usages):
        self.usages = list(usages)

    async def complete(self, _body):
        usage = self.usages.pop(0)
        if usage is OSError:
            raise OSError
        return {"usage": usage}

    async def stream(self, _body):
        for usage in self.usages:
            if usage is OSError:
                raise OSError
            yield {"choices": [], "usage": usage}


@pytest.fixture
def charge(clock):
    """Of a request guessed at 100, to a bucket of 1000."""
    bucket = Local(1000, clock)
    bucket.settle(100)
    charge = Charge(bucket, 100)
    token = CHARGE.set(charge)
    yield SimpleNamespace(close=charge.close, left=bucket.left)
    CHARGE.reset(token)


def usage(prompt, completion):
    return {"prompt_tokens": prompt, "completion_tokens": completion}


async def test_the_cost_takes_the_place_of_the_guess(charge):
    await Metered(Told(usage(30, 12))).complete({})
    charge.close()
    assert charge.left() == 958


async def test_later_calls_of_a_turn_add_to_it(charge):
    provider = Metered(Told(usage(30, 12), usage(200, 500)))
    await provider.complete({})
    await provider.complete({})
    charge.close()
    assert charge.left() == 258


async def test_a_stream_costs_what_its_last_count_says(charge):
    async for _ in Metered(Told(None, usage(30, 0), None, usage(30, 12))).stream({}):
        pass
    charge.close()
    assert charge.left() == 958


async def test_a_stream_that_is_left_costs_what_it_said_so_far(charge):
    stream = Metered(Told(usage(30, 1), usage(30, 2))).stream({})
    await anext(stream)
    await stream.aclose()
    charge.close()
    assert charge.left() == 969


@pytest.mark.parametrize("told", [None, {}, {"prompt_tokens": None}, "many", {"prompt_tokens": -5}])
async def test_where_the_endpoint_does_not_tell_the_guess_stands(charge, told):
    provider = Metered(Told(told))
    async for _ in provider.stream({}):
        pass
    await provider.complete({})
    charge.close()
    assert charge.left() == 900


async def test_a_call_that_fails_costs_the_guess(charge):
    provider = Metered(Told(OSError))
    with pytest.raises(OSError):  # noqa: PT011 - it has no message
        await provider.complete({})
    charge.close()
    assert charge.left() == 900


async def test_a_call_that_the_endpoint_refuses_costs_nothing(charge):
    class Refusing(Told):
        async def complete(self, _body):
            raise NotFoundError("no such model")

        async def stream(self, _body):
            raise NotFoundError("no such model")
            yield

    with pytest.raises(NotFoundError):
        await Metered(Refusing()).complete({})
    with pytest.raises(NotFoundError):
        await anext(Metered(Refusing()).stream({}))
    charge.close()
    assert charge.left() == 1000


def test_nothing_is_owed_where_no_model_was_asked(charge):
    charge.close()
    assert charge.left() == 1000


async def test_whoever_has_no_charge_pays_nothing():
    provider = Metered(Told(usage(30, 12)))
    assert CHARGE.get() is None
    assert await provider.complete({}) == {"usage": usage(30, 12)}
