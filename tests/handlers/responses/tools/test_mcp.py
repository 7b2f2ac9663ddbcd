"""Turns with a real MCP server: what is listed, called, approved, refused, and never told."""

import asyncio
import json
import socket
import subprocess
import sys

import httpx
import pytest

from handlers.errors import BadRequestError
from tests.handlers.responses.conftest import parse
from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.turning import Scripted, called, events, item, said, turn

ALLOWED = {"allow_private_urls": True, "mcp_connect_seconds": 5, "mcp_call_seconds": 5}
SECRET = "s3cret-5f4dcc3b5aa7"


def calling(name, **arguments):
    """A model that calls one tool, and then says that it is done."""
    call = called(0, json.dumps(arguments), id="call_1", name=f"desk__{name}")
    return Scripted([call, said(finish="tool_calls")], [said("done", finish="stop")])


async def run(provider, tool, *, input="go", context=(), settings=None, **body):  # noqa: A002 - the field's name
    """The response of a turn, held against its events."""
    made = turn(
        provider, input=input, context=context, settings={**ALLOWED, **(settings or {})}, tools=[tool], **body
    )
    told = await events(made)
    return replayed(told), [event["type"] for event in told]


def kinds(response):
    return [each["type"] for each in response["output"]]


async def refusal(tool, *, settings=None, **request):
    made = turn(calling("add"), settings=ALLOWED if settings is None else settings, tools=[tool], **request)
    with pytest.raises(BadRequestError) as raised:
        await made.open()
    return raised.value


async def test_tools_are_listed_called_and_answered(mcp_server):
    model = calling("add", a=2, b=3)
    response, types = await run(model, mcp_server.tool(server_description="Sums."))
    assert response["status"] == "completed"
    listed, call, _message = response["output"]
    assert kinds(response) == ["mcp_list_tools", "mcp_call", "message"]
    assert {"add", "write", "fail"} <= {tool["name"] for tool in listed["tools"]}
    assert (call["name"], call["arguments"], call["output"]) == ("add", '{"a": 2, "b": 3}', "5")
    assert (call["status"], call["error"], call["server_label"]) == ("completed", None, "desk")
    assert [kind for kind in types if "mcp" in kind] == [
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.mcp_call.completed",
    ]
    offered = {tool["function"]["name"]: tool["function"] for tool in model.asked[0]["tools"]}
    assert offered["desk__add"]["description"] == "The sum of two numbers.\n\nSums."
    assert model.asked[1]["messages"][-1] == {"role": "tool", "tool_call_id": "call_1", "content": "5"}


async def test_a_tool_that_fails_is_told_to_the_model(mcp_server):
    model = calling("fail", why="no more paper")
    response, types = await run(model, mcp_server.tool())
    call = response["output"][1]
    assert (call["status"], call["output"]) == ("failed", None)
    assert call["error"]["type"] == "mcp_tool_execution_error"
    assert "no more paper" in call["error"]["content"][0]["text"]
    assert "response.mcp_call.failed" in types
    assert "no more paper" in model.asked[1]["messages"][-1]["content"]
    assert response["status"] == "completed"


async def test_a_call_that_hangs_fails_in_time(mcp_server):
    model = calling("nap", seconds=60)
    response, _types = await run(model, mcp_server.tool(), settings={"mcp_call_seconds": 0.5})
    call = response["output"][1]
    assert call["error"] == {"type": "http_error", "code": 504, "message": "The server takes too long."}
    assert kinds(response)[-1] == "message"


async def test_wrong_arguments_are_the_models_to_correct(mcp_server):
    broken = [called(0, "{", id="call_1", name="desk__add"), said(finish="tool_calls")]
    model = Scripted(broken, [said("sorry", finish="stop")])
    response, _types = await run(model, mcp_server.tool())
    assert kinds(response) == ["mcp_list_tools", "message"]
    assert "not a JSON object" in model.asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize("path", ["/hang", "/unwell", "/garbage", "/private/mcp"])
async def test_a_server_that_lists_nothing_is_told_of_and_the_turn_goes_on(mcp_server, path):
    model = Scripted([said("hello", finish="stop")])
    response, types = await run(model, mcp_server.tool(path), settings={"mcp_connect_seconds": 0.5})
    assert kinds(response) == ["mcp_list_tools", "message"]
    assert response["output"][0]["tools"] == []
    assert response["output"][0]["error"].startswith("The tools of 'desk' could not be listed: ")
    assert "response.mcp_list_tools.failed" in types
    assert "tools" not in model.asked[0]


