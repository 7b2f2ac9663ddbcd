"""What is sealed in items, opened for the model; the key is only read when something is sealed."""

from collections.abc import Mapping
from typing import Any

from handlers.responses import compaction
from handlers.responses.messages import Message, Reading
from handlers.responses.request import Item
from handlers.sealing import Sealer
from handlers.services import Services

PURPOSE = "reasoning"


class Vault:
    """One project's sealed texts."""

    def __init__(self, services: Services, project: str) -> None:
        self._settings = services.settings
        self._project = project
        self._made: Sealer | None = None

    def reading(self, body: Mapping[str, Any]) -> Reading:
        """How the items of a request are read."""
        context = (body.get("reasoning") or {}).get("context")
        return Reading(expand=self._expand, unseal=self._unseal, all_thoughts=context == "all_turns")

    def open(self) -> None:
        """Read the key now: a key that cannot be read is better known before anything is said.

        Raises ValueError and OSError, as `Sealer` does.
        """
        self._sealer()

    def seal(self, text: str) -> str:
        """A reasoning item's `encrypted_content`."""
        return self._sealer().seal(self._project, text.encode("utf-8", "surrogatepass"), purpose=PURPOSE)

    def _unseal(self, text: str, place: str) -> str:
        data = self._sealer().open(self._project, text, purpose=PURPOSE, place=place)
        return data.decode("utf-8", "surrogatepass")

    def _expand(self, item: Item, place: str) -> list[Message]:
        return compaction.expand(self._sealer(), self._project, item, place)

    def _sealer(self) -> Sealer:
        self._made = self._made or Sealer(self._settings)
        return self._made
