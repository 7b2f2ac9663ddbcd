"""The recording proxy passes everything on unchanged and judges what comes back."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import openai
import pytest

from conformance.wire.recording import Recorder, recording


def test_the_official_client_notices_nothing(server):
    recorder = Recorder(server.base_url)
    with recording(recorder) as url, openai.OpenAI(base_url=url, api_key=server.api_key) as client:
        made = client.conversations.create(metadata={"a": "b"})
        assert client.conversations.retrieve(made.id).metadata == {"a": "b"}
        messages = [{"role": "user", "content": "Hello"}]
        stream = client.chat.completions.create(model="echo", messages=messages, stream=True)
        assert "Hello" in "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        with pytest.raises(openai.NotFoundError):
            client.conversations.retrieve("conv_nobody")
    examined = recorder.examined()
    assert not examined.failed
    assert examined.score == 100.0
    assert examined.tallies["createChatCompletion"].valid > 2
    assert examined.tallies["getConversation"].errors_in_shape == 1
    assert recorder.requests == 4


@pytest.fixture
def sloppy():
    """A server whose conversations lack a time, and whose errors have a shape of their own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.answer(200, {"id": "conv_1", "object": "conversation", "metadata": {}})

        def do_GET(self):
            self.answer(404, {"detail": "Not Found"})

        def answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def test_what_breaks_the_contract_is_said_at_once_and_reported(sloppy):
    said = []
    recorder = Recorder(
        sloppy, lambda exchange, wrong: said.append((exchange.path, [each.message for each in wrong]))
    )
    with recording(recorder) as url, httpx.Client() as client:
        assert client.post(f"{url}/conversations", json={}).json()["id"] == "conv_1"
        assert client.get(f"{url}/conversations/conv_1").status_code == 404
    assert said == [
        ("/conversations", ['"created_at" is a required property']),
        ("/conversations/conv_1", ['"error" is a required property']),
    ]
    assert recorder.examined().failed


def test_a_server_that_is_away_is_a_bad_gateway():
    recorder = Recorder("http://127.0.0.1:9/v1")
    with recording(recorder) as url, httpx.Client() as client:
        assert client.get(f"{url}/models").status_code == 502
    assert not recorder.examined().bodies
