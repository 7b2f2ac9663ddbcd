"""`docs/tools.md` says what the code does."""

from handlers.settings import Settings
from tests.handlers.responses.tools_page import PAGE, renewed


def test_the_tables_are_those_of_the_code():
    page = PAGE.read_text()
    script = "PYTHONPATH=. python tests/handlers/responses/tools_page.py"
    assert renewed(page) == page, f"renew the tables with `{script}`"


def test_every_setting_of_tools_is_on_the_page():
    page = PAGE.read_text()
    names = [name for name in Settings.model_fields if name.startswith(("mcp_", "search_", "allow_private"))]
    assert len(names) >= 7
    assert [name for name in names if f"`LOCKSTEP_{name.upper()}`" not in page] == []
