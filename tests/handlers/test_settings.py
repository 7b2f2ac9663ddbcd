"""Every setting is documented, with its default; nothing is documented that is not there."""

import re
from pathlib import Path

from handlers.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_stands_in_the_docs_and_only_those():
    documented = re.findall(r"^\| `LOCKSTEP_([A-Z_]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(name.upper() for name in Settings.model_fields)


def test_secrets_do_not_show():
    names = ("api_key", "upstream_api_key", "encryption_key")
    settings = Settings(_env_file=None, **dict.fromkeys(names, "sk-secret"))
    assert "sk-secret" not in repr(settings) + str(settings) + settings.model_dump_json()
