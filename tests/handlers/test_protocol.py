"""What is no HTTP is answered like every other mistake, and the connection ends."""

import json
import socket
from urllib.parse import urlsplit

import pytest

HEAD = b"POST /v1/conversations HTTP/1.1\r\nHost: x\r\n"


def sent(base_url, data):
    """All that comes back for some bytes, until the server closes."""
    where = urlsplit(base_url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"FETCH /v1/health HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"Content-Length: many\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
    ids=["words", "method", "bytes", "length", "chunk", "tls"],
)
def test_no_http_is_400_in_the_one_shape_with_a_request_id(server, data):
    head, _, body = sent(server.base_url, data).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert status == "HTTP/1.1 400 Bad Request"
    assert headers["x-request-id"].startswith("req_")
    assert (headers["content-type"], headers["connection"]) == ("application/json", "close")
    assert int(headers["content-length"]) == len(body)
    assert json.loads(body)["error"].keys() == {"message", "type", "param", "code"}


def test_an_answer_under_way_is_not_spoilt(server):
    """Garbage behind a request whose answer is streaming ends the connection, without a word in between."""
    body = (
        b'{"model": "echo/slow", "stream": true, "messages": [{"role": "user", "content": "one two three"}]}'
    )
    request = (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
    ) % (server.api_key.encode(), len(body), body)
    where = urlsplit(server.base_url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        connection.sendall(request)
        came = connection.recv(65536)
        connection.sendall(b"hello\r\n\r\n")
        came += b"".join(iter(lambda: connection.recv(65536), b""))
    assert came.count(b"HTTP/1.1") == 1
    assert b"200 OK" in came
