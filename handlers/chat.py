"""Chat completions: asked of the provider, and kept where `store: true` says so."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, Literal

from typing_extensions import override

from generated import schemas, stubs
from handlers import chat_messages, exact, paging, stores
from handlers.attempts import answering
from handlers.catalog import Catalog
from handlers.chat_answers import Answers, shown, wants_usage, with_usage
from handlers.chunks import Assembly
from handlers.encoding import encode
from handlers.mending import Facts
from handlers.received import plain
from handlers.services import Call, Services
from handlers.sse import DONE, Event
from handlers.streams import begun

OURS = frozenset({"store", "metadata"})
"""What the provider does not get to see: keeping completions is this server's business, not its."""
PARAMETERS: Mapping[str, Any] = {
    "tool_choice": None,
    "seed": None,
    "top_p": 1.0,
    "temperature": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "tools": None,
    "response_format": None,
}
"""What a stored completion tells of its request, as the live API does; the value where it said nothing."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a completion that will be stored takes from its request."""

    id: str
    metadata: bytes
    parameters: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]


class Chat(stubs.Chat[Call]):
    """A stored completion is committed before its answer, or its answer's last chunk, goes out."""

    reaches_provider: ClassVar[frozenset[str]] = frozenset({"create_chat_completion"})

    def __init__(self, services: Services) -> None:
        self._provider = services.provider
        self._store = services.store.completions
        self._catalog = Catalog(services)
        self._now = services.now
        self._hex = services.hex

    @override
    async def create_chat_completion(
        self, call: Call, *, body: schemas.CreateChatCompletionRequest
    ) -> bytes | AsyncIterator[Event]:
        given = plain(body)
        identity = f"chatcmpl-{self._hex()}"
        record = _record(call, identity, given) if given.get("store") else None
        model = await self._catalog.resolve(given["model"])
        asked = {name: value for name, value in given.items() if name not in OURS} | {"model": model}
        facts = Facts(identity, int(self._now()), given["model"], self._call_id)
        answers = Answers(facts, stored=record is not None, renamed=model != given["model"])
        if given.get("stream"):
            return await begun(self._streamed(call, asked, answers, record))
        answer = answers.whole(await self._provider.complete(asked))
        if record:
            answering(lambda _: encode(answer))
            await self._keep(call, record, answer)
        return encode(answer)

    @override
    async def list_chat_completions(
        self,
        call: Call,
        *,
        model: str | None = None,
        metadata: schemas.MetadataPairs | None = None,
        after: str | None = None,
        limit: int = 20,
        order: Literal["asc", "desc"] = "asc",
    ) -> bytes:
        page = await self._store.list(
            call.project, after=after, limit=limit, order=order, model=model, metadata=metadata or {}
        )
        return paging.listing(page, resource, attrgetter("id"))

    @override
    async def get_chat_completion(self, call: Call, *, completion_id: str) -> bytes:
        return resource(await self._store.get(call.project, completion_id))

    @override
    async def update_chat_completion(
        self, call: Call, *, completion_id: str, body: schemas.UpdateChatCompletionBody
    ) -> bytes:
        metadata = exact.encode(plain(body).get("metadata") or {}, "metadata")
        answering(resource)
        return resource(await self._store.update(call.project, completion_id, metadata))

    @override
    async def delete_chat_completion(self, call: Call, *, completion_id: str) -> bytes:
        await self._store.delete(call.project, completion_id)
        return encode({"object": "chat.completion.deleted", "id": completion_id, "deleted": True})

    @override
    async def get_chat_completion_messages(
        self,
        call: Call,
        *,
        completion_id: str,
        after: str | None = None,
        limit: int = 20,
        order: Literal["asc", "desc"] = "asc",
    ) -> bytes:
        page = await self._store.messages(call.project, completion_id, after=after, limit=limit, order=order)
        return paging.listing(page, bytes, chat_messages.identity)

    async def _streamed(
        self, call: Call, asked: Mapping[str, Any], answers: Answers, record: Record | None
    ) -> AsyncGenerator[Event, None]:
        """The events of one answer. What may be the last chunk waits until the completion is stored.

        A client that leaves closes this generator, which closes the provider's; then nothing is stored.
        """
        usage = wants_usage(asked)
        assembly, held = Assembly(), list[Event]()
        async with aclosing(self._provider.stream(with_usage(asked) if record else asked)) as chunks:
            async for raw in chunks:
                chunk = answers.chunk(raw)
                assembly.add(chunk)
                held += _events(shown(chunk, usage=usage))
                if not assembly.finished:
                    for event in held:
                        yield event
                    held.clear()
        closing = assembly.closing()
        if record:
            await self._keep(call, record, answers.whole(assembly.completion()))
        for event in (*held, *_events(closing and shown(closing, usage=usage)), DONE):
            yield event

    async def _keep(self, call: Call, record: Record, answer: Mapping[str, Any]) -> None:
        body = {**record.parameters, **answer}
        body.pop("metadata", None)
        completion = stores.Completion(
            id=record.id,
            created=answer["created"],
            model=answer["model"],
            metadata=record.metadata,
            body=encode(body),
        )
        messages = [*record.messages, *(choice["message"] for choice in answer["choices"])]
        await self._store.add(call.project, completion, chat_messages.stored(record.id, messages))

    def _call_id(self) -> str:
        return f"call_{self._hex()}"


def resource(completion: stores.Completion) -> bytes:
    """The stored `CreateChatCompletionResponse`, encoded; the metadata, which may change, stands last."""
    return b'%b,"metadata":%b}' % (completion.body[:-1], completion.metadata)


def _events(chunk: Mapping[str, Any] | None) -> list[Event]:
    return [Event(encode(chunk))] if chunk else []


def _record(call: Call, identity: str, given: Mapping[str, Any]) -> Record:
    """Raises BadRequestError for what cannot be stored, before the model is asked and paid."""
    parameters = {
        name: default if given.get(name) is None else given[name] for name, default in PARAMETERS.items()
    }
    parameters |= {"input_user": given.get("user"), "request_id": call.request_id}
    for name in ("messages", "tools", "tool_choice", "response_format", "user"):
        exact.encode(given.get(name), name)
    metadata = exact.encode(given.get("metadata") or {}, "metadata")
    return Record(identity, metadata, parameters, given["messages"])
