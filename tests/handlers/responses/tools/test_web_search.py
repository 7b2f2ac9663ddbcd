"""Turns that search the web: what is found, shown, cited, and what fails."""

import json

import pytest

from tests.handlers.responses.replayer import replayed
from tests.handlers.responses.turning import Scripted, called, events, said, turn
from tests.handlers.search.engine import Engine, page


@pytest.fixture
def engine():
    with Engine() as running:
        running.results = [
            page("https://a.test/one", "One"),
            page("https://a.test/one/more", "More"),
            page("https://sub.b.test/", "Two"),
            page("https://a.test/one", "One again"),
            page("javascript:alert(1)", "Odd"),
            page("https://notb.test/", "Other"),
        ]
        yield running


def searching(answer, **arguments):
    call = called(0, json.dumps(arguments), id="call_1", name="web_search")
    return Scripted([call, said(finish="tool_calls")], [said(answer, finish="stop")])


async def run(engine, model, *, kind="web_search", include=(), tool=None, **body):
    settings = {"search_provider": "searxng", "search_url": engine.url}
    tools = [{"type": kind, **(tool or {})}]
    told = await events(turn(model, settings=settings, tools=tools, include=list(include), **body))
    return replayed(told), [event["type"] for event in told]


async def test_a_search_is_made_and_told_to_the_model(engine):
    model = searching("done", query="lighthouses")
    response, types = await run(engine, model)
    call, _message = response["output"]
    assert (call["type"], call["status"]) == ("web_search_call", "completed")
    assert call["action"] == {"type": "search", "query": "lighthouses", "queries": ["lighthouses"]}
    assert [kind for kind in types if "web_search" in kind] == [
        f"response.web_search_call.{what}" for what in ("in_progress", "searching", "completed")
    ]
    told = model.asked[1]["messages"][-1]["content"]
    assert told.startswith("One\nhttps://a.test/one\nWhat it says.\n\nMore\n")
    assert "javascript" not in told
    assert "again" not in told
    assert engine.asked[0][1]["q"] == "lighthouses"


async def test_sources_are_listed_where_they_are_asked_for(engine):
    sources = ["web_search_call.action.sources"]
    response, _types = await run(engine, searching("done", query="x"), include=sources)
    urls = [source["url"] for source in response["output"][0]["action"]["sources"]]
    assert urls == [
        "https://a.test/one",
        "https://a.test/one/more",
        "https://sub.b.test/",
        "https://notb.test/",
    ]


async def test_what_is_named_is_cited(engine):
    answer = (
        "Söe [the first](https://a.test/one), https://a.test/one/more. And https://a.test/one/morello, "
        "[x](https://unknown.test/), (https://sub.b.test/)."
    )
    response, types = await run(engine, searching(answer, query="x"))
    notes = response["output"][1]["content"][0]["annotations"]
    cited = [(answer[note["start_index"] : note["end_index"]], note["url"], note["title"]) for note in notes]
    assert cited == [
        ("[the first](https://a.test/one)", "https://a.test/one", "One"),
        ("https://a.test/one/more", "https://a.test/one/more", "More"),
        ("https://sub.b.test/", "https://sub.b.test/", "Two"),
    ]
    assert types.count("response.output_text.annotation.added") == 3


async def test_only_allowed_domains_are_shown(engine):
    model = searching("done", query="x")
    include = ["web_search_call.action.sources"]
    tool = {"filters": {"allowed_domains": ["B.test"]}}
    response, _types = await run(engine, model, include=include, tool=tool)
    assert response["output"][0]["action"]["sources"] == [{"type": "url", "url": "https://sub.b.test/"}]
    assert engine.asked[0][1]["q"] == "x site:b.test"


@pytest.mark.parametrize(("size", "shown"), [("low", 4), ("medium", 8), ("high", 16)])
async def test_the_size_says_how_many_pages(engine, size, shown):
    engine.results = [page(f"https://a.test/{index}") for index in range(30)]
    include, tool = ["web_search_call.action.sources"], {"search_context_size": size}
    response, _types = await run(engine, searching("done", query="x"), include=include, tool=tool)
    assert len(response["output"][0]["action"]["sources"]) == shown


async def test_a_search_that_fails_is_told_to_the_model(engine):
    engine.status = 500
    model = searching("sorry", query="x")
    response, _types = await run(engine, model)
    assert [(item["type"], item["status"]) for item in response["output"]] == [
        ("web_search_call", "failed"),
        ("message", "completed"),
    ]
    assert model.asked[1]["messages"][-1]["content"].startswith("The search failed. ")


@pytest.mark.parametrize("arguments", [{}, {"query": ""}, {"query": 5}])
async def test_wrong_arguments_are_the_models_to_correct(engine, arguments):
    model = searching("sorry", **arguments)
    response, _types = await run(engine, model)
    assert [item["type"] for item in response["output"]] == ["message"]
    assert engine.asked == []


@pytest.mark.parametrize("kind", ["web_search", "web_search_2025_08_26", "web_search_preview"])
async def test_every_name_of_the_tool_is_the_same_tool(engine, kind):
    model = Scripted([said("no need", finish="stop")])
    await run(engine, model, kind=kind, tool_choice={"type": "web_search_preview"})
    assert model.asked[0]["tool_choice"] == {"type": "function", "function": {"name": "web_search"}}


async def test_the_echo_provider_searches_over_http(engine, make_api):
    api = await make_api(search_provider="searxng", search_url=engine.url)
    body = {"model": "echo", "input": "web_search please", "tools": [{"type": "web_search"}]}
    made = (await api.post("/responses", json=body)).json()
    assert [item["type"] for item in made["output"]] == ["web_search_call", "message"]
    assert made["output"][1]["content"][0]["annotations"][0]["url"] == "https://a.test/one"
    bare = await make_api()
    refused = await bare.post("/responses", json=body)
    assert refused.status_code == 400
    assert "LOCKSTEP_SEARCH_PROVIDER" in refused.json()["error"]["message"]
