"""Which term leads a search for several."""

from handlers.stores.sql import listing

P = "default"


def search(*terms: bytes):
    return listing.objects("conversation", "id", P, after=None, limit=2, order="desc", terms=terms)


def test_the_rarest_term_leads():
    operation = search(b"many", b"few", b"some")
    _, asked = next(operation)
    assert asked == [P, b"many", P, b"few", P, b"some"]
    _, parameters = operation.send([(1_000, 3, 40)])
    assert parameters == (P, b"few", P, b"some", P, b"many", P, 3)


def test_terms_that_many_have_stay_in_their_order():
    operation = search(b"one", b"two")
    next(operation)
    _, parameters = operation.send([(listing.MOST, listing.MOST)])
    assert parameters == (P, b"one", P, b"two", P, 3)


def test_a_single_term_is_not_counted():
    statement, parameters = next(search(b"one"))
    assert "COUNT" not in statement
    assert parameters == (P, b"one", P, 3)
