"""Which term leads a search for several."""

import pytest

from handlers.stores.sql import listing

P = "default"


def search(*terms: bytes, order="desc"):
    return listing.objects("conversation", "id", P, after=None, limit=2, order=order, terms=terms)


@pytest.mark.parametrize(
    ("order", "hundredths"), [("desc", (9_900, 0, 500)), ("asc", (110, listing.NONE["asc"], 90_000))]
)
def test_the_rarest_term_leads(order, hundredths):
    operation = search(b"many", b"few", b"some", order=order)
    _, asked = next(operation)
    assert asked == [P, b"many", P, b"few", P, b"some"]
    _, parameters = operation.send([hundredths])
    assert parameters == (P, b"few", P, b"some", P, b"many", P, 3)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_terms_that_are_as_rare_stay_in_their_order(order):
    operation = search(b"one", b"two", order=order)
    next(operation)
    _, parameters = operation.send([(listing.NONE[order],) * 2])
    assert parameters == (P, b"one", P, b"two", P, 3)


def test_a_single_term_is_not_looked_at():
    statement, parameters = next(search(b"one"))
    assert "OFFSET" not in statement
    assert parameters == (P, b"one", P, 3)
