"""A whole turn: the model, server tools, what goes wrong, and leaving in the middle."""

import asyncio
import json

import pytest

from handlers import errors
from handlers.responses import tools
from handlers.responses.tools import Added, Finished, Progress
from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.turning import Scripted, called, events, item, said, turn, used


class Clock:
    """A server tool that tells the time; `stops` are the names whose calls wait for somebody."""

    def __init__(self, *, stops=(), breaks=(), approved=()):
        self.approved = approved
        self.stops = stops
        self.breaks = breaks
        self.ran = []
        self.closed = 0

    async def open(self):
        listing = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "clock", "tools": []}
        return [
            Added(listing),
            Progress("response.mcp_list_tools.in_progress"),
            Progress("response.mcp_list_tools.completed"),
            Finished(listing),
        ]

    def functions(self):
        return [
            {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
            for name in ("clock__now", "clock__set")
        ]

    def owns(self, name):
        return name.startswith("clock__")

    def chosen(self, choice):
        return ["clock__now", "clock__set"] if choice.get("type") == "mcp" else []

    async def pending(self):
        for name in self.approved:
            async for step in self.call("approved", name, "{}"):
                yield step

    async def call(self, call_id, name, arguments):
        self.ran.append((call_id, name, arguments))
        if name in self.stops:
            request = {
                "id": f"mcpr_{call_id}",
                "type": "mcp_approval_request",
                "server_label": "clock",
                "name": name,
                "arguments": arguments,
            }
            yield Added(request)
            yield Finished(request)
            return
        mcp = {
            "id": f"mcp_{len(self.ran)}",
            "type": "mcp_call",
            "server_label": "clock",
            "name": name,
            "arguments": "",
            "status": "in_progress",
        }
        yield Added(mcp)
        yield Progress("response.mcp_call.in_progress")
        if name in self.breaks:
            raise errors.BadGatewayError("The clock is broken.")
        await asyncio.sleep(0)
        yield Progress("response.mcp_call_arguments.delta", {"delta": arguments})
        yield Progress("response.mcp_call_arguments.done", {"arguments": arguments})
        yield Progress("response.mcp_call.completed")
        yield Finished({**mcp, "arguments": arguments, "output": "12:00", "status": "completed"}, "12:00")

    def annotations(self, text):
        return [
            {
                "type": "url_citation",
                "url": "https://a.example/",
                "title": "A",
                "start_index": 0,
                "end_index": len(text),
            }
        ]

    async def aclose(self):
        self.closed += 1


@pytest.fixture
def clock(monkeypatch):
    """Turns whose tools are this clock's."""

    def make(**options):
        made = Clock(**options)
        monkeypatch.setattr("handlers.responses.turn.load", lambda *_: [made])
        return made

    return make


NOW = [called(0, "{}", id="call_a", name="clock__now"), said(finish="tool_calls"), used(10, 5)]
DONE = [said("It is noon."), said(finish="stop"), used(20, 6)]


async def test_echo_answers():
    made = turn(input="Hello there")
    response = replayed(await events(made))
    assert response["output"][0]["content"][0]["text"].endswith("Hello there")
    assert response["usage"]["total_tokens"] > 0
    assert response == made.response


async def test_calls_of_server_tools_are_run_and_told_to_the_model(clock):
    tool, provider = clock(), Scripted(NOW, DONE)
    response = replayed(await events(turn(provider, instructions="Be brief.")))
    assert [each["type"] for each in response["output"]] == ["mcp_list_tools", "mcp_call", "message"]
    assert tool.ran == [("call_a", "clock__now", "{}")]
    assert provider.asked[1]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_a", "type": "function", "function": {"name": "clock__now", "arguments": "{}"}}
        ]},
        {"role": "tool", "tool_call_id": "call_a", "content": "12:00"},
    ]  # fmt: skip
    assert response["usage"]["total_tokens"] == 41
    assert response["output"][2]["content"][0]["annotations"][0]["end_index"] == len("It is noon.")
    assert (tool.closed, provider.closed) == (1, 2)


