"""Traces for a server, if the environment asks for them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handlers.tracing.variables import wanted

if TYPE_CHECKING:
    from handlers.tracing.sdk import Sdk


def load(variables: Mapping[str, str]) -> "Sdk | None":
    """What wraps the parts of a server; None where traces are not asked for.

    Raises ValueError for variables that cannot be followed, and where the SDK is not installed.
    """
    plan = wanted(variables)
    if plan is None:
        return None
    try:
        from handlers.tracing.sdk import Sdk  # noqa: PLC0415 - an extra, and a tenth of a second
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("opentelemetry"):
            raise
        raise ValueError(
            f"{plan.because}: traces need the OpenTelemetry SDK, which is not installed: "
            "pip install 'lockstep[server,otel]', or set OTEL_SDK_DISABLED=true."
        ) from None
    return Sdk(plan)
