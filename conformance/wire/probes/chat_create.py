"""Asking for chat completions, without storing them."""

from typing import Any, Final

from conformance.wire.examination import Examination, Json
from conformance.wire.promises import probe

USER: Final[Json] = {"role": "user", "content": "Say a word."}
TOOL: Final[Json] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
FORCED: Final[Json] = {"type": "function", "function": {"name": "get_weather"}}


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="/components/schemas/CreateChatCompletionResponse",
)
async def chat_completion_has_its_shape(exam: Examination) -> None:
    """A chat completion is a `CreateChatCompletionResponse` with an assistant message and a reason to finish.

    SDKs read `choices[0].message.content` without asking; `refusal` and `logprobs` are required, though null.
    """
    made = await exam.ok("POST", "/chat/completions", json={"model": exam.model, "messages": [USER]})
    exam.valid(made, "CreateChatCompletionResponse")
    exam.equal(made["choices[0].message.role"], "assistant", "the author", made)
    exam.equal(made["choices[0].index"], 0, "the index", made)


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="CompletionUsage: total_tokens is prompt plus completion",
)
async def chat_usage_adds_up(exam: Examination) -> None:
    """Usage counts prompt and completion, and the total is their sum.

    Bills and budgets are made of these numbers.
    """
    made = await exam.ok("POST", "/chat/completions", json={"model": exam.model, "messages": [USER]})
    usage = made["usage"]
    exam.expect(usage["prompt_tokens"] > 0, "the prompt counts no token", made)
    exam.equal(usage["total_tokens"], usage["prompt_tokens"] + usage["completion_tokens"], "the total", made)


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="CreateChatCompletionRequest.n: how many choices to generate",
)
async def chat_n_gives_as_many_choices(exam: Examination) -> None:
    """`n: 2` gives two choices, indexed 0 and 1."""
    made = await exam.send(
        "POST", "/chat/completions", json={"model": exam.model, "messages": [USER], "n": 2}
    )
    if made.status == 400:  # noqa: PLR2004 - some endpoints serve one choice only, and say so
        exam.skip("the server refuses n above 1")
    exam.equal([choice["index"] for choice in made["choices"]], [0, 1], "the indexes", made)


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="/components/schemas/ChatCompletionRequestMessage: six roles, content as text or parts",
    cases={
        "system": [{"role": "system", "content": "Be brief."}, USER],
        "developer": [{"role": "developer", "content": "Be brief."}, USER],
        "text parts": [{"role": "user", "content": [{"type": "text", "text": "Say a word."}]}],
        "name": [{"role": "user", "name": "ada", "content": "Say a word."}],
        "assistant history": [USER, {"role": "assistant", "content": "Word."}, USER],
        "tool round": [
            USER,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "get_weather", "arguments": "{}"},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "Sunny."},
        ],
    },
)
async def chat_messages_of_every_kind_are_taken(exam: Examination, case: list[Json]) -> None:
    """Messages of each role, with text or parts, are accepted.

    A client sends its history as it has it; a server that refuses one form breaks every program that uses it.
    """
    await exam.ok("POST", "/chat/completions", json={"model": exam.model, "messages": case})


