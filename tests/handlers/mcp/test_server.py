"""What a server was told in confidence does not come back; words that happen to be in a header do."""

from handlers.mcp import HIDDEN, Server

SERVER = Server(
    "desk",
    "https://user:p%40ssword@a.test/mcp?key=0123456789abcdef&lang=english",
    {"authorization": "Bearer tok-123", "x-region": "europe", "x-key": "a-long-secret-value"},
)


def test_secrets_are_hidden():
    for secret in (
        "tok-123",
        "Bearer tok-123",
        "p@ssword",
        "p%40ssword",
        "0123456789abcdef",
        "a-long-secret-value",
    ):
        assert SERVER.hide(f"<{secret}>") == f"<{HIDDEN}>"


def test_words_are_not():
    for word in ("europe", "english", "user", "Bearer"):
        assert SERVER.hide(word) == word


def test_nothing_secret_shows():
    assert repr(SERVER) == "Server(label='desk')"
    assert SERVER.address == "https://a.test/mcp?key=0123456789abcdef&lang=english"
