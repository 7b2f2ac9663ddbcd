"""The OpenAI Agents SDK, unmodified. Run by tests/system/test_agents.py."""

import dataclasses

import agents
from agents import Agent, ModelSettings, OpenAIConversationsSession, OpenAIResponsesModel, Runner
from openai import AsyncOpenAI
from promises import API_KEY, BASE_URL, PREFACE, keep

TURNS = 30

agents.set_tracing_disabled(disabled=True)
client = AsyncOpenAI(base_url=BASE_URL, api_key=API_KEY, max_retries=0)
model = OpenAIResponsesModel("echo", client)


@agents.function_tool
def get_weather(city: str) -> str:
    """What the weather is like in a city."""
    return f"fine in {len(city)} letters"


@agents.function_tool
def get_time(zone: str) -> str:
    """What the clock says in a time zone."""
    return f"noon, {len(zone)} letters"


@dataclasses.dataclass
class Sight:
    """What an answer is to look like."""

    place: str
    height: int


agent = Agent(name="guide", instructions="Be brief.", model=model, tools=[get_weather, get_time])


def said(number):
    """What the user says in a turn; every fifth needs a tool, every tenth two."""
    if number % 10 == 9:
        return f"turn {number}: get_weather and get_time please"
    return f"turn {number}: get_weather please" if number % 5 == 4 else f"turn {number}"


def kinds(number):
    """The items of a turn, in order."""
    calls = 2 if number % 10 == 9 else 1 if number % 5 == 4 else 0
    return ["user", *["function_call"] * calls, *["function_call_output"] * calls, "assistant"]


def kind(item):
    return item.get("role") or item["type"]


async def thirty_turns_in_a_session_stay_in_step():
    session = OpenAIConversationsSession(openai_client=client)
    expected = []
    for number in range(TURNS):
        if number % 2:
            streamed = Runner.run_streamed(agent, said(number), session=session)
            async for _ in streamed.stream_events():
                pass
            answer = streamed.final_output
        else:
            answer = (await Runner.run(agent, said(number), session=session)).final_output
        calls = kinds(number).count("function_call")
        assert ("the tool answered" in answer) == bool(calls), answer
        assert calls or answer == PREFACE + said(number), answer
        expected += kinds(number)
    items = await session.get_items()
    assert [kind(item) for item in items] == expected, [kind(item) for item in items]
    stored = client.conversations.items.list(await session._get_session_id(), order="asc", limit=100)
    assert [kind(item.to_dict()) for item in [each async for each in stored]] == expected
    assert [kind(item) for item in await session.get_items(limit=7)] == expected[-7:]
    assert kind(await session.pop_item()) == "assistant"
    assert len(await session.get_items()) == len(expected) - 1
    await session.clear_session()
    assert await session.get_items() == []


async def thirty_turns_on_a_conversation_of_the_server():
    conversation = await client.conversations.create()
    expected = []
    for number in range(TURNS):
        made = await Runner.run(agent, said(number), conversation_id=conversation.id)
        assert made.final_output.startswith(PREFACE)
        expected += kinds(number)
    stored = client.conversations.items.list(conversation.id, order="asc", limit=100)
    assert [kind(item.to_dict()) for item in [each async for each in stored]] == expected


async def a_chain_of_responses():
    previous = None
    counts = []
    for number in range(5):
        made = await Runner.run(
            agent, f"turn {number}", previous_response_id=previous, auto_previous_response_id=True
        )
        previous = made.last_response_id
        counts.append(made.context_wrapper.usage.input_tokens)
    assert counts == sorted(set(counts))
    tools = await Runner.run(agent, said(9), auto_previous_response_id=True)
    assert "the tool answered" in tools.final_output


async def an_output_of_a_type():
    typed = Agent(name="typed", model=model, output_type=Sight)
    found = (await Runner.run(typed, "a tower?")).final_output
    assert isinstance(found, Sight)


async def a_handoff_within_a_session():
    second = Agent(name="second", instructions="Answer.", model=model)
    first = Agent(name="first", model=model, handoffs=[second])
    session = OpenAIConversationsSession(openai_client=client)
    made = await Runner.run(first, "transfer_to_second please", session=session)
    assert made.last_agent.name == "second"
    assert "the tool answered" in made.final_output
    again = await Runner.run(second, "and now?", session=session)
    assert again.final_output == PREFACE + "and now?"


async def reasoning_in_a_session():
    settings = ModelSettings(reasoning={"effort": "low", "summary": "auto"})
    thinker = Agent(name="thinker", model=model, model_settings=settings, tools=[get_weather])
    session = OpenAIConversationsSession(openai_client=client)
    for text in ("think", "get_weather please", "and then?"):
        made = await Runner.run(thinker, text, session=session)
    assert made.final_output == PREFACE + "and then?"
    found = [kind(item) for item in await session.get_items()]
    assert found.count("reasoning") == 4


keep(
    thirty_turns_in_a_session_stay_in_step,
    thirty_turns_on_a_conversation_of_the_server,
    a_chain_of_responses,
    an_output_of_a_type,
    a_handoff_within_a_session,
    reasoning_in_a_session,
)
