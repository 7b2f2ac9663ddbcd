"""The words that several formats share."""

from conformance.contract.findings import Impact

_UNCOUNTED = frozenset({"info"})


def count(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun."""
    noun = one if number == 1 or one in _UNCOUNTED else many or f"{one}s"
    return f"{number:,} {noun}"


def title(impact: Impact) -> str:
    """Name an operation."""
    text = f"{impact.operation} {impact.path}".strip()
    return text if impact.kind == "operation" else f"{impact.kind} {text}"


def place_of(impact: Impact) -> str:
    """Say where in the messages of an operation something is: direction, status, media type, JSON path."""
    named = {"request": "request", "response": f"response {impact.status}".strip(), "": ""}
    parts = (named[impact.direction], impact.media_type, impact.json_path)
    return " ".join(part for part in parts if part) or title(impact)


def shortened(text: str, longest: int) -> str:
    """Cut a text, saying how much is missing."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest:,} characters more)"
