"""The server starts without what it never calls, and leaves the imports of others as they were."""

import subprocess
import sys

import pytest


def python(code):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize(
    "module",
    [
        "connexion.apps",
        "starlette.testclient",
        "flask",
        "httpx._client",
        "requests.api",
        "alembic",
        "sqlalchemy",
    ],
)
def test_starting_does_without(module):
    assert (
        python(f"import handlers.serving, handlers.stores.sqlite, sys; print({module!r} in sys.modules)")
        == "False\n"
    )


def test_http_clients_load_at_their_first_use():
    code = "import handlers.shell.light, httpx, requests; print(httpx.Client.__name__, requests.get.__name__)"
    assert python(code) == "Client get\n"


def test_connexion_is_whole_for_whoever_imports_it_later():
    code = (
        "import warnings, handlers.shell.light as light\n"
        "warnings.simplefilter('ignore')\n"
        "import connexion\n"
        "from connexion.middleware import ConnexionMiddleware\n"
        "print(connexion.AsyncApp.__name__, ConnexionMiddleware is light.main.ConnexionMiddleware)"
    )
    assert python(code) == "AsyncApp True\n"
