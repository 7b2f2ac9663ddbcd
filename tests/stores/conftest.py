"""Every store of the folder, opened in a place of its own. Each test of the shared suite runs on each."""

import pkgutil
from collections.abc import AsyncIterator, Callable

import pytest

from handlers import stores
from handlers.settings import Settings
from tests.postgresql import databases

__all__ = ["databases"]
NAMES = sorted(module.name for module in pkgutil.iter_modules(stores.__path__) if not module.ispkg)


@pytest.fixture(params=NAMES)
def store_name(request) -> str:
    return request.param


@pytest.fixture
def make_settings(request, tmp_path, store_name) -> Callable[[], Settings]:
    """Makes settings of new deployments, each with an empty store."""
    made = 0

    def make() -> Settings:
        nonlocal made
        made += 1
        url = request.getfixturevalue("databases").new() if store_name == "postgresql" else None
        return Settings(data_dir=tmp_path / f"data-{made}", database_url=url, _env_file=None)

    return make


@pytest.fixture
def settings(make_settings) -> Settings:
    return make_settings()


@pytest.fixture
async def store(store_name, settings) -> AsyncIterator[stores.Store]:
    opened = await stores.open_store(settings, store_name)
    yield opened
    await opened.aclose()
