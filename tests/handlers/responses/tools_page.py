"""The tables of `docs/tools.md`, from `handlers.responses.support`; run as a script it rewrites them."""

import re
import sys
from pathlib import Path

from handlers.responses import support

PAGE = Path(__file__).parents[3] / "docs" / "tools.md"
TABLES = {
    "fields": ("field", support.FIELDS),
    "formats": ("`text.format`", support.FORMATS),
    "tools": ("tool", support.TOOLS),
    "choices": ("`tool_choice`", support.CHOICES),
    "includes": ("`include`", support.INCLUDES),
    "parts": ("part", support.PARTS),
    "items": ("item", support.ITEMS),
}


def _rows(heading, entries):
    yield f"| {heading} | | |"
    yield "|---|---|---|"
    for name, entry in entries:
        unless = f" unless {entry.unless}" if entry.fine else ""
        yield f"| {name} | {entry.stand}{unless} | {entry.says} |"


def tables():
    """Each table's text by its name."""
    made = {
        name: _rows(heading, ((f"`{key}`", entry) for key, entry in table.items()))
        for name, (heading, table) in TABLES.items()
    }
    by_tool = {}
    for kind, table in support.TOOL_FIELDS.items():
        for field, entry in table.items():
            by_tool.setdefault((field, entry), []).append(f"`{kind}`")
    inner = ((f"`{field}` of {', '.join(kinds)}", entry) for (field, entry), kinds in by_tool.items())
    made["tool-fields"] = _rows("field", inner)
    return {name: "\n".join(rows) for name, rows in made.items()}


def renewed(text):
    """The page with its tables as they should be."""
    for name, table in tables().items():
        begin, end = f"<!-- table {name} -->\n", "\n<!-- end -->"
        pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
        text, count = pattern.subn(lambda _found, new=begin + table + end: new, text)
        if count != 1:
            sys.exit(f"{PAGE}: {count} places for the table {name}")
    return text


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text()))
