"""Whether the server can do its work."""

from typing_extensions import override

from generated import schemas, stubs
from handlers import stores
from handlers.services import Call, Services


class Health(stubs.Health[Call]):
    """The group `health`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @override
    async def get_health(self, call: Call) -> schemas.HealthStatus | bytes:
        """Ask the store, really; its failure is the answer (503)."""
        await self._services.store.check()
        return schemas.HealthStatus(status="ok", store=stores.chosen(self._services.settings))
