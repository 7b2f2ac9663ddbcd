"""connexion without what it imports and we never call: a test client, Flask, two HTTP clients.

Imported as it comes, connexion takes some half a second of the server's start. Its package module pulls in
every kind of application it offers; we need the middleware alone, so that module is put off until somebody
asks for it, and the HTTP clients with it (they fetch remote documents and introspect tokens).
"""

import importlib.util
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from typing_extensions import override

_PUT_OFF = ("httpx", "requests")


class _Later(MetaPathFinder):
    """Imports some modules as names that load at their first use (importlib's own recipe)."""

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname) if fullname in _PUT_OFF else None
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def _bare(name: str) -> ModuleType:
    """A package whose submodules can be imported although its own module has not run."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"{name} is missing: install lockstep[server]")
    return importlib.util.module_from_spec(spec)


def _load() -> None:
    borrowed = "connexion" not in sys.modules
    if borrowed:
        sys.modules["connexion"] = _bare("connexion")
    later = _Later()
    sys.meta_path.insert(0, later)
    try:
        with warnings.catch_warnings():
            # connexion still imports jsonschema's RefResolver, which says it is deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            importlib.import_module("connexion.middleware.main")
    finally:
        sys.meta_path.remove(later)
        if borrowed:
            # Whoever imports connexion later gets the whole of it.
            del sys.modules["connexion"]


_load()

main = sys.modules["connexion.middleware.main"]
abstract = sys.modules["connexion.middleware.abstract"]
exceptions = sys.modules["connexion.middleware.exceptions"]
lifespan = sys.modules["connexion.middleware.lifespan"]
request_validation = sys.modules["connexion.middleware.request_validation"]
routing = sys.modules["connexion.middleware.routing"]
security = sys.modules["connexion.middleware.security"]
server_error = sys.modules["connexion.middleware.server_error"]
spec = sys.modules["connexion.spec"]
resolver = sys.modules["connexion.resolver"]