async def test_thoughts_go_with_the_calls_they_led_to(clock):
    clock()
    provider = Scripted([said(reasoning_content="The time?"), *NOW], DONE)
    replayed(await events(turn(provider)))
    assert provider.asked[1]["messages"][1]["reasoning_content"] == "The time?"


async def test_calls_of_both_kinds_end_the_turn_once_ours_are_done(clock):
    tool = clock()
    provider = Scripted(
        [
            called(0, "{}", id="call_a", name="clock__now"),
            called(1, "{}", id="call_b", name="mine"),
            said(finish="tool_calls"),
        ]
    )
    response = replayed(await events(turn(provider)))
    assert [each["type"] for each in response["output"]] == ["mcp_list_tools", "function_call", "mcp_call"]
    assert len(tool.ran) == len(provider.asked) == 1


async def test_a_request_for_approval_ends_the_turn(clock):
    clock(stops={"clock__set"})
    provider = Scripted([called(0, "{}", id="call_a", name="clock__set"), said(finish="tool_calls")])
    response = replayed(await events(turn(provider)))
    assert response["status"] == "completed"
    assert response["output"][-1]["type"] == "mcp_approval_request"


APPROVAL = [
    {
        "type": "mcp_approval_request",
        "id": "mcpr_1",
        "server_label": "clock",
        "name": "set",
        "arguments": "{}",
    },
    {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
]


async def test_what_was_approved_is_done_before_the_model_is_asked(clock):
    tool = clock(approved=["clock__set"])
    provider = Scripted(DONE)
    made = turn(provider, input=APPROVAL)
    await made.open()
    assert tool.ran == provider.asked == []
    response = replayed(await events(made))
    assert [each["type"] for each in response["output"]] == ["mcp_list_tools", "mcp_call", "message"]
    (asked,) = provider.asked
    assert [message["role"] for message in asked["messages"]] == ["assistant", "tool"]
    assert asked["messages"][1]["content"] == "12:00"


async def test_what_was_approved_and_breaks_fails_the_response(clock):
    clock(approved=["clock__set"], breaks={"clock__set"})
    response = replayed(await events(turn(Scripted(), input=APPROVAL)))
    assert response["status"] == "failed"


@pytest.mark.parametrize("choice", ["auto", "required", {"type": "mcp", "server_label": "clock"}])
async def test_no_tool_calls_at_all_is_a_limit_too(clock, choice):
    clock()
    provider = Scripted(DONE)
    replayed(await events(turn(provider, max_tool_calls=0, tool_choice=choice)))
    assert "tools" not in provider.asked[0]
    assert "tool_choice" not in provider.asked[0]


async def test_max_tool_calls_holds(clock):
    tool = clock()
    two = [
        called(0, "{}", id="call_a", name="clock__now"),
        called(1, "{}", id="call_b", name="clock__now"),
        said(finish="tool_calls"),
    ]
    provider = Scripted(two, DONE)
    function = {"type": "function", "name": "mine", "parameters": {}, "strict": False}
    response = replayed(await events(turn(provider, max_tool_calls=1, tools=[function])))
    assert len(tool.ran) == 1
    assert "limit" in provider.asked[1]["messages"][-1]["content"]
    assert [each["function"]["name"] for each in provider.asked[1]["tools"]] == ["mine"]
    assert response["output"][-1]["type"] == "message"


async def test_a_model_that_never_stops_calling_is_stopped(clock, monkeypatch):
    monkeypatch.setattr("handlers.responses.turn.ROUNDS", 3)
    tool = clock()
    provider = Scripted(NOW, NOW, NOW)
    response = replayed(await events(turn(provider)))
    assert response["status"] == "completed"
    assert len(provider.asked) == 3
    assert "tools" not in provider.asked[2]
    assert len(tool.ran) == 2


async def test_a_forced_choice_counts_for_the_first_round_only(clock):
    clock()
    provider = Scripted(NOW, DONE)
    replayed(await events(turn(provider, tool_choice="required")))
    assert [asked["tool_choice"] for asked in provider.asked] == ["required", "auto"]


async def test_calls_cut_off_are_not_run(clock):
    tool = clock()
    provider = Scripted([called(0, '{"a', id="call_a", name="clock__now"), said(finish="length")])
    response = replayed(await events(turn(provider)))
    assert response["status"] == "incomplete"
    assert tool.ran == []


async def test_a_tool_that_breaks_fails_the_response_and_closes_its_item(clock):
    tool = clock(breaks={"clock__now"})
    made = turn(Scripted(NOW))
    response = replayed(await events(made))
    assert response["status"] == "failed"
    assert response["error"] == {"code": "server_error", "message": "The clock is broken."}
    assert response["output"][-1]["status"] == "incomplete"
    assert isinstance(made.failure, errors.BadGatewayError)
    assert tool.closed == 1


async def test_shell_calls_are_items_of_the_clients_own():
    arguments = '{"commands": ["ls", "pwd"]}'
    provider = Scripted([called(0, arguments, id="call_a", name="shell"), said(finish="tool_calls")])
    response = replayed(await events(turn(provider, tools=[{"type": "shell"}])))
    (call,) = response["output"]
    assert (call["type"], call["call_id"], call["status"]) == ("shell_call", "call_a", "completed")
    assert call["action"]["commands"] == ["ls", "pwd"]
    assert len(provider.asked) == 1


async def test_a_call_with_wrong_arguments_goes_back_to_the_model():
    wrong = [
        called(0, '{"operation": {"type": "eat"}}', id="call_a", name="apply_patch"),
        said(finish="tool_calls"),
    ]
    provider = Scripted(wrong, DONE)
    response = replayed(await events(turn(provider, tools=[{"type": "apply_patch"}])))
    assert [each["type"] for each in response["output"]] == ["message"]
    assert "arguments of `apply_patch` are wrong" in provider.asked[1]["messages"][-1]["content"]


LOCAL = {
    "local_shell": ({"command": ["ls"]}, "local_shell_call"),
    "computer": ({"actions": [{"type": "screenshot"}]}, "computer_call"),
    "apply_patch": ({"operation": {"type": "delete_file", "path": "a"}}, "apply_patch_call"),
    "shell": ({"commands": ["ls"], "timeout_ms": 5}, "shell_call"),
}


@pytest.mark.parametrize("name", LOCAL)
async def test_every_local_tool_has_a_valid_item_and_can_be_forced(name):
    arguments, kind = LOCAL[name]
    provider = Scripted([called(0, json.dumps(arguments), id="call_a", name=name), said(finish="tool_calls")])
    choice = {"type": name} if name != "local_shell" else "required"
    response = replayed(await events(turn(provider, tools=[{"type": name}], tool_choice=choice)))
    assert [each["type"] for each in response["output"]] == [kind]
    assert provider.asked[0]["tools"][0]["function"]["name"] == name


# --- failures -------------------------------------------------------------------------------------


async def test_what_fails_before_the_first_chunk_is_raised_by_open():
    made = turn(model="nobody")
    with pytest.raises(errors.NotFoundError):
        await made.open()


async def test_without_open_it_is_a_failed_response():
    made = turn(model="nobody")
    found = await events(made)
    assert [event["type"] for event in found] == [
        "response.created",
        "response.in_progress",
        "response.failed",
    ]
    assert replayed(found)["error"]["code"] == "invalid_prompt"
    assert isinstance(made.failure, errors.NotFoundError)


async def test_a_provider_that_breaks_off_midway_fails_the_response_with_all_closed():
    made = turn(model="echo/broken", input="One two three four five six seven")
    response = replayed(await events(made))
    assert response["status"] == "failed"
    assert response["error"]["code"] == "server_error"
    assert response["output"][0]["status"] == "incomplete"
    assert response["completed_at"] is None


async def test_too_many_requests_are_told_as_such():
    made = turn(Scripted([said("Hi"), errors.RateLimitError("Slow down.")]))
    assert replayed(await events(made))["error"] == {"code": "rate_limit_exceeded", "message": "Slow down."}


async def test_what_nobody_foresaw_still_ends_the_stream():
    made = turn(Scripted([said("Hi"), ZeroDivisionError("secret")]))
    response = replayed(await events(made))
    assert "secret" not in response["error"]["message"]
    assert "req_1" in response["error"]["message"]


@pytest.mark.parametrize("chunks", [[], [used()], [{"choices": []}]])
async def test_a_stream_without_an_answer_is_a_failure(chunks):
    response = replayed(await events(turn(Scripted(chunks))))
    assert response["status"] == "failed"


# --- the form of the answer -----------------------------------------------------------------------

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def form(**more):
    return {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA, **more}}


