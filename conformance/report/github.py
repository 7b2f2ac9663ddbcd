"""The report as workflow commands that GitHub shows as annotations, worst first, the remainder counted."""

from conformance.contract.accept import Problem
from conformance.contract.findings import LEVELS, Finding, Level, Position
from conformance.contract.gate import Outcome
from conformance.report import Style
from conformance.report._words import SAYS, count, heading, place, summary, value_of

# GitHub shows ten annotations of a kind for each step, and drops the others without a word.
MOST = 10
_LONGEST = 500
_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(outcome: Outcome, _: Style) -> str:
    """Write one command a line; the last one sums up."""
    lines: list[str] = []
    problems = [*outcome.problems]
    lines.extend(_problem(problem) for problem in problems[:MOST])
    room = MOST - len(lines)
    for level in LEVELS:
        findings = [finding for finding in outcome.open if finding.level == level]
        most = max(room, 0) if level == "error" else MOST
        lines.extend(_finding(finding) for finding in findings[:most])
        hidden = len(findings) - most + (max(len(problems) - MOST, 0) if level == "error" else 0)
        if hidden > 0:
            lines.append(f"{count(hidden, level)} more, not shown as annotations")
    command = "notice" if outcome.result == "clean" else "error"
    lines.append(_command(command, f"conform {SAYS[outcome.result]}", summary(outcome), None))
    return "\n".join(lines) + "\n"


def _problem(problem: Problem) -> str:
    return _command("error", f"{problem.kind} entry {problem.entry}", problem.message, problem.position)


def _finding(finding: Finding) -> str:
    text = [f"{finding.message} ({heading(finding)})"]
    if finding.witness:
        value = value_of(finding.witness.value, _LONGEST)
        text.append(f"witness: {value}, accepted by the {finding.witness.accepted_by} only")
    return _command(_COMMANDS[finding.level], finding.rule, "\n".join(text), place(finding))


def _command(name: str, title: str, message: str, position: Position | None) -> str:
    properties = {"title": title}
    if position is not None:
        properties = {
            "file": position.file,
            "line": str(position.line),
            "col": str(position.column),
            **properties,
        }
        properties = {key: value for key, value in properties.items() if value != "0"}
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """Escape the text of a workflow command as its reader unescapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
