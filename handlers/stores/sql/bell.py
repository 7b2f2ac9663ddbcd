"""The bell of a store that cannot ring itself: only those hear it to whom somebody carries it."""

from collections.abc import Callable

from typing_extensions import override

from handlers import stores


class CarriedBell(stores.Bell):
    """Where nobody carries, ringing is nothing."""

    def __init__(self) -> None:
        self.carry: Callable[[str], None] | None = None
        """Takes a text to the others."""
        self._hearers: list[stores.Hear] = []

    @property
    @override
    def reliable(self) -> bool:
        return False

    @override
    def ring(self, text: str) -> None:
        if self.carry is not None:
            self.carry(text)

    @override
    def listen(self, hear: stores.Hear) -> None:
        self._hearers.append(hear)

    def heard(self, text: str) -> None:
        """Another process rang."""
        for hear in self._hearers:
            hear(text)
