"""With `--strict` nothing outside the contract leaves the server, and what is inside leaves as it was."""

import pytest

from handlers import models


async def test_answers_of_the_contract_pass(make_api):
    api = await make_api(strict=True)
    item = {"type": "message", "role": "user", "content": "hi", "weight": 10**30}
    made = await api.post("/conversations", json={"items": [item]})
    listed = await api.get(f"/conversations/{made.json()['id']}/items")
    assert listed.json()["data"][0]["weight"] == 10**30
    assert (await api.get("/models/echo/slow")).json()["id"] == "echo/slow"
    assert (await api.get("/models/no/such")).status_code == 404
    assert (await api.get("/nowhere")).status_code == 404
    assert (await api.head("/models")).status_code == 200
    assert (await api.get("/models", headers={"authorization": ""})).status_code == 401


async def test_streams_pass(make_api):
    api = await make_api(strict=True)
    body = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    assert (await api.post("/chat/completions", json=body)).text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("answer", [b'{"object": "list"}', b'{"object": "list", "data": [{"id": 1}]}'])
async def test_what_breaks_the_contract_is_our_fault(make_api, monkeypatch, answer):
    async def broken(self, call):
        return answer

    monkeypatch.setattr(models.Models, "list_models", broken)
    api = await make_api(strict=True)
    refused = await api.get("/models")
    assert refused.status_code == 500
    error = refused.json()["error"]
    assert error["type"] == "server_error"
    assert refused.headers["x-request-id"] in error["message"]
    assert (await api.get("/models/echo")).status_code == 200
