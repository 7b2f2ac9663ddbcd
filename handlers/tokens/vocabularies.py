"""Which vocabulary a model's tokens come from, and the tokeniser that has it.

The vocabularies are part of the package splintr-rs; nothing is downloaded. One takes 20 to 30 MB once it is
loaded, which is when the first text is counted, so only the one used last is kept.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

DEFAULT = "o200k_base"
"""For models nobody knows here: the count is an estimate then."""
VOCABULARIES: tuple[tuple[str, str], ...] = (
    (r"gpt-4o|gpt-4\.1|gpt-4\.5|gpt-[5-9]|gpt-oss|chatgpt-4o|o[1-9]\b|codex|computer-use", "o200k_base"),
    (r"gpt-4|gpt-3\.5|gpt-35|text-embedding-", "cl100k_base"),
    (r"(meta-)?llama-?v?3", "llama3"),
    (r"qwen-?[23]|qwq", "qwen3"),
    (r"deepseek-?(v3|r1)", "deepseek_v3"),
    (r"mistral-nemo|mistral-large-2|pixtral", "mistral_v3"),
    (r"phi-?4", "phi4"),
    (r"glm-?4", "glm4"),
)
"""Beginnings of model names, in the order they are tried, and the vocabulary of each family."""
PIECE = 64 * 1024
"""Characters that are counted at once, about: tokens in a list take many times the size of their text."""
SEAM = re.compile(r"(?<=[A-Za-z])(?= [A-Za-z])|(?<=\n)(?=[^\W_])")
"""Where all of these tokenisers part a text anyway: before ` word` after a letter, and where a line begins.

So the pieces' tokens are the whole text's tokens.
"""
SURROGATES = re.compile("[\ud800-\udfff]")


class Tokenizer(Protocol):
    """What we use of one."""

    def encode_ordinary(self, text: str) -> list[int]:
        """The tokens of a text; names of special tokens in it are ordinary text."""


def family(model: str) -> str:
    """A model's name without what surrounds it: `ft:gpt-4o:acme::x` and `openai/gpt-4o` are `gpt-4o`."""
    return model.lower().removeprefix("ft:").split(":", 1)[0].rsplit("/", 1)[-1]


@lru_cache(maxsize=1024)
def vocabulary(model: str) -> str:
    """The name of the vocabulary that the model's tokens come from, or `DEFAULT`."""
    return known(model) or DEFAULT


def known(model: str) -> str | None:
    """The vocabulary of a model we know, whose texts are counted exactly."""
    name = family(model)
    for beginning, found in VOCABULARIES:
        if re.match(beginning, name):
            return found
    return None


def count(text: str, model: str) -> int:
    """The tokens of a text. Lone surrogates count as U+FFFD, as tiktoken counts them."""
    if not text:
        return 0
    tokenizer = _load(vocabulary(model))
    if not text.isascii():
        text = SURROGATES.sub("\ufffd", text)
    return sum(len(tokenizer.encode_ordinary(piece)) for piece in pieces(text))


def pieces(text: str, size: int = PIECE) -> Iterator[str]:
    """The text in pieces of about `size` characters, parted at seams only."""
    start = 0
    while len(text) - start > size:
        seam = SEAM.search(text, start + size)
        if seam is None:
            break
        yield text[start : seam.start()]
        start = seam.start()
    yield text[start:]


_loaded: dict[str, Tokenizer] = {}


def _load(name: str) -> Tokenizer:
    # Imported when the first text is counted: the library is 37 MB, which most servers never need.
    from splintr import Tokenizer as Bundled  # noqa: PLC0415 - see above

    found = _loaded.get(name)  # once: another thread may drop it at any moment
    if found is None:
        _loaded.clear()  # first, so that there is never room needed for two
        found = _loaded[name] = Bundled.from_pretrained(name)
    return found
