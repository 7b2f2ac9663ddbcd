"""The cases stand in `tests/providers/failures.yaml`; here is what holds for all of them."""

import pytest

from handlers.errors import ApiError
from handlers.upstream_errors import SHOWN, failure, failure_in_answer


@pytest.mark.parametrize(
    "body", [b"", b'{"error": {"message": "why", "param": 5, "code": 7}}', b"[]", b"\xff"]
)
def test_every_status_stands_for_an_error_that_the_contract_has(body: bytes) -> None:
    for status in (*range(300, 600), 700):
        error = failure(status, body, {})
        assert isinstance(error, ApiError)
        assert error.status in {400, 404, 409, 413, 429, 502, 504}
        assert len(error.message) < SHOWN + 200


@pytest.mark.parametrize("code", [None, "insufficient_quota", 5, 10**30, True, [1]])
def test_a_code_that_is_no_status_is_502(code: object) -> None:
    assert failure_in_answer({"error": {"message": "why", "code": code}}).status == 502
