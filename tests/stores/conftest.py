"""Every store of the folder, opened in a place of its own. Each test of the shared suite runs on each."""

import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator

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
def make_settings(request, tmp_path, store_name) -> Iterator[Callable[[], Settings]]:
    """Makes settings of new deployments, each with an empty store."""
    made: list[Settings] = []
    databases = request.getfixturevalue("databases") if store_name == "postgresql" else None

    def make() -> Settings:
        url = databases.borrow() if databases else None
        made.append(Settings(data_dir=tmp_path / f"data-{len(made)}", database_url=url, _env_file=None))
        return made[-1]

    yield make
    if databases:
        databases.free += [each.database_url.get_secret_value() for each in made]


@pytest.fixture
def settings(make_settings) -> Settings:
    return make_settings()


@pytest.fixture
async def store(store_name, settings) -> AsyncIterator[stores.Store]:
    opened = await stores.open_store(settings, store_name)
    yield opened
    await opened.aclose()
