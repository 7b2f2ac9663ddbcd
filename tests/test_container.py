"""The files that make and run the image: what they name is there, and is named as the server knows it."""

import re
from pathlib import Path

import pytest
import yaml

from handlers.settings import Settings
from handlers.sources import PREFIX, variable

ROOT = Path(__file__).parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
KNOWN = {variable(name) for name in Settings.model_fields}


def copied():
    """What the build takes from this folder."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


@pytest.mark.parametrize("ignored", [".containerignore", ".dockerignore"])
def test_what_is_copied_is_there_and_nothing_else_is_handed_to_the_build(ignored):
    lines = (ROOT / ignored).read_text().splitlines()
    assert lines[0] == "*"
    assert sorted(line[1:] for line in lines if line.startswith("!")) == sorted(copied())
    assert all((ROOT / source).exists() for source in copied())


def test_variables_are_settings():
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", CONTAINERFILE)) | set(
        re.findall(rf"{PREFIX}[A-Z_]+", (ROOT / "compose.yaml").read_text())
    )
    assert named <= KNOWN


def test_nothing_runs_as_root_and_nothing_may_be_gained():
    assert re.search(r"^USER 10001:10001$", CONTAINERFILE, re.MULTILINE)
    service = COMPOSE["services"]["lockstep"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_secrets_have_no_default_in_the_compose_file():
    given = COMPOSE["services"]["lockstep"]["environment"]
    for name in ("LOCKSTEP_API_KEY", "LOCKSTEP_ENCRYPTION_KEY"):
        assert given[name].startswith(f"${{{name}:?"), name


def test_grace_is_longer_than_what_the_server_takes():
    settings = Settings(_env_file=None)
    needed = settings.drain_seconds + 2 * settings.shutdown_seconds
    assert int(COMPOSE["services"]["lockstep"]["stop_grace_period"].removesuffix("s")) > needed


def test_image_has_what_its_settings_ask_for():
    locked = (ROOT / "requirements" / "image.txt").read_text()
    for name in ("asyncpg", "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http", "uvicorn"):
        assert re.search(rf"^{name}==.+\\$", locked, re.MULTILINE), name