@probe(
    operations=["createChatCompletion"],
    source="observed",
    evidence="error table of clients: missing_required_parameter, invalid_type, invalid_value, empty_array",
    cases={
        "no messages": ({"model": "m"}, "missing_required_parameter", "messages"),
        "no model": ({"messages": [USER]}, "missing_required_parameter", "model"),
        "messages is text": ({"model": "m", "messages": "hi"}, "invalid_type", "messages"),
        "empty messages": ({"model": "m", "messages": []}, "empty_array", "messages"),
        "unknown role": (
            {"model": "m", "messages": [{"role": "nobody", "content": "x"}]},
            "invalid_value",
            "messages[0].role",
        ),
        "no content": (
            {"model": "m", "messages": [{"role": "user"}]},
            "missing_required_parameter",
            "messages[0].content",
        ),
        "temperature is text": (
            {"model": "m", "messages": [USER], "temperature": "hot"},
            "invalid_type",
            "temperature",
        ),
    },
)
async def chat_bad_request_names_the_place(exam: Examination, case: tuple[Json, str, str]) -> None:
    """A bad chat request is 400 with the code and the place of the mistake.

    Programs branch on `code` and show `param`; without them a person has to guess.
    """
    body, code, param = case
    if "model" in body:
        body = body | {"model": exam.model}
    await exam.fails("POST", "/chat/completions", json=body, code=code, param=param)


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="temperature 0 to 2, top_p 0 to 1, top_logprobs 0 to 20, penalties -2 to 2, n 1 to 128",
    cases={
        "temperature above": ("temperature", 2.1, "decimal_above_max_value"),
        "temperature below": ("temperature", -0.1, "decimal_below_min_value"),
        "top_p above": ("top_p", 1.1, "decimal_above_max_value"),
        "presence_penalty below": ("presence_penalty", -2.1, "decimal_below_min_value"),
        "frequency_penalty above": ("frequency_penalty", 2.1, "decimal_above_max_value"),
        "top_logprobs above": ("top_logprobs", 21, "integer_above_max_value"),
        "n below": ("n", 0, "integer_below_min_value"),
        "n above": ("n", 129, "integer_above_max_value"),
    },
)
async def chat_numbers_out_of_bounds_are_refused(exam: Examination, case: tuple[str, float, str]) -> None:
    """A sampling parameter outside its bounds is 400, naming parameter and bound."""
    name, value, code = case
    body = {"model": exam.model, "messages": [USER], name: value}
    await exam.fails("POST", "/chat/completions", json=body, code=code, param=name)


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="ModelResponseProperties: the bounds themselves are allowed",
    cases={
        "temperature 0": ("temperature", 0),
        "temperature 2": ("temperature", 2),
        "top_p 1": ("top_p", 1),
        "presence_penalty -2": ("presence_penalty", -2),
        "frequency_penalty 2": ("frequency_penalty", 2),
        "seed": ("seed", 9223372036854775807),
        "stop as text": ("stop", "zzz"),
        "stop as list": ("stop", ["zzz", "yyy"]),
        "user": ("user", "ada"),
        "null temperature": ("temperature", None),
    },
)
async def chat_numbers_at_their_bounds_are_taken(exam: Examination, case: tuple[str, Any]) -> None:
    """A parameter at its bounds, or null where the contract allows null, is accepted."""
    name, value = case
    await exam.ok("POST", "/chat/completions", json={"model": exam.model, "messages": [USER], name: value})


@probe(
    operations=["createChatCompletion"],
    source="observed",
    evidence="the live API: 404 with code model_not_found",
)
async def chat_unknown_model_is_not_found(exam: Examination) -> None:
    """A model that the server does not have is 404 `model_not_found`.

    Programs fall back to another model on this code.
    """
    body = {"model": "no-such-model-" + exam.text(), "messages": [USER]}
    answer = await exam.send("POST", "/chat/completions", json=body)
    if answer.status == 200:  # noqa: PLR2004 - every name is served
        exam.skip("the server takes any model name")
    await exam.fails("POST", "/chat/completions", json=body, status=404, code="model_not_found")


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="/components/schemas/ChatCompletionMessageToolCall",
)
async def chat_forced_tool_call_is_made(exam: Examination) -> None:
    """A forced function is called, with arguments that are a JSON object in a string.

    Agents run on this; arguments as an object, or a call without an id, break them.
    """
    body = {"model": exam.model, "messages": [USER], "tools": [TOOL], "tool_choice": FORCED}
    made = await exam.ok("POST", "/chat/completions", json=body)
    calls = made["choices[0].message"].get("tool_calls")
    if not calls:
        exam.inconclusive("the model called no tool, though it was forced to")
    exam.valid(made, "CreateChatCompletionResponse")
    exam.equal(calls[0]["function"]["name"], "get_weather", "the function", made)
    exam.expect(bool(calls[0]["id"]), "the call has no id", made)


@probe(
    operations=["createChatCompletion"],
    source="prose",
    evidence="finish_reason: length when max_completion_tokens was reached",
)
async def chat_cut_answer_says_length(exam: Examination) -> None:
    """An answer cut by `max_completion_tokens` finishes with `length`."""
    body = {
        "model": exam.model,
        "messages": [{"role": "user", "content": "Count from one to one hundred in words, please."}],
        "max_completion_tokens": 1,
    }
    made = await exam.ok("POST", "/chat/completions", json=body)
    if made["choices[0].finish_reason"] == "stop" and made["usage"]["completion_tokens"] <= 1:
        exam.inconclusive("the model had no more to say than one token")
    exam.equal(made["choices[0].finish_reason"], "length", "finish_reason", made)


@probe(
    operations=["createChatCompletion"],
    source="schema",
    evidence="/components/schemas/Metadata, CreateChatCompletionRequest",
    cases={
        "17 pairs": {f"key {number}": "value" for number in range(17)},
        "value of 513": {"key": "v" * 513},
    },
)
async def chat_metadata_above_its_limits_is_refused(exam: Examination, case: dict[str, str]) -> None:
    """Metadata above the stated limits is refused before the model is asked."""
    body = {"model": exam.model, "messages": [USER], "store": True, "metadata": case}
    await exam.fails("POST", "/chat/completions", json=body, type="invalid_request_error")
