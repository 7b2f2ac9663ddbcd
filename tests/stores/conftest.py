"""Every store of the folder, opened in a temporary one. Each test of the shared suite runs on each."""

import pkgutil
from collections.abc import AsyncIterator

import pytest

from handlers import stores
from handlers.settings import Settings

NAMES = sorted(module.name for module in pkgutil.iter_modules(stores.__path__) if not module.ispkg)


@pytest.fixture(params=NAMES)
def store_name(request) -> str:
    return request.param


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
async def store(store_name, settings) -> AsyncIterator[stores.Store]:
    opened = await stores.open_store(settings, store_name)
    yield opened
    await opened.aclose()
