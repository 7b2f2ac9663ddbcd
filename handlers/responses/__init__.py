"""Responses: turns of a model, stored and built on."""

from collections.abc import AsyncIterator
from functools import partial
from typing import ClassVar, Literal

from typing_extensions import override

from generated import schemas, stubs
from handlers import paging, sealing
from handlers.catalog import Catalog
from handlers.encoding import encode
from handlers.received import plain
from handlers.responses import compaction, counting, fields, foreground, resume, wire
from handlers.responses.background import Background
from handlers.responses.desk import Desk, MakeTurn
from handlers.responses.intake import Intake
from handlers.responses.leases import Leases
from handlers.responses.reading import Vault
from handlers.responses.running import Run
from handlers.responses.turn import Turn
from handlers.services import Call, Services
from handlers.sse import Event
from handlers.streams import begun
from handlers.tallies import Figure
from handlers.tokens import parse_limits


class Responses(stubs.Responses[Call]):
    """`open` begins to look after work in the background; `aclose` hands over what is left of it."""

    reaches_provider: ClassVar[frozenset[str]] = frozenset({"create_response", "compactconversation"})

    def __init__(self, services: Services, make_turn: MakeTurn | None = None) -> None:
        sealing.check(services.settings)
        parse_limits(services.settings.context_limits)
        self._leases = Leases(services)
        self._services = services
        self._catalog = Catalog(services)
        make = make_turn or partial(Turn, catalog=self._catalog)
        self._desk = Desk(services, self._leases, make)
        self._intake = Intake(services, self._leases)
        self._background = Background(self._desk, self._intake)
        self._store = services.store.responses

    async def open(self) -> None:
        """Make the key that seals, if there is none; begin to renew leases, and take up what others lost."""
        sealing.Sealer(self._services.settings)
        self._leases.open(lambda: bool(self._desk.running), self._background.tend, self._background.recover)

    def leave(self) -> None:
        """The process is about to end: others may have what has not begun."""
        self._background.leave()

    async def aclose(self) -> None:
        """Leave nothing behind that another process could not take up."""
        await self._background.aclose()
        await self._desk.idle()
        await self._leases.aclose()

    def figures(self) -> list[Figure]:
        """The queue in the background, for the metrics."""
        about = "Responses in the background that this process has: waiting for a slot, or being made."
        states = zip(("waiting", "working"), self._background.depth(), strict=True)
        return [
            Figure("lockstep_background_responses", about, count, {"state": state}) for state, count in states
        ]

    @override
    async def create_response(
        self, call: Call, *, body: schemas.CreateResponse
    ) -> bytes | AsyncIterator[Event]:
        accepted = await self._intake.accept(call, body)
        if not accepted.background:
            if accepted.streamed:
                return await begun(foreground.streamed(self._desk, accepted))
            return await foreground.whole(self._desk, accepted)
        run = Run(self._desk, accepted)
        await self._background.submit(run)
        if accepted.streamed:
            return resume.events(self._desk, *run.key, 0, obfuscated=accepted.obfuscated)
        assert run.row is not None  # noqa: S101 - it was submitted
        return wire.join(run.row.body, ())

    @override
    async def get_response(
        self,
        call: Call,
        *,
        response_id: str,
        include: list[schemas.IncludeEnum] | None = None,
        stream: bool | None = None,
        starting_after: int | None = None,
        include_obfuscation: bool | None = None,
    ) -> bytes | AsyncIterator[Event]:
        fields.check_include(include)
        if not stream:
            return wire.whole(await self._store.get(call.project, response_id))
        obfuscated = include_obfuscation is not False
        return await resume.resumed(
            self._desk, call.project, response_id, starting_after, obfuscated=obfuscated
        )

    @override
    async def delete_response(self, call: Call, *, response_id: str) -> bytes:
        await self._background.delete(call.project, response_id)
        return b'{"id":"%b","object":"response","deleted":true}' % response_id.encode()

    @override
    async def cancel_response(self, call: Call, *, response_id: str) -> bytes:
        return wire.whole(await self._background.cancel(call.project, response_id))

    @override
    async def list_input_items(
        self,
        call: Call,
        *,
        response_id: str,
        after: str | None = None,
        limit: int = 20,
        order: Literal["asc", "desc"] = "desc",
        include: list[schemas.IncludeEnum] | None = None,
    ) -> bytes:
        fields.check_include(include)
        page = await self._store.inputs(call.project, response_id, after=after, limit=limit, order=order)
        return paging.listing(page, lambda item: item[1], lambda item: item[0])

    @override
    async def getinputtokencounts(self, call: Call, *, body: schemas.TokenCountsBody | None = None) -> bytes:
        given = plain(body) if body else {}
        before, found = await self._intake.seen(call, given)
        if (model := given.get("model") or self._services.settings.default_model) is not None:
            given["model"] = await self._catalog.resolve(model)
        reading = Vault(self._services, call.project).reading(given)
        return encode(await counting.count(given, before.items, found.new, reading))

    @override
    async def compactconversation(
        self, call: Call, *, body: schemas.CompactResponseMethodPublicBody
    ) -> bytes:
        given = plain(body)
        given["model"] = self._intake.model(given)
        before, found = await self._intake.seen(call, given)
        reading = Vault(self._services, call.project).reading(given)
        folded = await compaction.compact(
            self._services, call, body=given, context=before.items, given=found.new, reading=reading
        )
        return encode(folded)
