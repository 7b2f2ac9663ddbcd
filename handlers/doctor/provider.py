"""The model endpoint: whether it answers, what it offers, whether the clocks agree."""

import asyncio
from collections.abc import AsyncIterator

from handlers import providers, search
from handlers.doctor import Finding, doubtful, good, wrong
from handlers.errors import ApiError
from handlers.settings import Settings

PATIENCE = 15.0


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Ask it for its models, as the first client would."""
    try:
        search.load(settings)
        provider = providers.load(settings)
    except ValueError as error:
        yield wrong("provider", str(error))
        return
    if settings.provider == "echo":
        yield doubtful(
            "provider",
            "echo repeats what it is told and has no model. Set LOCKSTEP_PROVIDER=openai for a real one.",
        )
    try:
        async with asyncio.timeout(PATIENCE):
            models = [str(model["id"]) for model in await provider.models()]
    except TimeoutError:
        yield wrong("provider", f"{settings.provider} has not answered for {PATIENCE:g} seconds.")
    except ApiError as error:
        yield wrong("provider", f"{settings.provider} does not list its models: {error.message}")
    else:
        yield _offer(settings, models)
    finally:
        await provider.aclose()


def _offer(settings: Settings, models: list[str]) -> Finding:
    if not models:
        return doubtful("provider", f"{settings.provider} answers, but offers no model.")
    if settings.default_model is not None and settings.default_model not in models:
        named = ", ".join(sorted(models)[:5])
        return doubtful(
            "provider",
            f"LOCKSTEP_DEFAULT_MODEL {settings.default_model!r} is not among its models ({named} ...).",
        )
    return good("provider", f"{settings.provider} answers and offers {len(models)} models")
