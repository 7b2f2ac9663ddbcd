"""What tests of turns are made with: requests in the shape a turn takes, and a provider with a script."""

from collections.abc import Iterable
from typing import Any

from handlers.items import normalise
from handlers.providers.echo import Echo
from handlers.responses.skeleton import skeleton
from handlers.responses.turn import Turn, TurnRequest
from handlers.services import Call, Services, ordered_hex
from handlers.settings import Settings

CALL = Call("project-a", "req_1")


class Scripted:
    """Answers with the chunks it was given, one list for each call, and remembers what it was asked.

    An exception among the chunks is raised in its place.
    """

    name = "scripted"

    def __init__(self, *answers: Iterable[Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.closed = 0

    async def stream(self, body):
        self.asked.append(body)
        try:
            for chunk in self.answers.pop(0):
                if isinstance(chunk, BaseException):
                    raise chunk
                yield chunk
        finally:
            self.closed += 1

    async def models(self):
        return []

    async def aclose(self):
        pass


def said(content=None, *, finish=None, logprobs=None, **delta):
    """A chunk of one choice."""
    delta = delta if content is None else {"content": content, **delta}
    return {"choices": [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}]}


def called(index, arguments=None, *, id=None, name=None, **extra):  # noqa: A002 - the field's name
    """A chunk of one tool call."""
    function = {"name": name, "arguments": arguments}
    call = {
        "index": index,
        "id": id,
        "function": {k: v for k, v in function.items() if v is not None},
        **extra,
    }
    return said(tool_calls=[{k: v for k, v in call.items() if v is not None}])


def used(prompt=10, completion=5, **details):
    """The chunk that tells usage."""
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion, **details}}


def item(given, place="input[0]"):
    """An item as the store has it."""
    return normalise(given, lambda prefix: prefix + ordered_hex(), place)


def user(text):
    return item({"role": "user", "content": text})


def services(provider=None, **settings):
    return Services(settings=Settings(_env_file=None, **settings), store=None, provider=provider or Echo())


def turn(provider=None, *, input="Hello", context=(), settings=None, first_sequence=0, **body):  # noqa: A002 - the field's name
    """A turn of a request; input as a client sends it, context as the store has it."""
    body = {"model": "echo", "input": input, **body}
    given = [user(input)] if isinstance(input, str) else [item(each) for each in input]
    response = skeleton(body, identity="resp_1", created=1_767_225_600, conversation=None)
    request = TurnRequest(body, list(context), given, response)
    return Turn(services(provider, **(settings or {})), CALL, request, first_sequence=first_sequence)


async def events(turn):
    return [event async for event in turn.events()]