async def test_only_allowed_tools_are_listed_and_offered(mcp_server):
    for allowed, names in ((["write", "add"], ["add", "write"]), ({"read_only": True}, ["add"]), ([], [])):
        model = Scripted([said("hello", finish="stop")])
        response, _types = await run(model, mcp_server.tool(allowed_tools=allowed))
        assert [tool["name"] for tool in response["output"][0]["tools"]] == names
        offered = [tool["function"]["name"] for tool in model.asked[0].get("tools", ())]
        assert offered == [f"desk__{name}" for name in names]


async def test_a_choice_names_the_server_or_one_of_its_tools(mcp_server):
    model = Scripted([said("hello", finish="stop")])
    choice = {"type": "mcp", "server_label": "desk", "name": "add"}
    await run(model, mcp_server.tool(), tool_choice=choice)
    assert model.asked[0]["tool_choice"] == {"type": "function", "function": {"name": "desk__add"}}


async def test_a_list_in_the_context_is_used_again(mcp_server):
    first, _types = await run(calling("add", a=1, b=1), mcp_server.tool())
    listed = first["output"][0]
    model = calling("add", a=2, b=2)
    second, _types = await run(model, mcp_server.tool(allowed_tools=["add"]), context=[listed])
    assert kinds(second) == ["mcp_call", "message"]
    assert [tool["function"]["name"] for tool in model.asked[0]["tools"]] == ["desk__add"]
    for unusable in ({"allowed_tools": ["add", "more"]}, {"server_label": "other"}):
        third, _types = await run(
            Scripted([said("x", finish="stop")]), mcp_server.tool(**unusable), context=[listed]
        )
        assert kinds(third)[0] == "mcp_list_tools"


async def test_a_list_that_failed_is_not_used_again(mcp_server):
    failed, _types = await run(Scripted([said("x", finish="stop")]), mcp_server.tool("/unwell"))
    again, _types = await run(
        Scripted([said("x", finish="stop")]), mcp_server.tool(), context=[failed["output"][0]]
    )
    assert len(again["output"][0]["tools"]) > 3


async def test_max_tool_calls_holds(mcp_server):
    before = mcp_server.calls("write")
    calls = [called(index, '{"text": "x"}', id=f"call_{index}", name="desk__write") for index in range(3)]
    model = Scripted([*calls, said(finish="tool_calls")], [said("done", finish="stop")])
    response, _types = await run(model, mcp_server.tool(), max_tool_calls=2)
    assert kinds(response) == ["mcp_list_tools", "mcp_call", "mcp_call", "message"]
    assert mcp_server.calls("write") - before == 2


# --- approval -----------------------------------------------------------------------------------------


async def asked(mcp_server, **tool):
    """The items of a turn that ended with a question, and the tool."""
    tool = mcp_server.tool(require_approval={"never": {"tool_names": ["add"]}}, **tool)
    before = mcp_server.calls("write")
    response, _types = await run(calling("write", text="hello"), tool)
    assert response["status"] == "completed"
    assert kinds(response) == ["mcp_list_tools", "mcp_approval_request"]
    assert mcp_server.calls("write") == before
    return response["output"], tool


def answer(question, *, approve, **fields):
    kind = "mcp_approval_response"
    return {"type": kind, "approval_request_id": question["id"], "approve": approve, **fields}


async def test_a_call_waits_for_approval_and_is_made_once(mcp_server):
    items, tool = await asked(mcp_server)
    question = items[1]
    assert (question["name"], question["arguments"]) == ("write", '{"text": "hello"}')
    before = mcp_server.calls("write")
    model = Scripted([said("done", finish="stop")])
    yes = answer(question, approve=True)
    response, _types = await run(model, tool, input=[yes, yes], context=items)
    call = response["output"][0]
    assert kinds(response) == ["mcp_call", "message"]
    assert (call["output"], call["approval_request_id"]) == ("written: hello", question["id"])
    assert mcp_server.calls("write") - before == 1
    assert "written: hello" in json.dumps(model.asked[0]["messages"])
    later = Scripted([said("done", finish="stop")])
    context = [*items, item(yes), *response["output"]]
    again, _types = await run(later, tool, input=[yes], context=context)
    assert kinds(again) == ["message"]
    assert mcp_server.calls("write") - before == 1


