from typing import Any

import pytest

from handlers.errors import NotFoundError, PermissionDeniedError
from handlers.models import Models
from handlers.providers.echo import Echo
from handlers.services import Call, Services
from handlers.settings import Settings
from tests.handlers.contract import judged

ME = Call(project="mine", request_id="req_1")
TUNED = "ft:echo:lockstep::sample"


@pytest.fixture
def models() -> Models:
    settings = Settings(_env_file=None, model_aliases="gpt-4o=echo,ft:mine=echo")  # type: ignore[call-arg]  # pydantic-settings' own
    store: Any = None  # models are the provider's alone
    return Models(Services(settings, store, Echo()))


async def listed(models: Models) -> list[str]:
    return [model["id"] for model in judged("ListModelsResponse", await models.list_models(ME))["data"]]


async def test_models_and_aliases_are_listed(models: Models) -> None:
    assert await listed(models) == ["echo", "echo/slow", "echo/broken", TUNED, "gpt-4o", "ft:mine"]


@pytest.mark.parametrize("model", ["echo", "echo/slow", TUNED, "gpt-4o"])
async def test_a_model_is_found_by_its_id(models: Models, model: str) -> None:
    assert judged("Model", await models.retrieve_model(ME, model=model))["id"] == model


async def test_an_unknown_model_is_404(models: Models) -> None:
    for refused in (models.retrieve_model(ME, model="nobody"), models.delete_model(ME, model="nobody")):
        with pytest.raises(NotFoundError) as caught:
            await refused
        assert caught.value.code == "model_not_found"


@pytest.mark.parametrize("model", ["echo", "echo/slow"])
async def test_a_model_that_is_not_fine_tuned_stays(models: Models, model: str) -> None:
    with pytest.raises(PermissionDeniedError):
        await models.delete_model(ME, model=model)
    assert model in await listed(models)


@pytest.mark.parametrize("alias", ["gpt-4o", "ft:mine"])
async def test_an_alias_is_the_operators_to_remove(models: Models, alias: str) -> None:
    with pytest.raises(PermissionDeniedError, match="operator"):
        await models.delete_model(ME, model=alias)
    assert alias in await listed(models)


async def test_a_fine_tuned_model_is_deleted_and_leaves_the_list_at_once(models: Models) -> None:
    answer = judged("DeleteModelResponse", await models.delete_model(ME, model=TUNED))
    assert answer == {"id": TUNED, "object": "model", "deleted": True}
    assert TUNED not in await listed(models)
    with pytest.raises(NotFoundError):
        await models.delete_model(ME, model=TUNED)
