"""The proxy stands before a real server: fixed ids become objects, and none of them stays."""

import httpx
import pytest

from conformance.sdk.proxy import UnusableError, proxy


def test_what_is_made_on_the_way_is_deleted_at_the_end(server):
    said = {"model": "of-the-day", "input": "Say a word.", "stream": True}
    with (
        proxy(server.base_url, api_key=server.api_key, model="") as url,
        httpx.Client(base_url=url) as client,
    ):
        made = client.post("/conversations", json={}).json()["id"]
        stood_in = client.get("/conversations/conv_123").json()["id"]
        with client.stream("POST", "/responses", json=said) as stream:
            assert stream.status_code == 200
            streamed = stream.read().decode().partition('"id":"')[2].partition('"')[0]
        assert client.get("/models/of-the-day").status_code == 200
    headers = {"authorization": f"Bearer {server.api_key}"}
    with httpx.Client(base_url=server.base_url, headers=headers) as client:
        for path in (f"/conversations/{made}", f"/conversations/{stood_in}", f"/responses/{streamed}"):
            assert path.rpartition("_")[2]
            assert client.get(path).status_code == 404


@pytest.mark.parametrize("key", ["wrong", None])
def test_a_server_that_cannot_be_tested_says_why_at_once(server, key):
    with pytest.raises(UnusableError, match="401"), proxy(server.base_url, api_key=key, model=""):
        pass
