import pytest

from handlers.settings import Settings
from handlers.tokens import limit, parse_limits


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4", 8192),
        ("gpt-4-0613", 8192),
        ("gpt-4-turbo-2024-04-09", 128_000),
        ("gpt-4o", 128_000),
        ("ft:gpt-4o-mini:acme::1", 128_000),
        ("gpt-4.1-nano", 1_047_576),
        ("gpt-5", 400_000),
        ("gpt-5-chat-latest", 128_000),
        ("gpt-3.5-turbo", 16_385),
        ("o1-mini", 128_000),
        ("o3", 200_000),
        ("openai/gpt-oss-20b", 131_072),
        ("echo", None),
        ("llama3", None),
        ("", None),
    ],
)
def test_known_models_are_limited_and_others_not(model, tokens):
    assert limit(model, Settings()) == tokens


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("llama3", 8192), ("llama3.2:3b", 131_072), ("gpt-4o", 1000), ("gpt-4", None), ("x[1]", 5)],
)
def test_what_the_operator_says_comes_first(model, tokens):
    text = "llama3*=131072, llama3=8192,gpt-4o = 1000, gpt-4=none,x[*]=5,"
    assert limit(model, Settings(context_limits=text)) == tokens


@pytest.mark.parametrize("text", ["llama3", "llama3=", "=5", "llama3=big", "llama3=0", "a=1,b=-2"])
def test_what_is_no_pair_is_refused_by_name(text):
    with pytest.raises(ValueError, match=f"LOCKSTEP_CONTEXT_LIMITS: '{text.rsplit(',')[-1]}' is no"):
        parse_limits(text)
