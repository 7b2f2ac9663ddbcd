"""Remarks on a document itself: dead references, schema keywords nobody knows, parts of the wrong kind."""

from collections.abc import Iterator

from conformance.contract.findings import Diagnostic
from conformance.contract.pairing import Side


def remarks(side: Side) -> Iterator[Diagnostic]:
    """Yield everything worth saying of a document, what loading found included."""
    yield from side.refs.document.diagnostics
    yield from side.refs.diagnostics()