async def test_a_call_that_is_declined_is_not_made(mcp_server):
    items, tool = await asked(mcp_server)
    before = mcp_server.calls("write")
    model = Scripted([said("pity", finish="stop")])
    no = answer(items[1], approve=False, reason="too loud")
    response, _types = await run(model, tool, input=[no], context=items)
    assert kinds(response) == ["message"]
    assert mcp_server.calls("write") == before
    assert "too loud" in json.dumps(model.asked[0]["messages"])


async def test_a_tool_that_needs_no_approval_is_called_at_once(mcp_server):
    tool = mcp_server.tool(require_approval={"never": {"tool_names": ["add"]}})
    response, _types = await run(calling("add", a=1, b=1), tool)
    assert kinds(response) == ["mcp_list_tools", "mcp_call", "message"]


async def test_approval_is_asked_for_where_nothing_is_said(mcp_server):
    tool = {name: value for name, value in mcp_server.tool().items() if name != "require_approval"}
    response, _types = await run(calling("add", a=1, b=1), tool)
    assert kinds(response)[-1] == "mcp_approval_request"


async def test_an_answer_to_no_question_is_400(mcp_server):
    items, tool = await asked(mcp_server)
    yes = answer(items[1], approve=True)
    error = await refusal(tool, input=[{**yes, "approval_request_id": "mcpr_none"}])
    assert error.param == "input[0].approval_request_id"
    error = await refusal({**tool, "server_label": "other"}, input=[yes], context=items)
    assert "'desk' is not among `tools`" in error.message


# --- what is refused, and what is never told ------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "2130706433"]
)
async def test_a_private_address_is_400_by_default(host):
    tool = {"type": "mcp", "server_label": "desk", "server_url": f"http://{host}:1/mcp?key={SECRET}"}
    error = await refusal(tool, settings={})
    assert (error.param, error.code) == ("tools[0].server_url", "invalid_value")
    assert "LOCKSTEP_ALLOW_PRIVATE_URLS" in error.message
    assert SECRET not in error.message


async def test_a_private_address_is_refused_with_a_known_list_too(mcp_server):
    first, _types = await run(calling("add", a=1, b=1), mcp_server.tool())
    error = await refusal(mcp_server.tool(), settings={}, context=first["output"][:1])
    assert error.param == "tools[0].server_url"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.test/",
        "mcp",
        "http:///",
        "http://a.test:99999/",
        "http://a.test/ x",
        "http://[::1/",
        "file:///etc",
    ],
)
async def test_an_address_that_is_none_is_400(url):
    error = await refusal({"type": "mcp", "server_label": "desk", "server_url": f"{url}{SECRET}"})
    assert error.param == "tools[0].server_url"
    assert SECRET not in error.message


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"authorization": f"{SECRET}\r\nx: y"}, "authorization"),
        ({"headers": {"x-key": f"{SECRET}\n"}}, "headers"),
        ({"headers": {"x-key": f"{SECRET}é"}}, "headers"),
        ({"headers": {f"{SECRET} x": "y"}}, "headers"),
        ({"headers": {"Host": SECRET}}, "headers"),
    ],
)
async def test_what_cannot_be_sent_is_400_and_not_repeated(mcp_server, fields, place):
    error = await refusal(mcp_server.tool(**fields))
    assert error.param == f"tools[0].{place}"
    assert SECRET not in error.message


def secretive(mcp_server, path="/private/mcp"):
    """A tool with a secret in every place that can hold one."""
    url = mcp_server.url(f"{path}?key=query-{SECRET}").replace("//", f"//user:password-{SECRET}@")
    return mcp_server.tool(
        server_url=url, authorization=mcp_server.token, headers={"X-Secret": f"header-{SECRET}"}
    )


