"""Logs: one line an event, to be read or parsed."""

import json

from handlers import logs


async def test_access_log_tells_who_asked_what_and_how_it_went(capsys, make_api):
    api = await make_api(access_log=True)
    logs.configure(as_json=True)
    answer = await api.get("/models/none", headers={"x-client-request-id": "mine-1"})
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/models/none", 404)
    assert (line["operation"], line["project"]) == ("retrieveModel", "default")
    assert (line["request_id"], line["client_request_id"]) == (answer.headers["x-request-id"], "mine-1")
    assert line["ms"] >= 0


async def test_ids_unfit_to_print_are_left_out(capsys, make_api):
    api = await make_api(access_log=True)
    logs.configure(as_json=True)
    for unfit in ("x" * 513, "a b", "\x1b[31m"):
        await api.get("/version", headers={"x-request-id": unfit})
        assert json.loads(capsys.readouterr().err.splitlines()[-1])["client_request_id"] is None


async def test_nothing_is_logged_of_answers_that_went_well(capsys, make_api):
    api = await make_api()
    await api.get("/version")
    assert capsys.readouterr().err == ""
