"""Making responses: shapes, what is echoed, what is refused."""

from typing import Any, Final

from conformance.wire.examination import Examination, Json
from conformance.wire.probes._items import message
from conformance.wire.promises import probe

PATH: Final = "/responses"
RESPONSE: Final = "/components/schemas/Response"
TOOL: Final[Json] = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@probe(operations=["createResponse"], source="schema", evidence=RESPONSE)
async def response_has_its_shape(exam: Examination) -> None:
    """A finished response is a `Response`: completed, with an assistant message of `output_text`.

    SDKs join `output[].content[].text` into `output_text`; agents branch on `status`.
    """
    made = await exam.response()
    exam.valid(made, "Response")
    exam.equal([made["object"], made["status"]], ["response", "completed"], "object and status", made)
    messages = [item for item in made["output"] if item["type"] == "message"]
    exam.expect(bool(messages), "the output has no message", made)
    exam.equal(messages[0]["content"][0]["type"], "output_text", "the part", made)


@probe(
    operations=["createResponse"],
    source="schema",
    evidence="/components/schemas/ResponseUsage: input_tokens_details requires cache_write_tokens",
)
async def response_usage_is_whole(exam: Examination) -> None:
    """Usage has both details, `cache_write_tokens` included, and the total is the sum."""
    made = await exam.response()
    usage = made["usage"]
    exam.valid(made, "ResponseUsage", usage)
    exam.equal(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"], "the total", made)


@probe(
    operations=["createResponse", "getResponse"],
    source="prose",
    evidence="Response echoes the request's settings",
    cases={
        "metadata": ("metadata", {"topic": "tea"}),
        "instructions": ("instructions", "Be brief."),
        "temperature": ("temperature", 0.5),
        "top_p": ("top_p", 0.5),
        "max_output_tokens": ("max_output_tokens", 200),
        "parallel_tool_calls": ("parallel_tool_calls", False),
        "truncation": ("truncation", "auto"),
        "tools": ("tools", [TOOL]),
        "tool_choice": ("tool_choice", "none"),
    },
)
async def response_echoes_its_request(exam: Examination, case: tuple[str, Any]) -> None:
    """A setting of the request stands in the response, and in the stored one.

    Tools that show or replay a response know its settings from nowhere else.
    """
    name, value = case
    more: Json = {"tools": [TOOL]} if name == "tool_choice" else {}
    made = await exam.response(**{name: value}, **more)
    read = await exam.ok("GET", f"{PATH}/{made['id']}")
    for answer in (made, read):
        exam.equal(answer[name], value, name, answer, pointer=f"{RESPONSE}/properties/{name}")


@probe(
    operations=["createResponse"],
    source="schema",
    evidence="/components/schemas/InputParam: text, or items",
    cases={
        "text": "Say a word.",
        "message": [message("Say a word.")],
        "message without type": [{"role": "user", "content": "Say a word."}],
        "parts": [{"role": "user", "content": [{"type": "input_text", "text": "Say a word."}]}],
        "developer": [message("Be brief.", "developer"), message("Say a word.")],
        "assistant history": [
            message("Hello."),
            {"role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]},
            message("Say a word."),
        ],
        "tool round": [
            message("What is the weather?"),
            {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "Sunny."},
        ],
        "image": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="},
                ],
            }
        ],
    },
)
async def response_takes_input_of_every_form(exam: Examination, case: Any) -> None:
    """Input as text or as items, as clients send them, is answered."""
    made = await exam.response(case)
    exam.equal(made["status"], "completed", "the status", made)


@probe(
    operations=["createResponse"],
    source="observed",
    evidence="error table of clients",
    cases={
        "input is a number": ({"input": 1}, "invalid_type", "input"),
        "unknown item type": ({"input": [{"type": "telepathy"}]}, "invalid_value", "input[0].type"),
        "item without content": (
            {"input": [{"role": "user"}]},
            "missing_required_parameter",
            "input[0].content",
        ),
        "temperature": ({"input": "x", "temperature": 3}, "decimal_above_max_value", "temperature"),
        "top_logprobs": ({"input": "x", "top_logprobs": 21}, "integer_above_max_value", "top_logprobs"),
        "unknown include": ({"input": "x", "include": ["everything"]}, "invalid_value", "include[0]"),
        "unknown tool": ({"input": "x", "tools": [{"type": "telepathy"}]}, "invalid_value", "tools[0].type"),
        "tool without name": (
            {"input": "x", "tools": [{"type": "function"}]},
            "missing_required_parameter",
            "tools[0].name",
        ),
        "stream is text": ({"input": "x", "stream": "yes"}, "invalid_type", "stream"),
    },
)
async def bad_response_request_names_the_place(exam: Examination, case: tuple[Json, str, str]) -> None:
    """A bad request is 400 with the code and the place of the mistake."""
    body, code, param = case
    await exam.fails("POST", PATH, json={"model": exam.model} | body, code=code, param=param)


