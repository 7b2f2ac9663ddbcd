"""What operations are made of, before any database sees it."""

import sqlite3

import pytest

from handlers.stores.sql.group_commit import drive
from handlers.stores.sql.listing import digest, metadata_terms, pair_terms
from handlers.stores.sql.statements import CHUNK, insert, numbered, shown, storable


def test_parameters_are_numbered_in_their_order():
    assert numbered("SELECT ? WHERE a = ? AND b = ?") == "SELECT $1 WHERE a = $2 AND b = $3"


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 20 * CHUNK])
def test_an_insert_of_any_size_keeps_order_and_gathers_its_answers(count):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
    rows = [(number, str(number)) for number in range(count)]
    ran: list[str] = []
    connection.set_trace_callback(ran.append)
    answers = drive(connection, insert("INSERT INTO t (a, b)", rows, "RETURNING a"))
    assert answers == [(number,) for number in range(count)]
    assert len(ran) == -(-count // CHUNK)
    assert connection.execute("SELECT a, b FROM t").fetchall() == rows
    connection.close()


@pytest.mark.parametrize(
    ("text", "answer"), [("", True), ("ü\U0001f600", True), ("\0", False), ("ü\ud800", False)]
)
def test_what_every_database_can_hold(text, answer):
    assert storable(text) is answer


def test_errors_repeat_little_of_a_long_text():
    assert len(shown("x" * 10_000_000)) < 120


def test_terms_tell_apart_what_looks_alike():
    pairs = [("a", "b"), ("ab", ""), ("", "ab"), ("a", "b\0"), ("1:a", "b"), ("a1:b", "")]
    assert len({digest("metadata", *pair) for pair in pairs} | {digest("model", "metadata")}) == 7


def test_terms_of_encoded_metadata_are_those_of_its_pairs():
    assert metadata_terms(b'{"a": "b", "c": "\\u0000"}') == pair_terms({"a": "b", "c": "\0"})
    assert metadata_terms(b"{}") == []
