"""How many tokens a model can take, input and answer together: a table that the operator extends.

`LOCKSTEP_CONTEXT_LIMITS` is a list of `name=tokens` pairs, separated by commas. A name may hold `*`, which
stands for any text; `none` in place of the tokens says that there is no limit. What the operator says
comes first, names before patterns; models that nobody knows are not limited.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from handlers.settings import Settings
from handlers.tokens.vocabularies import family

KNOWN: tuple[tuple[str, int], ...] = (
    ("gpt-5-chat", 128_000),
    ("gpt-5", 400_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4.5", 128_000),
    ("gpt-4o", 128_000),
    ("chatgpt-4o", 128_000),
    ("gpt-4-turbo", 128_000),
    ("gpt-4-1106", 128_000),
    ("gpt-4-0125", 128_000),
    ("gpt-4-vision", 128_000),
    ("gpt-4-32k", 32_768),
    ("gpt-4", 8_192),
    ("gpt-3.5-turbo-instruct", 4_096),
    ("gpt-3.5-turbo", 16_385),
    ("o1-mini", 128_000),
    ("o1-preview", 128_000),
    ("o1", 200_000),
    ("o3", 200_000),
    ("o4-mini", 200_000),
    ("codex-mini", 200_000),
    ("computer-use-preview", 8_192),
    ("gpt-oss", 131_072),
)
"""Beginnings of model names, in the order they are tried, as the models' public pages state them."""

UNLIMITED = "none"


def limit(model: str, settings: Settings) -> int | None:
    """The model's context window in tokens, or None where it is not known."""
    own = parse_limits(settings.context_limits)
    if model in own:
        return own[model]
    for pattern, tokens in own.items():
        if "*" in pattern and fnmatchcase(model, pattern.replace("[", "[[]").replace("?", "[?]")):
            return tokens
    name = family(model)
    return next((tokens for beginning, tokens in KNOWN if name.startswith(beginning)), None)


@lru_cache(maxsize=8)
def parse_limits(text: str) -> Mapping[str, int | None]:
    """The operator's limits. Raises ValueError, naming the pair that is none."""
    limits: dict[str, int | None] = {}
    for pair in (pair.strip() for pair in text.split(",")):
        name, _, tokens = (part.strip() for part in pair.rpartition("="))
        if pair and not (
            name and (tokens == UNLIMITED or (tokens.isascii() and tokens.isdigit() and int(tokens)))
        ):
            raise ValueError(
                f"LOCKSTEP_CONTEXT_LIMITS: {pair!r} is no `name=tokens` pair, "
                "such as llama3=8192 or llama3=none."
            )
        if pair:
            limits.setdefault(name, None if tokens == UNLIMITED else int(tokens))
    return limits
