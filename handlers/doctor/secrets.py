"""Keys and tokens: those that open the server, and those that seal."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

from handlers import auth, sealing, sources
from handlers.doctor import Finding, doubtful, good, wrong
from handlers.environment import ENV_FILE
from handlers.settings import Settings

SHORTEST = 24
"""Characters below which a key of one's own can be guessed."""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """What the settings say; which keys the store has is the store's check."""
    yield _door(settings)
    yield _encryption(settings)
    for path in (settings.config, ENV_FILE):
        if path is not None and path.is_file() and path.stat().st_mode & 0o004 and _holds_secrets(path):
            yield doubtful(
                "secrets", f"every user of this machine may read those in {path}. chmod 600 {path}"
            )
    if settings.metrics_token is not None and len(settings.metrics_token.get_secret_value()) < SHORTEST:
        yield doubtful("metrics", f"LOCKSTEP_METRICS_TOKEN has fewer than {SHORTEST} characters.")
    if settings.metrics == "open" and not auth.is_loopback(settings.host):
        yield doubtful("metrics", f"anybody who reaches {settings.host} reads them (LOCKSTEP_METRICS=open).")


def _holds_secrets(path: Path) -> bool:
    text = path.read_text(errors="replace").lower()
    names = sources.secrets(Settings.model_fields)
    return any(re.search(rf"^\s*(export\s+)?(lockstep_)?{name}\s*=", text, re.MULTILINE) for name in names)


def _door(settings: Settings) -> Finding:
    if settings.no_auth:
        if not auth.is_loopback(settings.host):
            return wrong("keys", f"LOCKSTEP_NO_AUTH works on loopback only, not on {settings.host!r}.")
        return doubtful(
            "keys", "none is asked for (LOCKSTEP_NO_AUTH): every program of this machine gets in."
        )
    if settings.api_key is not None and len(settings.api_key.get_secret_value()) < SHORTEST:
        return doubtful(
            "keys", f"LOCKSTEP_API_KEY has fewer than {SHORTEST} characters; leave it out to get one."
        )
    return good("keys", "every request needs one" + ("" if settings.oidc_issuer is None else ", or a token"))


def _encryption(settings: Settings) -> Finding:
    about, path = "encryption key", settings.data_dir / sealing.FILE
    try:
        sealing.check(settings)
    except ValueError as error:
        return wrong(about, str(error))
    if settings.encryption_key is not None:
        return good(about, "LOCKSTEP_ENCRYPTION_KEY")
    if settings.database_url is not None:
        return doubtful(
            about,
            f"each replica makes one of its own ({path}): what one seals, others cannot open. Where there are"
            " several, set one LOCKSTEP_ENCRYPTION_KEY for all (openssl rand -hex 32).",
        )
    return _key_file(about, path)


def _key_file(about: str, path: Path) -> Finding:
    if not path.exists():
        return good(about, f"{path} will be made; several replicas need one LOCKSTEP_ENCRYPTION_KEY instead")
    if not os.access(path, os.R_OK):
        return wrong(about, f"{path} cannot be read by this user.")
    if path.stat().st_mode & 0o077:
        return doubtful(about, f"others may read {path}. chmod 600 {path}")
    return good(about, f"{path}; what it sealed is lost without it, so back it up")
