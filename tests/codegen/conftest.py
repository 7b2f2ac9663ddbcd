"""A small contract with every construct that the generator has a rule for, and the models made from it."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from spec.codegen.__main__ import generated, replace

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """What the small contract generates."""
    return generated(FIXTURES / "spec")


@pytest.fixture(scope="session")
def package(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The generated folder of the small contract, importable as `made`."""
    folder = tmp_path_factory.mktemp("codegen") / "made"
    replace(folder, files)
    spec = importlib.util.spec_from_file_location(
        "made", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["made"] = module
    spec.loader.exec_module(module)
    yield folder
    for name in [name for name in sys.modules if name == "made" or name.startswith("made.")]:
        del sys.modules[name]


@pytest.fixture
def schemas(package: Path) -> ModuleType:
    """The models of the small contract."""
    return importlib.import_module("made.schemas")
