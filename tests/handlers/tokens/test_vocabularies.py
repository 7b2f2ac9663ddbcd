"""Tokens are those of tiktoken; `tokens.yaml` has what it says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.tokens import count_text
from handlers.tokens.vocabularies import (
    DEFAULT,
    SURROGATES,
    VOCABULARIES,
    _load,
    _loaded,
    known,
    pieces,
    vocabulary,
)

# JSON strings, for YAML knows no lone surrogates.
CASES = [
    (json.loads(block[0]), {line.split(": ")[0]: json.loads(line.split(": ")[1]) for line in block[1:]})
    for block in (
        [line.strip() for line in entry.splitlines()]
        for entry in (Path(__file__).parent / "tokens.yaml").read_text().split("- text: ")[1:]
    )
]
MODELS = {"o200k_base": "gpt-4o", "cl100k_base": "gpt-4"}


@pytest.mark.parametrize(("text", "tokens"), CASES, ids=[ascii(text) for text, _ in CASES])
@pytest.mark.parametrize("name", MODELS)
def test_a_text_has_the_tokens_that_tiktoken_says(text, tokens, name):
    assert _load(name).encode_ordinary(SURROGATES.sub("\ufffd", text)) == tokens[name]
    assert count_text(text, MODELS[name]) == len(tokens[name])


def test_no_text_is_no_token():
    assert count_text("", "gpt-4o") == 0


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("gpt-4.1", "o200k_base"),
        ("gpt-5.2-codex", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("openai/gpt-oss-120b", "o200k_base"),
        ("ft:gpt-4o:acme::x", "o200k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("llama3.2:3b", "llama3"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama3"),
        ("accounts/fireworks/models/llama-v3p3-70b", "llama3"),
        ("qwen3:30b", "qwen3"),
        ("deepseek-r1:7b", "deepseek_v3"),
        ("mistral-nemo", "mistral_v3"),
        ("phi4", "phi4"),
        ("glm-4.6", "glm4"),
    ],
)
def test_a_family_has_its_own_vocabulary(model, name):
    assert known(model) == name == vocabulary(model)


@pytest.mark.parametrize("model", ["echo", "my-model", "", "claude", "o", "ollama", "llama2"])
def test_other_models_are_estimated(model):
    assert known(model) is None
    assert vocabulary(model) == DEFAULT


@pytest.mark.parametrize("name", sorted({name for _, name in VOCABULARIES}))
def test_every_vocabulary_is_in_the_package(name):
    assert 1 <= len(_load(name).encode_ordinary("hello world")) <= 3


TEXT = st.lists(
    st.sampled_from(
        [
            "word",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            "A",
            "é",
            "7",
            "42",
            ".",
            "'s",
            "/",
            "你好",
            "😀",
            "-",
            "_",
            "\u00a0",
        ]
    ),
    max_size=60,
).map("".join)


@pytest.mark.parametrize("name", sorted({name for _, name in VOCABULARIES}))
def test_pieces_have_the_tokens_of_the_whole(name):
    tokenizer = _load(name)

    @settings(deadline=None)  # the machine may be busy
    @given(TEXT, st.integers(1, 12))
    def check(text, size):
        parted = list(pieces(text, size))
        assert "".join(parted) == text
        assert [
            token for piece in parted for token in tokenizer.encode_ordinary(piece)
        ] == tokenizer.encode_ordinary(text)

    check()


MEMORY = """
import resource, sys
from handlers.tokens import count_text
status = lambda: int(open("/proc/self/statm").read().split()[1]) * 4 // 1024
before = status()
text = " ".join(f"word{number} of a long text" for number in range(200_000))
own = status()
count_text(text, "gpt-4o")
print(status() - own)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_long_text_takes_little_memory():
    """5 MB of text, whose tokens in a list would take 60 MB, with the vocabulary's 30."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) < 80


def test_one_vocabulary_is_kept():
    for model, name in (("gpt-4o", "o200k_base"), ("gpt-4", "cl100k_base"), ("gpt-4o", "o200k_base")):
        assert count_text("hello world", model) == 2
        assert list(_loaded) == [name]


def test_nothing_is_loaded_before_it_is_needed():
    code = "import sys, handlers.tokens, handlers.responses; print('splintr' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"
