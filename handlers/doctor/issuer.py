"""The OpenID provider: whether its keys can be had, and whether its tokens will open anything."""

from collections.abc import AsyncIterator

from handlers import auth
from handlers.doctor import Finding, doubtful, good, wrong
from handlers.redaction import address
from handlers.settings import Settings

ABOUT = "issuer"


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Fetch what a first token would make us fetch."""
    if settings.oidc_issuer is None:
        return
    from handlers.auth import tokens  # noqa: PLC0415 - most servers have keys only
    from handlers.auth.issuer import IssuerError  # noqa: PLC0415 - as above

    if settings.no_auth:
        yield doubtful(ABOUT, "LOCKSTEP_NO_AUTH lets everybody of this machine in; no token is looked at.")
    try:
        tokens.rules(settings)
    except ValueError as error:
        yield wrong(ABOUT, str(error))
        return
    issuer, shown = tokens.issuer(settings), address(settings.oidc_issuer)
    try:
        keys = await issuer.fetch()
    except IssuerError as error:
        yield wrong(ABOUT, f"{shown}: {error}. Until that is mended, tokens are answered with 503.")
    else:
        if len(keys):
            yield good(ABOUT, f"{shown} publishes keys that check {', '.join(keys.algorithms())}")
        else:
            yield wrong(
                ABOUT, f"{shown} publishes no key for {settings.oidc_algorithms} (LOCKSTEP_OIDC_ALGORITHMS)."
            )
    finally:
        await issuer.aclose()
    for doubt in _doubts(settings):
        yield doubtful(ABOUT, doubt)


def _doubts(settings: Settings) -> list[str]:
    doubts = []
    scheme, _, rest = (settings.oidc_issuer or "").partition("://")
    host = auth.hostname(rest.partition("/")[0])
    if scheme == "http" and not auth.is_loopback(host):
        doubts.append(f"its keys come over http: whoever is on the way to {host} can forge tokens.")
    if "admin" in settings.oidc_default_scopes:
        doubts.append(
            "LOCKSTEP_OIDC_DEFAULT_SCOPES: with admin, every token without scopes reads all metrics."
        )
    return doubts
