"""Requests that are wrong as a whole: every answer has the one error shape."""

from typing import Final

from conformance.wire.examination import Examination
from conformance.wire.promises import probe

SHAPE: Final = "/components/schemas/ErrorResponse"
JSON: Final = {"content-type": "application/json"}


@probe(
    operations=["listModels", "createConversation", "createChatCompletion", "createResponse"],
    source="observed",
    evidence="the live API: 401 with code invalid_api_key",
    cases={
        "models": ("GET", "/models"),
        "conversations": ("POST", "/conversations"),
        "chat": ("POST", "/chat/completions"),
        "responses": ("POST", "/responses"),
    },
)
async def missing_key_is_401(exam: Examination, case: tuple[str, str]) -> None:
    """Without a key every operation is 401 in the one error shape, before anything else is looked at."""
    method, path = case
    answer = await exam.anonymous.send(method, path, json={} if method == "POST" else None)
    if answer.status == 200:  # noqa: PLR2004 - served without keys
        exam.skip("the server asks for no key")
    exam.equal(answer.status, 401, "the status", answer)
    exam.valid(answer, "ErrorResponse")


@probe(operations=["createConversation"], source="observed", evidence="RFC 9110 section 15.5.5")
async def unknown_path_is_404_in_shape(exam: Examination) -> None:
    """A path that does not exist is 404 in the one error shape, not a page of HTML."""
    answer = await exam.send("GET", "/no/such/path/" + exam.text())
    exam.equal(answer.status, 404, "the status", answer)
    exam.valid(answer, "ErrorResponse")


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="RFC 9110 section 15.5.6: Allow is required",
)
async def unknown_method_is_405_with_allow(exam: Examination) -> None:
    """A method that a path does not have is 405, names in `Allow` those it has, in the one error shape."""
    answer = await exam.send("PUT", "/conversations/" + await exam.conversation())
    exam.equal(answer.status, 405, "the status", answer)
    exam.valid(answer, "ErrorResponse")
    allowed = {name.strip() for name in answer.headers.get("allow", "").split(",")}
    exam.expect({"GET", "POST", "DELETE"} <= allowed, "`Allow` is incomplete", answer, got=sorted(allowed))


@probe(
    operations=["createConversation", "createChatCompletion"],
    source="observed",
    evidence="clients cut off, proxies garble: the answer is 400, not 500",
    cases={
        "cut": b'{"items": [',
        "not json": b"hello",
        "two values": b"{} {}",
        "bad utf-8": b'{"metadata": {"a": "\xff"}}',
    },
)
async def broken_json_is_400(exam: Examination, case: bytes) -> None:
    """A body that is no JSON is 400 in the one error shape."""
    await exam.fails("POST", "/conversations", content=case, headers=JSON)


@probe(
    operations=["createConversation", "createChatCompletion"],
    source="schema",
    evidence="the bodies are objects",
    cases={"array": [], "text": "x", "number": 1, "true": True},
)
async def body_that_is_no_object_is_400(exam: Examination, case: object) -> None:
    """A body that is JSON but no object is 400."""
    await exam.fails("POST", "/conversations", json=case)


@probe(operations=["createConversation"], source="observed", evidence="RFC 9110 section 15.5.16")
async def wrong_content_type_is_refused(exam: Examination) -> None:
    """A body sent as something else than JSON is 415 (or 400), in the one error shape."""
    await exam.fails(
        "POST",
        "/conversations",
        content=b"<a/>",
        headers={"content-type": "application/xml"},
        status=(415, 400),
    )


@probe(
    operations=["createConversation", "listModels"],
    source="observed",
    evidence="upstream sends x-request-id with every answer; SDKs show it in every error",
)
async def every_answer_has_a_request_id(exam: Examination) -> None:
    """Every answer, failures included, has an `x-request-id` of its own."""
    answers = [
        await exam.send("GET", "/models"),
        await exam.send("GET", "/conversations/" + exam.absent("conversation")),
        await exam.send("POST", "/conversations", json={"items": 1}),
    ]
    ids = [answer.headers.get("x-request-id", "") for answer in answers]
    exam.expect(all(ids), "an answer has no x-request-id", answers[ids.index("")] if "" in ids else None)
    exam.equal(len(set(ids)), len(ids), "the number of different ids")


@probe(
    operations=["createConversation"],
    source="observed",
    evidence="errors are read by people and logged by programs",
)
async def error_message_stays_short(exam: Examination) -> None:
    """An error about a long value does not send the value back."""
    answer = await exam.fails("POST", "/conversations", json={"metadata": {"key": "v" * 200_000}})
    exam.expect(len(answer.text) < 2_000, "the error is long", answer, got=len(answer.text))  # noqa: PLR2004 - characters


@probe(operations=["createConversation"], source="observed", evidence="parsers fall over deep nesting")
async def deep_nesting_is_no_server_fault(exam: Examination) -> None:
    """A body nested ten thousand deep is taken or refused, never 5xx."""
    body = b'{"metadata": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    answer = await exam.send("POST", "/conversations", content=body, headers=JSON)
    exam.expect(answer.status < 500, "the server fell over", answer, got=answer.status)  # noqa: PLR2004


@probe(
    operations=["createConversation", "createConversationItems"],
    source="observed",
    evidence="what users ask for: requests are taken as the live API takes them",
)
async def unknown_field_of_a_request_is_no_server_fault(exam: Examination) -> None:
    """An unknown field of a request is accepted, or 400 `unknown_parameter`; never 5xx."""
    answer = await exam.send("POST", "/conversations", json={"x_unknown": 1})
    if answer.status != 200:  # noqa: PLR2004 - refused
        await exam.fails("POST", "/conversations", json={"x_unknown": 1}, code="unknown_parameter")


@probe(
    operations=["listModels"], source="observed", evidence="SDKs send both headers when they are configured"
)
async def organization_and_project_headers_are_taken(exam: Examination) -> None:
    """`OpenAI-Organization` and `OpenAI-Project` do not get in the way."""
    headers = {"openai-organization": "org-x", "openai-project": "proj_x", "openai-beta": "x=v1"}
    await exam.ok("GET", "/models", headers=headers)


@probe(
    operations=["getConversation"],
    source="observed",
    evidence="ids come from users: dots, quotes, spaces and slashes are not to be trusted",
    cases=["..%2F..%2Fetc", "%27%20OR%201%3D1--", "conv_%00", "%F0%9F%98%80", "conv_" + "x" * 3000],
)
async def odd_id_is_refused_in_shape(exam: Examination, case: str) -> None:
    """An id with odd characters is 404 (or 400, 414), in the one error shape."""
    answer = await exam.send("GET", f"/conversations/{case}")
    exam.expect(answer.status in {400, 404, 414}, "the status", answer, got=answer.status)
    exam.valid(answer, "ErrorResponse")