@probe(
    operations=["createResponse"],
    source="prose",
    evidence="conversation: cannot be used with previous_response_id",
)
async def conversation_excludes_previous_response(exam: Examination) -> None:
    """`conversation` and `previous_response_id` together are 400."""
    made = await exam.response()
    conversation = await exam.conversation()
    body = {
        "model": exam.model,
        "input": "x",
        "conversation": conversation,
        "previous_response_id": made["id"],
    }
    await exam.fails("POST", PATH, json=body)


@probe(
    operations=["createResponse"],
    source="observed",
    evidence="the live API: 400 previous_response_not_found; 404 for a conversation",
    cases={"plain": False, "streamed": True},
)
async def unknown_context_is_refused(exam: Examination, case: bool) -> None:
    """An unknown previous response is 400 `previous_response_not_found`, an unknown conversation 404.

    Streamed or not, before any event: a client cannot take back what it has shown.
    """
    body = {"model": exam.model, "input": "x", "stream": case}
    previous = body | {"previous_response_id": exam.absent("response")}
    await exam.fails("POST", PATH, json=previous, code="previous_response_not_found")
    await exam.fails("POST", PATH, json=body | {"conversation": exam.absent("conversation")}, status=404)


@probe(operations=["createResponse"], source="observed", evidence="the live API: model_not_found")
async def response_of_an_unknown_model_is_refused(exam: Examination) -> None:
    """A model that the server does not have is 404 (or 400) `model_not_found`."""
    body = {"model": "no-such-model-" + exam.text(), "input": "x"}
    if (await exam.send("POST", PATH, json=body)).status == 200:  # noqa: PLR2004 - every name is served
        exam.skip("the server takes any model name")
    await exam.fails("POST", PATH, json=body, status=(400, 404), code="model_not_found")


@probe(operations=["createResponse"], source="schema", evidence="/components/schemas/FunctionToolCall")
async def forced_function_call_is_an_item(exam: Examination) -> None:
    """A forced function is called: an item with call id, name and arguments as JSON text."""
    made = await exam.response(
        "The weather?", tools=[TOOL], tool_choice={"type": "function", "name": "get_weather"}
    )
    calls = [item for item in made["output"] if item["type"] == "function_call"]
    if not calls:
        exam.inconclusive("the model called no tool, though it was forced to")
    exam.valid(made, "Response")
    exam.equal([calls[0]["name"], bool(calls[0]["call_id"])], ["get_weather", True], "name and call id", made)


@probe(
    operations=["createResponse"],
    source="prose",
    evidence="incomplete_details.reason: max_output_tokens",
)
async def cut_response_is_incomplete(exam: Examination) -> None:
    """A response cut by `max_output_tokens` is `incomplete`, with the reason."""
    made = await exam.response("Count from one to two hundred in words.", max_output_tokens=16)
    if made["status"] == "completed" and made["usage"]["output_tokens"] < 16:  # noqa: PLR2004 - tokens
        exam.inconclusive("the model had no more to say")
    exam.equal(made["status"], "incomplete", "the status", made)
    exam.equal(made["incomplete_details"]["reason"], "max_output_tokens", "the reason", made)


@probe(operations=["createResponse"], source="prose", evidence="text.format: json_schema")
async def json_schema_format_is_kept(exam: Examination) -> None:
    """With `text.format` json_schema the text is JSON of that schema, or the response says that it failed."""
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    }
    text = {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": schema}}
    made = await exam.send(
        "POST", PATH, json={"model": exam.model, "input": "A word, as JSON.", "text": text}
    )
    if made.status != 200 or made["status"] != "completed":  # noqa: PLR2004 - it owned up
        exam.inconclusive("the model did not answer in the format, and the server said so")
    [spoken] = [item for item in made["output"] if item["type"] == "message"]
    exam.expect('"word"' in spoken["content"][0]["text"], "the text is not of the schema", made)


@probe(
    operations=["Getinputtokencounts"],
    source="schema",
    evidence="/components/schemas/TokenCountsResource",
)
async def input_tokens_grow_with_the_input(exam: Examination) -> None:
    """Counting answers an integer that grows with the input."""
    body = {"model": exam.model, "input": "one"}
    short = await exam.ok("POST", f"{PATH}/input_tokens", json=body)
    long = await exam.ok("POST", f"{PATH}/input_tokens", json=body | {"input": "one two three " * 50})
    exam.expect(0 < short["input_tokens"] < long["input_tokens"], "the counts do not grow", long)


@probe(operations=["Compactconversation"], source="schema", evidence="/components/schemas/CompactResource")
async def compaction_can_be_sent_back(exam: Examination) -> None:
    """Compaction answers items, one of them `compaction` with encrypted content, which create takes back."""
    long = [message("My name is Ada. " + "Tell me about rivers, please. " * 40)]
    made = await exam.ok("POST", f"{PATH}/compact", json={"model": exam.model, "input": long})
    kinds = [item["type"] for item in made["output"]]
    exam.expect("compaction" in kinds, "there is no compaction item", made, got=kinds)
    again = await exam.response([*made["output"], message("Go on.")])
    exam.equal(again["status"], "completed", "the status", again)