@pytest.mark.parametrize(
    ("text", "answer", "status"),
    [
        (form(), '{"n": 1}', "completed"),
        (form(strict=True), '{"n": "1"}', "failed"),
        (form(), "no JSON", "failed"),
        (form(strict=False), '{"n": "1"}', "completed"),
        (form(strict=False), "no JSON", "completed"),
        ({"format": {"type": "json_object"}}, "{}", "completed"),
        ({"format": {"type": "json_object"}}, "no JSON", "failed"),
        ({"format": {"type": "text"}}, "no JSON", "completed"),
    ],
)
async def test_the_answer_has_the_form_that_was_asked_for(text, answer, status):
    response = replayed(await events(turn(Scripted([said(answer), said(finish="stop")]), text=text)))
    assert response["status"] == status


async def test_an_answer_cut_off_or_refused_need_not_have_the_form():
    for chunks in ([said('{"n'), said(finish="length")], [said(refusal="No."), said(finish="stop")]):
        assert replayed(await events(turn(Scripted(chunks), text=form())))["status"] != "failed"


@pytest.mark.parametrize(
    "schema", [{"type": "nothing"}, {"$ref": "http://127.0.0.1:9/schema"}, {"pattern": "("}]
)
async def test_a_schema_that_is_none_is_refused_before_the_model_is_asked(schema):
    provider = Scripted()
    wanted = {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
    with pytest.raises(errors.BadRequestError) as caught:
        await turn(provider, text=wanted).open()
    assert caught.value.param == "text.format.schema"
    assert provider.asked == []


async def test_echo_keeps_to_a_schema():
    response = replayed(await events(turn(text=form(strict=True))))
    assert response["status"] == "completed"
    assert isinstance(json.loads(response["output"][0]["content"][0]["text"])["n"], int)


# --- reasoning kept -------------------------------------------------------------------------------


async def test_sealed_reasoning_comes_back_to_the_model(tmp_path):
    settings = {"data_dir": tmp_path}
    chunks = [
        said(reasoning_content="Hmm"),
        called(0, "{}", id="call_a", name="mine"),
        said(finish="tool_calls"),
    ]
    made = turn(Scripted(chunks), include=["reasoning.encrypted_content"], settings=settings)
    reasoning, call = replayed(await events(made))["output"]
    assert "Hmm" not in reasoning["encrypted_content"]
    sealed = {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [],
        "encrypted_content": reasoning["encrypted_content"],
    }
    output = {"type": "function_call_output", "call_id": "call_a", "output": "1"}
    provider = Scripted(DONE)
    replayed(
        await events(
            turn(provider, input=[{"role": "user", "content": "Hi"}, sealed, call, output], settings=settings)
        )
    )
    assert provider.asked[0]["messages"][1]["reasoning_content"] == "Hmm"


async def test_a_key_that_cannot_be_read_fails_before_anything_is_said(tmp_path):
    (tmp_path / "encryption.key").write_text("short")
    provider = Scripted()
    made = turn(provider, include=["reasoning.encrypted_content"], settings={"data_dir": tmp_path})
    with pytest.raises(ValueError, match="no key"):
        await made.open()
    assert provider.asked == []


async def test_reasoning_that_is_not_ours_is_refused(tmp_path):
    sealed = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAAA"}
    given = [{"role": "user", "content": "Hi"}, sealed, {"role": "assistant", "content": "Ho"}]
    with pytest.raises(errors.BadRequestError) as caught:
        await turn(input=given, settings={"data_dir": tmp_path}).open()
    assert caught.value.code == "invalid_encrypted_content"
    assert caught.value.param == "input[1].encrypted_content"


# --- leaving --------------------------------------------------------------------------------------


async def test_leaving_ends_the_model_call_and_keeps_the_output_so_far():
    provider = Scripted([said("Hel"), said("lo"), said(finish="stop")])
    made = turn(provider)
    stream = made.events()
    async for event in stream:
        if event["type"] == "response.output_text.delta":
            break
    assert made.response["output"][0]["status"] == "in_progress"
    await stream.aclose()
    assert provider.closed == 1
    assert made.response["output"][0]["status"] == "incomplete"
    assert made.response["output"][0]["content"][0]["text"] == "Hel"


async def test_cancelling_whoever_waits_ends_it_too():
    made = turn(model="echo/slow")
    task = asyncio.create_task(events(made))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not made._model.asked


async def test_leaving_a_tool_in_the_middle_marks_its_item(clock):
    tool = clock()
    made = turn(Scripted(NOW))
    stream = made.events()
    async for event in stream:
        if event["type"] == "response.mcp_call.in_progress":
            break
    await stream.aclose()
    assert made.response["output"][-1]["status"] == "incomplete"
    assert tool.closed == 1


async def test_a_turn_opened_and_never_read_can_be_closed():
    provider = Scripted([said("Hi"), said(finish="stop")])
    made = turn(provider)
    await made.open()
    await made.aclose()
    await made.aclose()
    assert provider.closed == 1


async def test_the_response_always_is_what_the_events_so_far_say():
    made = turn(
        Scripted([said("Hel"), said("lo"), called(0, "{}", id="a", name="b"), said(finish="tool_calls")])
    )
    seen = ""
    async for event in made.events():
        if event["type"] == "response.output_text.delta":
            seen += event["delta"]
            assert made.response["output"][0]["content"][0]["text"] == seen
    assert seen == "Hello"


# --- the context's length -------------------------------------------------------------------------


def history(turns):
    for index in range(turns):
        yield item({"role": "user", "content": f"Question {index}: " + "why " * 50})
        yield item({"type": "function_call", "call_id": f"call_{index}", "name": "look", "arguments": "{}"})
        yield item({"type": "function_call_output", "call_id": f"call_{index}", "output": "because " * 50})
        yield item({"role": "assistant", "content": f"Answer {index}"})


LIMITED = {"context_limits": "echo=1000"}


async def test_disabled_refuses_a_context_that_does_not_fit():
    with pytest.raises(errors.BadRequestError) as caught:
        await turn(context=history(20), settings=LIMITED).open()
    assert caught.value.code == "context_length_exceeded"


async def test_auto_drops_the_oldest_and_never_parts_a_call_from_its_output():
    provider = Scripted(DONE)
    await events(
        turn(provider, context=history(20), settings=LIMITED, truncation="auto", instructions="Be brief.")
    )
    messages = provider.asked[0]["messages"]
    assert messages[0] == {"role": "system", "content": "Be brief."}
    assert messages[-1] == {"role": "user", "content": "Hello"}
    told = json.dumps(messages)
    assert "Answer 19" in told
    assert "Question 0:" not in told
    asked = [call["id"] for message in messages for call in message.get("tool_calls", ())]
    answered = [message["tool_call_id"] for message in messages if message["role"] == "tool"]
    assert asked == answered != []


async def test_what_fits_is_sent_whole():
    provider = Scripted(DONE)
    await events(turn(provider, context=history(2), settings=LIMITED, truncation="auto"))
    assert len(provider.asked[0]["messages"]) == 9


async def test_room_is_kept_for_the_answer():
    with pytest.raises(errors.BadRequestError, match="for the answer"):
        await turn(max_output_tokens=999, settings=LIMITED).open()


async def test_a_newest_message_that_does_not_fit_alone_is_refused_even_so():
    with pytest.raises(errors.BadRequestError) as caught:
        await turn(input="word " * 2000, settings=LIMITED, truncation="auto").open()
    assert caught.value.code == "context_length_exceeded"


async def test_models_nobody_knows_are_not_limited():
    await turn(context=history(200)).open()


def test_every_server_tool_module_says_what_it_serves():
    for kind, module in tools._modules().items():
        assert kind in module.TYPES
        assert callable(module.make)
