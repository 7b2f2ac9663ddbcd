"""Models: the provider's, and the names the operator gave them."""

from typing import ClassVar

from typing_extensions import override

from generated import stubs
from handlers.catalog import Catalog
from handlers.encoding import encode
from handlers.errors import PermissionDeniedError
from handlers.services import Call, Services

FINE_TUNED = "ft:"
"""How ids of fine-tuned models begin, everywhere."""


class Models(stubs.Models[Call]):
    """Lists come from the catalog's cache; a model that is deleted leaves it at once."""

    reaches_provider: ClassVar[frozenset[str]] = frozenset({"list_models", "retrieve_model", "delete_model"})

    def __init__(self, services: Services) -> None:
        self._catalog = Catalog(services)
        self._provider = services.provider

    @override
    async def list_models(self, call: Call) -> bytes:
        return encode({"object": "list", "data": await self._catalog.listed()})

    @override
    async def retrieve_model(self, call: Call, *, model: str) -> bytes:
        return encode(await self._catalog.find(model))

    @override
    async def delete_model(self, call: Call, *, model: str) -> bytes:
        await self._catalog.find(model)
        if model not in await self._catalog.models():
            raise PermissionDeniedError(f"`{model}` is a name the operator gave to a model.", param="model")
        if not model.startswith(FINE_TUNED):
            message = (
                f"The model `{model}` is not fine-tuned (its id would begin with `{FINE_TUNED}`) and stays."
            )
            raise PermissionDeniedError(message, param="model")
        answer = await self._provider.delete_model(model)
        self._catalog.forget()
        return encode({"object": "model", "deleted": True, **answer, "id": model})
