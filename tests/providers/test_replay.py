"""Recording and replaying, on the echo provider and on one whose failures the test chooses."""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handlers import providers
from handlers.errors import ApiError, BadGatewayError, BadRequestError, InternalServerError, RateLimitError
from handlers.providers import Provider
from handlers.providers.replay import MODES, Replay, connect
from handlers.recordings.folder import Folder
from handlers.settings import Settings
from tests.providers import test_providers as suite

SUITE = [
    pytest.param(check, arguments, id=f"{name}-{arguments}" if arguments else name)
    for name, check in sorted(vars(suite).items())
    if name.startswith("test_") and "provider" in inspect.signature(check).parameters
    for arguments in (
        [{"streamed": False}, {"streamed": True}]
        if "streamed" in inspect.signature(check).parameters
        else [{}]
    )
]


def settings(folder: Path, mode: str, **fields: Any) -> Settings:
    return Settings(provider="replay", replay_dir=folder, replay_mode=mode, _env_file=None, **fields)  # type: ignore[call-arg]  # pydantic-settings' own


def loaded(folder: Path, mode: str, **fields: Any) -> Provider:
    return providers.load(settings(folder, mode, **fields))


class Told:
    """Answers with what it was given: values are answers, errors are raised, lists are streamed."""

    name = "told"

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.closed = False

    async def models(self) -> list[dict[str, Any]]:
        models: list[dict[str, Any]] = self._next()
        return models

    async def delete_model(self, model: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._next()
        return answer

    async def complete(self, body: Mapping[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._next()
        return answer

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        for chunk in self._next():
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    async def aclose(self) -> None:
        self.closed = True

    def _next(self) -> Any:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def around(inner: Provider | None, folder: Path, mode: str = "record", **fields: Any) -> Replay:
    return Replay(MODES[mode], Folder(folder), inner, **({"timing": False, "secrets": {}} | fields))


def asked(content: str = "hi", **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **fields}


def files(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("mode", ["live", "record-if-missing"])
@pytest.mark.parametrize(("check", "arguments"), SUITE)
async def test_asking_modes_keep_what_every_provider_promises(check, arguments, mode, tmp_path):
    await check(loaded(tmp_path, mode), **arguments)
    assert mode != "live" or list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("recorded", ["record", "record-if-missing"])
@pytest.mark.parametrize(("check", "arguments"), SUITE)
async def test_replay_keeps_what_every_provider_promises(check, arguments, recorded, tmp_path):
    """The same examination, first with the endpoint behind it, then without."""
    if recorded == "record-if-missing" and check is suite.test_a_model_that_fails_is_502:
        pytest.skip("record-if-missing keeps no passing failure: see test_what_may_pass_is_asked_again")
    await check(loaded(tmp_path, recorded), **arguments)
    replayed = loaded(tmp_path, "replay")
    assert isinstance(replayed, Replay)
    assert replayed._inner is None
    await check(replayed, **arguments)


async def test_a_missing_recording_is_an_error_that_shows_the_nearest(tmp_path):
    recording = loaded(tmp_path, "record")
    for text in ("Which rivers meet at Koblenz?", "What is the capital of Peru?"):
        await recording.complete({**asked(text), "model": "echo"})
    with pytest.raises(BadRequestError) as caught:
        await loaded(tmp_path, "replay").complete(
            {**asked("Which rivers meet at Passau?"), "model": "echo", "seed": 1}
        )
    assert caught.value.code == "recording_not_found"
    message = caught.value.message
    assert "The nearest is 'chat-completions-echo-which-rivers-meet-at-koblenz." in message
    assert (
        'messages[0].content: recorded ..."rivers meet at Koblenz?", asked ..."rivers meet at Passau?"'
        in message
    )
    assert "seed: recorded nothing, asked 1" in message


async def test_a_missing_stream_fails_before_its_first_chunk(tmp_path):
    with pytest.raises(BadRequestError, match="nor any other of this path"):
        await anext(loaded(tmp_path, "replay").stream(asked()))


async def test_a_missing_recording_is_answered_once_over_http(make_api, tmp_path):
    api = await make_api(provider=loaded(tmp_path, "replay"))
    answer = await api.post("/chat/completions", json=asked())
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "recording_not_found")


async def test_the_same_request_again_has_its_own_answer_and_the_last_one_stays(tmp_path):
    recording = around(Told({"n": 1}, {"n": 2}), tmp_path)
    assert [await recording.complete(asked()) for _ in range(2)] == [{"n": 1}, {"n": 2}]
    replayed = around(None, tmp_path, "replay")
    assert [(await replayed.complete(asked()))["n"] for _ in range(4)] == [1, 2, 2, 2]


async def test_recording_again_replaces_what_an_earlier_run_recorded(tmp_path):
    first = around(Told({"n": 1}, {"n": 2}), tmp_path)
    for _ in range(2):
        await first.complete(asked())
    await around(Told({"n": 3}), tmp_path).complete(asked())
    assert [facts["answer"] for facts in files(tmp_path).values()] == [{"n": 3}]


async def test_only_what_is_missing_is_asked(tmp_path):
    await around(Told({"n": 1}), tmp_path).complete(asked())
    inner = Told({"n": 2}, {"n": 3})
    mixed = around(inner, tmp_path, "record-if-missing")
    assert [(await mixed.complete(asked(text)))["n"] for text in ("hi", "ho", "hi")] == [1, 2, 3]
    assert inner.outcomes == []
    again = around(None, tmp_path, "replay")
    assert [(await again.complete(asked(text)))["n"] for text in ("hi", "ho", "hi")] == [1, 2, 3]


ERRORS = [
    RateLimitError("Slow down.", headers={"retry-after": "7", "set-cookie": "a=b"}),
    BadRequestError("Too long.", param="messages", code="context_length_exceeded"),
    BadGatewayError("Broken.", kind="server_error"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_error_is_replayed_as_the_error_it_was(error, tmp_path):
    with pytest.raises(type(error)):
        await around(Told(error), tmp_path).complete(asked())
    with pytest.raises(type(error)) as caught:
        await around(None, tmp_path, "replay").complete(asked())
    facts = ("message", "param", "code", "kind", "status")
    assert [getattr(caught.value, name) for name in facts] == [getattr(error, name) for name in facts]
    assert caught.value.headers == {
        name: value for name, value in error.headers.items() if name == "retry-after"
    }


async def test_what_may_pass_is_asked_again(tmp_path):
    mixed = around(Told(BadGatewayError("Down."), BadRequestError("No.")), tmp_path, "record-if-missing")
    for text, error in (("hi", BadGatewayError), ("ho", BadRequestError)):
        with pytest.raises(error):
            await mixed.complete(asked(text))
    assert [facts["error"]["message"] for facts in files(tmp_path).values()] == ["No."]


async def test_a_stream_that_broke_breaks_again_at_the_same_place(tmp_path):
    inner = Told([{"n": 1}, {"n": 2}, BadGatewayError("Gone.")])
    for provider in (around(inner, tmp_path), around(None, tmp_path, "replay")):
        stream = provider.stream(asked())
        seen = [await anext(stream), await anext(stream)]
        with pytest.raises(BadGatewayError, match="Gone"):
            await anext(stream)
        assert seen == [{"n": 1}, {"n": 2}]


async def test_a_stream_that_was_left_is_recorded_so_far(tmp_path):
    chunks = around(Told([{"n": 1}, {"n": 2}, {"n": 3}]), tmp_path).stream(asked())
    assert [await anext(chunks), await anext(chunks)] == [{"n": 1}, {"n": 2}]
    await chunks.aclose()
    (facts,) = files(tmp_path).values()
    assert (facts["left"], facts["chunks"]) == (True, [{"n": 1}, {"n": 2}])
    replayed = around(None, tmp_path, "replay").stream(asked())
    assert [await anext(replayed), await anext(replayed)] == [{"n": 1}, {"n": 2}]
    with pytest.raises(BadGatewayError, match="recording ends here"):
        await anext(replayed)


async def test_a_call_that_nobody_waited_for_is_not_recorded(tmp_path):
    recording = loaded(tmp_path, "record")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(recording.complete({**asked(), "model": "echo/slow"}), 0.05)
    assert list(tmp_path.iterdir()) == []


async def test_the_pace_is_kept_where_it_is_asked_for(tmp_path):
    body = {**asked("a few words that make chunks"), "model": "echo/slow"}
    [_ async for _ in loaded(tmp_path, "record", replay_timing=True).stream(body)]
    (facts,) = files(tmp_path).values()
    assert len(facts["seconds"]) == len(facts["chunks"])
    assert min(facts["seconds"]) >= 0.09

    async def seconds(timing: bool) -> float:
        started = asyncio.get_running_loop().time()
        [_ async for _ in loaded(tmp_path, "replay", replay_timing=timing).stream(body)]
        return asyncio.get_running_loop().time() - started

    assert await seconds(timing=True) >= 0.9 * sum(facts["seconds"])
    assert await seconds(timing=False) < 0.5 * sum(facts["seconds"])


LOGIN = {"type": "object", "properties": {"password": {"type": "string"}}}


async def test_no_secret_is_written(tmp_path):
    key = "sk-upstream-0f9e8d7c6b5a"
    own = {"upstream_api_key": key, "upstream_url": "http://127.0.0.1:1/v1"}
    recording = loaded(tmp_path, "record", **own)
    body = asked(
        f"my key is {key}, header Authorization: Bearer abcdef0123456789abcdef, https://me:hunter22@example.org/",
        api_key="plain-secret-1",
        tools=[
            {"type": "mcp", "authorization": "plain-secret-2", "headers": {"X-Any": "plain-secret-3"}},
            {"type": "function", "function": {"name": "login", "parameters": LOGIN}},
        ],
    )  # fmt: skip
    body["messages"].append(
        {"role": "user", "content": '{"api_key": "plain-secret-4"} ' + body["messages"][0]["content"]}
    )
    body["model"] = "echo"
    assert key in (await recording.complete(body))["choices"][0]["message"]["content"]
    [_ async for _ in recording.stream(body)]
    with pytest.raises(ApiError):
        await recording.complete({**body, "model": key})
    assert len(files(tmp_path)) == 3
    for path in tmp_path.iterdir():
        written = path.name + path.read_text()
        for facts in json.loads(path.read_text()).get("chunks", ()):
            written += facts["choices"][0]["delta"].get("content") or ""
        for secret in (key, "0f9e8d7c6b5a", "plain-secret", "hunter22", "abcdef0123456789"):
            assert secret not in written
        assert '"password": {' in path.read_text()


async def test_secrets_that_differ_find_the_same_recording(tmp_path):
    def body(secret: str) -> dict[str, Any]:
        return {**asked(f"key sk-proj-{secret}"), "api_key": secret, "model": "echo"}

    await loaded(tmp_path, "record").complete(body("0123456789abcdef"))
    await loaded(tmp_path, "replay").complete(body("fedcba9876543210"))


async def test_a_broken_recording_says_which(tmp_path):
    await loaded(tmp_path, "record").complete({**asked(), "model": "echo"})
    (path,) = tmp_path.iterdir()
    path.write_text('{"format": 99}')
    with pytest.raises(InternalServerError, match=path.name):
        await loaded(tmp_path, "replay").complete({**asked(), "model": "echo"})


async def test_what_is_behind_is_closed(tmp_path):
    inner = Told()
    await around(inner, tmp_path).aclose()
    assert inner.closed


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"replay_mode": "rewind"}, "no mode 'rewind'; known are live, record, replay, record-if-missing"),
        ({"replay_provider": "replay"}, "cannot record itself"),
        ({"replay_mode": "live", "replay_provider": "eliza"}, "no provider 'eliza'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        connect(Settings(provider="replay", **fields))


ID = re.compile(r"(?:conv|fc)_[0-9a-f]{48}")
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}, "strict": False}


async def session(api) -> list[str]:
    """A few turns of everything, with the ids and the time of this run in what the model is told."""
    told = []

    async def turn(**body):
        answer = await api.post("/responses", json={"model": "echo", **body})
        assert answer.status_code == 200, answer.text
        if body.get("stream"):
            return answer.text
        made = answer.json()
        told.extend(item["content"][0]["text"] for item in made["output"] if item["type"] == "message")
        return made

    conversation = (await api.post("/conversations", json={})).json()["id"]
    await turn(
        conversation=conversation, input=f"I am {conversation}, it is {datetime.now(UTC).isoformat()}."
    )
    first = await turn(conversation=conversation, input="Use get_weather.", tools=[TOOL])
    calls = [item for item in first["output"] if item["type"] == "function_call"]
    output = {
        "type": "function_call_output",
        "call_id": calls[0]["call_id"],
        "output": f"{calls[0]['id']}: rain",
    }
    await turn(conversation=conversation, input=[output])
    second = await turn(input="Hello.", instructions="Be brief.")
    third = await turn(previous_response_id=second["id"], input="Again.")
    assert "response.completed" in await turn(
        previous_response_id=third["id"], input="Streamed.", stream=True
    )
    folded = await api.post("/responses/compact", json={"model": "echo", "previous_response_id": third["id"]})
    await turn(input=[*folded.json()["output"], {"role": "user", "content": "Well?"}])
    chat = {"model": "echo", "messages": [{"role": "user", "content": "Chat."}]}
    told.append((await api.post("/chat/completions", json=chat)).json()["choices"][0]["message"]["content"])
    assert len((await api.get("/models")).json()["data"]) == 4
    return told


async def test_a_session_is_replayed_by_another_server_with_other_ids(make_api, tmp_path):
    folder = tmp_path / "recordings"
    recorded = await session(await make_api(provider=loaded(folder, "record")))
    written = files(folder)
    replayed = await session(await make_api(provider=loaded(folder, "replay")))
    assert len(replayed) == len(recorded) == 6
    assert [ID.sub("<id>", text) for text in replayed] == [ID.sub("<id>", text) for text in recorded]
    assert not set(ID.findall("".join(replayed))) & set(ID.findall("".join(recorded)))
    assert files(folder) == written
