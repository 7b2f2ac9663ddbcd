"""LangChain's `ChatOpenAI(use_responses_api=True)`, unmodified. Run by tests/system/test_agents.py."""

import asyncio

import pydantic
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from promises import API_KEY, BASE_URL, PREFACE, keep


def chat(**options):
    return ChatOpenAI(
        model="echo", use_responses_api=True, base_url=BASE_URL, api_key=API_KEY, max_retries=0, **options
    )


@tool
def get_weather(city: str) -> str:
    """What the weather is like in a city."""
    return f"fine in {len(city)} letters"


@tool
def get_time(zone: str) -> str:
    """What the clock says in a time zone."""
    return f"noon, {len(zone)} letters"


class Sight(pydantic.BaseModel):
    """What an answer is to look like."""

    place: str
    height: int


def an_answer_with_its_usage():
    made = chat().invoke([SystemMessage("Be brief."), HumanMessage("hello")])
    assert made.text == PREFACE + "hello", made
    assert made.response_metadata["id"].startswith("resp_")
    assert made.usage_metadata["total_tokens"] > 0


def a_stream_adds_up():
    chunks = list(chat().stream("tell me a story"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert len(chunks) > 3
    assert whole.text == PREFACE + "tell me a story"
    assert whole.usage_metadata["output_tokens"] > 0


def a_tool_loop_by_history_and_by_chain():
    tools = {each.name: each for each in (get_weather, get_time)}
    for options in ({}, {"use_previous_response_id": True}, {"store": False}, {"streaming": True}):
        bound = chat(**options).bind_tools(list(tools.values()))
        messages = [HumanMessage("get_weather and get_time please")]
        made = bound.invoke(messages)
        assert [call["name"] for call in made.tool_calls] == ["get_weather", "get_time"]
        outputs = [tools[call["name"]].invoke(call) for call in made.tool_calls]
        assert all(isinstance(output, ToolMessage) for output in outputs)
        last = bound.invoke([*messages, made, *outputs])
        assert last.text == PREFACE + "the tool answered: " + outputs[-1].content, last


def structured_output():
    for method in ("json_schema", "function_calling"):
        found = chat().with_structured_output(Sight, method=method).invoke("a tower?")
        assert isinstance(found, Sight)


def reasoning_goes_round():
    thinker = chat(reasoning={"effort": "low", "summary": "auto"})
    messages = [HumanMessage("think")]
    made = thinker.invoke(messages)
    assert any(block["type"] == "reasoning" for block in made.content_blocks)
    again = thinker.invoke([*messages, made, HumanMessage("and then?")])
    assert again.text == PREFACE + "and then?"


def ten_turns():
    by_history, by_chain = chat(), chat(use_previous_response_id=True)
    messages: list = []
    for number in range(10):
        messages.append(HumanMessage(f"turn {number}"))
        whole, chained = by_history.invoke(messages), by_chain.invoke(messages)
        assert whole.text == chained.text == f"{PREFACE}turn {number}"
        messages.append(chained)
    assert isinstance(messages[-1], AIMessage)


async def turns_at_once():
    made = await asyncio.gather(*(chat().ainvoke(f"turn {number}") for number in range(10)))
    assert [each.text for each in made] == [f"{PREFACE}turn {number}" for number in range(10)]
    streamed = [chunk.text async for chunk in chat().astream("hello")]
    assert "".join(streamed) == PREFACE + "hello"


keep(
    an_answer_with_its_usage,
    a_stream_adds_up,
    a_tool_loop_by_history_and_by_chain,
    structured_output,
    reasoning_goes_round,
    ten_turns,
    turns_at_once,
)
