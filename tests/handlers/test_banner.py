"""What `lockstep serve` prints when it is ready."""

import pytest

from handlers import auth, banner
from handlers.settings import Settings

KEY = auth.new_key("sk-lockstep-0123456789abcdef", project="default", name="", now=0)


def printed(url="http://127.0.0.1:8080/v1", secret=None, **settings):
    return banner.text(url, Settings(_env_file=None, **settings), auth.FirstKey(KEY, secret))


@pytest.mark.parametrize(
    ("bound", "shown"),
    [
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://0.0.0.0:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://[::]:8080/v1", "http://[::1]:8080/v1"),
        ("http://10.0.0.7:80/v1", "http://10.0.0.7:80/v1"),
    ],
)
def test_address_is_one_that_can_be_called(bound, shown):
    text = printed(bound)
    assert f"base URL  {shown}\n" in text
    assert f"curl {shown}/chat/completions" in text
    assert f'base_url="{shown}"' in text


def test_key_is_shown_only_when_it_was_made_just_now():
    assert "sk-lockstep-made-now  (shown this once" in printed(secret="sk-lockstep-made-now")
    assert "as before (sk-...cdef)" in printed()
    assert "the one in LOCKSTEP_API_KEY" in printed(api_key="sk-lockstep-0123456789abcdef")
    assert "0123456789" not in printed(api_key="sk-lockstep-0123456789abcdef")


def test_lines_to_paste_are_python():
    for secret in (None, "sk-lockstep-made-now"):
        text = printed(secret=secret)
        compile(text[text.index("from openai") :], "banner", "exec")


def test_database_is_named_without_its_password():
    text = printed(database_url="postgresql://user:very-secret@db.example/lockstep")
    assert "data in postgresql://db.example/lockstep" in text
    assert "very-secret" not in text
