"""Which release is running, and which contract it serves."""

from importlib.metadata import version

from typing_extensions import override

from generated import schemas, stubs
from handlers import document
from handlers.services import Call, Services


class Version(stubs.Version[Call]):
    """The group `version`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._release = version("lockstep")

    @override
    async def get_version(self, call: Call) -> schemas.VersionInfo | bytes:
        """The release, the contract's version, and the date of the upstream document it follows."""
        info = document.info()
        return schemas.VersionInfo(
            version=self._release,
            contract=info["version"],
            upstream=info["x-lockstep-upstream"],
        )
