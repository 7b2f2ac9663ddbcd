"""Everything that is decided about a request before the model is asked: what it is, whether it can be."""

from dataclasses import dataclass, field
from typing import Any

from generated import schemas
from handlers import exact, stores
from handlers.errors import BadRequestError
from handlers.received import plain
from handlers.responses import context, fields
from handlers.responses.leases import Leases
from handlers.responses.request import TurnRequest
from handlers.responses.skeleton import skeleton
from handlers.services import Call, Services

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that will be answered."""

    call: Call
    id: str
    created: int
    body: Body
    input: context.Input
    before: context.Before
    conversation: str | None = None
    turns: TurnRequest = field(init=False)

    def __post_init__(self) -> None:
        request = TurnRequest(self.body, self.before.items, self.input.new, self.response("in_progress"))
        object.__setattr__(self, "turns", request)

    @property
    def stored(self) -> bool:
        """Whether anything of it stays."""
        return self.body.get("store") is not False

    @property
    def streamed(self) -> bool:
        """Whether its events are asked for."""
        return bool(self.body.get("stream"))

    @property
    def background(self) -> bool:
        """Whether it runs on by itself."""
        return bool(self.body.get("background"))

    @property
    def obfuscated(self) -> bool:
        """Whether pieces of text get filling, as they do unless the client objects."""
        return (self.body.get("stream_options") or {}).get("include_obfuscation") is not False

    def response(self, status: str) -> dict[str, Any]:
        """The response before it has any output."""
        return skeleton(
            self.body, identity=self.id, created=self.created, conversation=self.conversation, status=status
        )

    def request(self) -> bytes | None:
        """The body as others may take the work up from it; None if it holds secrets."""
        if fields.has_secrets(self.body):
            return None
        return exact.encode({**self.body, "input": None}, "body")


class Intake:
    """Checks requests in the order in which a client would mend them; claims the conversation last."""

    def __init__(self, services: Services, leases: Leases) -> None:
        self._settings = services.settings
        self._leases = leases
        self._reader = context.Reader(services, leases)
        self._now = services.now
        self._hex = services.hex

    async def accept(self, call: Call, given: schemas.CreateResponse) -> Accepted:
        """The request with all that it needs. A conversation that it will change is held from here on."""
        body = plain(given)
        self._check(body)
        body["model"] = self.model(body)
        identity = f"resp_{self._hex()}"
        items = context.normalised(body.get("input"), self._new_id)
        conversation = _conversation(body)
        try:
            before = await self._before(call, body, identity, conversation)
            found = await self._reader.resolve(call.project, items, before)
            _require_something(found, before)
            accepted = Accepted(call, identity, int(self._now()), body, found, before, conversation)
            exact.encode(accepted.turns.response["tools"], "tools")
        except BaseException:
            await self._leases.release(identity)
            raise
        return accepted

    async def again(self, call: Call, job: stores.Job, body: Body) -> Accepted:
        """The same for queued work that somebody left behind; its input was checked when it came."""
        conversation = _conversation(body)
        response = job.response
        try:
            if conversation is not None:
                before = await self._reader.conversation(call.project, conversation, response.id, held=True)
            elif job.previous is not None:
                before = await self._reader.chain(call.project, job.previous)
            else:
                before = await self._reader.orphan(call.project, response)
            found = context.restored(job.input, before)
        except BaseException:
            await self._leases.release(response.id)
            raise
        return Accepted(call, response.id, response.created_at, body, found, before, conversation)

    async def _before(
        self, call: Call, body: Body, identity: str, conversation: str | None
    ) -> context.Before:
        if conversation is not None:
            held = body.get("store") is not False
            return await self._reader.conversation(call.project, conversation, identity, held=held)
        if (previous := body.get("previous_response_id")) is not None:
            return await self._reader.chain(call.project, previous)
        return context.NOTHING

    async def seen(self, call: Call, body: Body) -> tuple[context.Before, context.Input]:
        """What a model would be given for a request that only looks."""
        _exclude(body)
        items = context.normalised(body.get("input"), self._new_id)
        conversation, previous = _conversation(body), body.get("previous_response_id")
        if conversation is not None:
            before = await self._reader.seen(call.project, conversation)
        elif previous is not None:
            before = await self._reader.chain(call.project, previous)
        else:
            before = context.NOTHING
        return before, await self._reader.resolve(call.project, items, before)

    def _check(self, body: Body) -> None:
        fields.check(body, self._settings)
        _exclude(body)
        if body.get("background") and body.get("store") is False:
            raise BadRequestError(
                "Invalid 'background': a response in the background is stored, or nobody could fetch it."
                " Leave 'store' out or set it to true.",
                param="background",
                code="invalid_value",
            )
        sources = ("input", "conversation", "previous_response_id", "prompt")
        if all(body.get(name) is None for name in sources):
            raise _no_input()

    def model(self, body: Body) -> str:
        """The model asked for, or the deployment's own."""
        model: str | None = body.get("model") or self._settings.default_model
        if model is None:
            raise BadRequestError(
                "Missing required parameter: 'model'. This server has no LOCKSTEP_DEFAULT_MODEL.",
                param="model",
                code="missing_required_parameter",
            )
        return model

    def _new_id(self, prefix: str) -> str:
        return prefix + self._hex()


def _exclude(body: Body) -> None:
    if body.get("conversation") is not None and body.get("previous_response_id") is not None:
        raise BadRequestError(
            "Mutually exclusive parameters: 'conversation' and 'previous_response_id'. A conversation"
            " has all earlier turns already; send only one of them.",
            param="previous_response_id",
            code="mutually_exclusive_parameters",
        )


def _conversation(body: Body) -> str | None:
    given = body.get("conversation")
    return given["id"] if isinstance(given, dict) else given


def _require_something(found: context.Input, before: context.Before) -> None:
    if not found.new and not before.items:
        raise _no_input()


def _no_input() -> BadRequestError:
    return BadRequestError(
        "Missing required parameter: 'input'. There is nothing for the model to answer.",
        param="input",
        code="missing_required_parameter",
    )
