"""The gate: a report held against thresholds and accepted differences, and the exit code that comes of it."""

import dataclasses
from typing import Literal

from conformance.contract.accept import Judgement, Problem
from conformance.contract.documents import Document
from conformance.contract.findings import LEVELS, Diagnostic, Finding, Report

Threshold = Literal["error", "warning", "info", "never"]
Result = Literal["clean", "failed", "undecided"]

CODES: dict[Result, int] = {"clean": 0, "failed": 1, "undecided": 4}


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a report format may show.

    `fail_on` is the mildest level that fails the gate, `allowed` how many undecided findings may stay open.
    `documents` are there for formats that quote them.
    """

    report: Report
    judgement: Judgement
    fail_on: Threshold = "error"
    allowed: int = 0
    idle: tuple[Diagnostic, ...] = ()
    accept_file: str = ""
    documents: tuple[Document, Document] | None = None

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that no entry accepts."""
        return self.judgement.open

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the file of accepted differences says and is no longer so."""
        return self.judgement.problems

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The open findings that fail the gate."""
        if self.fail_on == "never":
            return ()
        bad = LEVELS[: LEVELS.index(self.fail_on) + 1]
        return tuple(finding for finding in self.open if finding.level in bad)

    @property
    def undecided(self) -> tuple[Finding, ...]:
        """The open findings that nobody could prove either way."""
        return tuple(finding for finding in self.open if finding.verdict == "undecided")

    @property
    def result(self) -> Result:
        """What the gate says."""
        if self.fail_on == "never":
            return "clean"
        if self.failing or self.problems or self.idle:
            return "failed"
        return "undecided" if len(self.undecided) > self.allowed else "clean"

    @property
    def code(self) -> int:
        """The exit code of the command."""
        return CODES[self.result]

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        found: dict[str, int] = dict.fromkeys(LEVELS, 0)
        for finding in self.open:
            found[finding.level] += 1
        return {**found, "undecided": len(self.undecided), "accepted": len(self.judgement.accepted)}


def accept_nothing(report: Report) -> Judgement:
    """Judge a report where nothing is accepted."""
    return Judgement(report.findings)
