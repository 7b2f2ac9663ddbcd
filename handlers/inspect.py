"""What the server serves: every operation somebody wrote, and no other."""

from typing_extensions import override

from generated import schemas, stubs
from generated.routes import Route
from handlers import discovery
from handlers.services import Call, Services

BASE = "/v1"


class Inspect(stubs.Inspect[Call]):
    """The group `inspect`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @override
    async def list_routes(self, call: Call) -> schemas.RouteList | bytes:
        """All routes with the kind of provider behind them, none where the store alone answers."""
        return schemas.RouteList(data=[self._describe(route) for route in discovery.served()])

    def _describe(self, route: Route) -> schemas.RouteInfo:
        reaches = discovery.group(route.group).reaches_provider(route.function)
        return schemas.RouteInfo.model_validate(
            {
                "route": BASE + route.path,
                "method": route.method.upper(),
                "provider_types": [self._services.provider.name] if reaches else [],
            }
        )