async def test_secrets_are_sent_and_nowhere_else(mcp_server, start_server, tmp_path):
    """In every way to create a response, with failures; then the process's files and logs are read."""
    server = start_server(
        data_dir=tmp_path / "data", env={"LOCKSTEP_ALLOW_PRIVATE_URLS": "1", "LOCKSTEP_ACCESS_LOG": "1"}
    )
    client = httpx.Client(
        base_url=server.base_url, headers={"authorization": f"Bearer {server.api_key}"}, timeout=30
    )
    tools = [secretive(mcp_server), {**secretive(mcp_server, "/unwell"), "server_label": "unwell"}]
    added = {"type": "additional_tools", "role": "developer", "tools": [{"type": "custom", "name": "c"}]}
    heard = []
    with client:

        def sent(method, path, **body):
            answer = client.request(method, path, **({"json": body} if body else {}))
            heard.append(answer.text)
            return answer

        conversation = sent("POST", "/conversations", items=[added | {"tools": [tools[0]]}]).json()["id"]
        question = [{"role": "user", "content": "desk__whoami please"}, added]
        body = {"model": "echo", "tools": tools, "input": question}
        made = sent("POST", "/responses", **body, conversation=conversation)
        assert made.status_code == 200, made.text
        call = made.json()["output"][-2]
        assert (call["type"], call["name"]) == ("mcp_call", "whoami")
        assert "[hidden]" in call["output"]
        streamed = sent("POST", "/responses", **body, stream=True)
        assert replayed(parse(streamed.text))["status"] == "completed"
        behind = sent("POST", "/responses", **body, background=True).json()["id"]
        for _ in range(200):
            if sent("GET", f"/responses/{behind}").json()["status"] not in {"queued", "in_progress"}:
                break
        bad = {**tools[0], "server_url": tools[0]["server_url"] + " x"}
        assert sent("POST", "/responses", **{**body, "tools": [bad]}).status_code == 400
        assert sent("POST", "/responses", **{**body, "model": "echo/broken"}).status_code == 502
        for path in (f"/responses/{made.json()['id']}", f"/responses/{made.json()['id']}/input_items"):
            sent("GET", path)
        sent("GET", f"/conversations/{conversation}/items")
    assert server.stop() == 0
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert files
    everything = (
        b"".join([*(path.read_bytes() for path in files), server.output.read_bytes()])
        + "".join(heard).encode()
    )
    for secret in (mcp_server.token, SECRET):
        at = everything.find(secret.encode())
        assert at < 0, everything[max(0, at - 300) : at + 100]


async def test_a_name_that_leads_nowhere_is_no_mistake_of_the_request(monkeypatch):
    def nowhere(*_args, **_options):
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    tool = {"type": "mcp", "server_label": "desk", "server_url": "https://nowhere.test/mcp"}
    response, _types = await run(
        Scripted([said("x", finish="stop")]), tool, settings={"allow_private_urls": False}
    )
    assert response["output"][0]["error"].endswith("The server's name leads nowhere.")


@pytest.mark.parametrize("bound", ["previous_response_id", "conversation"])
async def test_a_round_of_approval_over_http(mcp_server, make_api, bound):
    api = await make_api(allow_private_urls=True)
    tools = [mcp_server.tool(require_approval="always", headers={"x-secret": SECRET})]
    body = {"model": "echo", "tools": tools}
    if bound == "conversation":
        body["conversation"] = (await api.post("/conversations", json={})).json()["id"]
    first = (await api.post("/responses", json={**body, "input": "desk__write please"})).json()
    assert kinds(first) == ["mcp_list_tools", "mcp_approval_request"]
    assert "headers" not in first["tools"][0]
    if bound != "conversation":
        body["previous_response_id"] = first["id"]
    yes = {"input": [answer(first["output"][1], approve=True)], "stream": True}
    second = replayed(parse((await api.post("/responses", json={**body, **yes})).text))
    assert kinds(second) == ["mcp_call", "message"]
    assert second["output"][0]["output"].startswith("written: ")


async def test_a_server_that_is_gone_fails_its_call(mcp_server):
    first, _types = await run(Scripted([said("x", finish="stop")]), mcp_server.tool())
    with socket.create_server(("127.0.0.1", 0)) as free:
        gone = f"http://127.0.0.1:{free.getsockname()[1]}/mcp"
    tool = mcp_server.tool(server_url=gone)
    response, _types = await run(calling("add", a=1, b=1), tool, context=first["output"][:1])
    assert response["output"][0]["error"]["code"] == 502
    assert kinds(response) == ["mcp_call", "message"]


async def test_leaving_in_the_middle_of_a_call_leaves_nothing_behind(mcp_server):
    made = turn(calling("nap", seconds=60), settings=ALLOWED, tools=[mcp_server.tool()])
    told = made.events()
    async for event in told:
        if event["type"] == "response.mcp_call_arguments.done":
            break
    waiting = asyncio.ensure_future(anext(told))
    await asyncio.sleep(0.3)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await told.aclose()
    await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("mcp")] == []
    assert made.response["output"][1]["status"] == "incomplete"


def test_the_sdk_is_not_imported_before_it_is_used():
    code = (
        "import sys, handlers.app, handlers.responses.tools as tools; tools._modules(); "
        "print(sorted({'mcp', 'mcp_types', 'httpx2'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
