"""The judge: compares contracts and examines servers. Knows nothing of the judged."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from conformance.contract.compare import compare
    from conformance.contract.containment import Verdict, is_subschema

__all__ = ["Verdict", "compare", "is_subschema"]

# Imported at first use: `conform --help` should not pay for the engine.
_HOMES: Final = {
    "compare": "conformance.contract.compare",
    "Verdict": "conformance.contract.containment",
    "is_subschema": "conformance.contract.containment",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
