"""connexion without what it imports and we never call: a test client, Flask, two HTTP clients.

Imported as it comes, connexion takes some half a second of the server's start. Its package module pulls in
every kind of application it offers; we need the middleware alone, so that module is put off until somebody
asks for it, and the HTTP clients with it (they fetch remote documents and introspect tokens).
"""

import importlib.util
import sys
import warnings
from types import ModuleType

_PUT_OFF = ("httpx", "requests")


def _put_off(name: str) -> None:
    """Register a module that loads at its first use (importlib's own recipe)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None or name in sys.modules:
        return
    spec.loader = loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)


def _bare(name: str) -> ModuleType:
    """A package whose submodules can be imported although its own module has not run."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"{name} is missing: install lockstep[server]")
    return importlib.util.module_from_spec(spec)


def _load() -> None:
    borrowed = "connexion" not in sys.modules
    for name in _PUT_OFF:
        _put_off(name)
    if borrowed:
        sys.modules["connexion"] = _bare("connexion")
    try:
        with warnings.catch_warnings():
            # connexion still imports jsonschema's RefResolver, which says it is deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            importlib.import_module("connexion.middleware.main")
    finally:
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
