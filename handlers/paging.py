"""The list envelope, composed from bodies that are encoded already.

`{"object": "list", "data": [...], "first_id", "last_id", "has_more"}`: upstream's lists require string
`first_id` and `last_id` also when nothing is listed, so an empty page answers `""`.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import orjson

from handlers.stores import Page

T = TypeVar("T")

EMPTY = b'{"object":"list","data":[],"first_id":"","last_id":"","has_more":false}'


def envelope(bodies: Sequence[bytes], ids: Sequence[str], *, has_more: bool = False) -> bytes:
    """One page as it goes out: `bodies` in list order, `ids` of the same objects."""
    if not bodies:
        return EMPTY
    return b'{"object":"list","data":[%b],"first_id":%b,"last_id":%b,"has_more":%b}' % (
        b",".join(bodies),
        orjson.dumps(ids[0]),
        orjson.dumps(ids[-1]),
        b"true" if has_more else b"false",
    )


def listing(page: Page[T], body: Callable[[T], bytes], identity: Callable[[T], str]) -> bytes:
    """A store's page as it goes out; `body` and `identity` say what a row looks like and is called."""
    rows = page.rows
    if not rows:
        return EMPTY
    ends = (identity(rows[0]), identity(rows[-1]))
    return envelope([body(row) for row in rows], ends, has_more=page.has_more)
