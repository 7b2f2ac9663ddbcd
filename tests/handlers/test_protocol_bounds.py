"""Heads of requests are bounded in size, number and time, whatever a client sends: by raw sockets."""

import contextlib
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

SECONDS = 0.6
BOUNDS = {
    "LOCKSTEP_MAX_URL_BYTES": "1000",
    "LOCKSTEP_MAX_HEADER_BYTES": "4000",
    "LOCKSTEP_MAX_HEADERS": "20",
    "LOCKSTEP_HEAD_SECONDS": str(SECONDS),
    "LOCKSTEP_BODY_SECONDS": str(SECONDS),
}
GET = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def strait(tmp_path_factory):
    """A server with narrow bounds."""
    from tests.conftest import launch  # noqa: PLC0415 - of the plugin that pytest loads

    running = launch(tmp_path_factory.mktemp("strait"), env=BOUNDS)
    yield running
    running.stop()


@contextlib.contextmanager
def connected(server):
    where = urlsplit(server.base_url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        yield connection


def rest(connection):
    """What comes until the server closes."""
    came = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            came += part
    return came


def sent(server, *parts, pause=0.0):
    """Send some bytes, piece by piece; what comes back."""
    with connected(server) as connection:
        for part in parts:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(part)
            time.sleep(pause)
        return rest(connection)


def refusal(answer):
    """Status and message of an error in the one shape."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert headers["x-request-id"].startswith("req_")
    assert (headers["content-type"], headers["connection"]) == ("application/json", "close")
    assert int(headers["content-length"]) == len(body)
    error = json.loads(body)["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    return int(status.split()[1]), error["message"]


def headers(count, size=8):
    return b"".join(b"x-%d: %b\r\n" % (n, b"v" * size) for n in range(count))


def url(size):
    return b"GET /v1/health?%b HTTP/1.1\r\nHost: x\r\n" % (b"a" * (size - len("/v1/health?")))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (url(1000) + CLOSE, 200),
        (url(1001) + CLOSE, 414),
        (GET + headers(18) + CLOSE, 200),
        (GET + headers(19) + CLOSE, 431),
        (GET + headers(10, 380) + CLOSE, 200),
        (GET + headers(10, 400) + CLOSE, 431),
    ],
    ids=["url", "url too long", "headers", "too many", "bytes", "too large"],
)
@pytest.mark.parametrize("piece", [100_000, 700], ids=["at once", "in pieces"])
def test_heads_are_bounded_to_the_byte(strait, data, status, piece):
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    answer = sent(strait, *pieces, pause=0.005)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    if status != 200:
        assert refusal(answer)[0] == status


@pytest.mark.parametrize(
    ("start", "more", "status"),
    [
        (b"GET /", b"a" * 1000, 414),
        (GET + b"x-long: ", b"a" * 1000, 431),
        (GET + b"x", b"a" * 1000, 431),
        (GET, b"x: y\r\n" * 200, 431),
    ],
    ids=["url", "value", "name", "headers"],
)
def test_what_never_ends_is_not_kept(strait, start, more, status):
    answer = sent(strait, start, *[more] * 10, pause=0.005)
    assert refusal(answer)[0] == status


def test_trailers_that_never_end_are_not_kept(strait):
    head = (
        b"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    ) % strait.api_key.encode()
    answer = sent(strait, head, *[b"x-more: " + b"a" * 1000] * 10, pause=0.005)
    assert refusal(answer)[0] == 431


def test_a_body_in_any_number_of_pieces_is_none_of_it(strait):
    body = b'{"metadata": {"a": "%b"}}' % (b"v" * 500)
    head = (
        b"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    ) % strait.api_key.encode()
    chunks = [b"1;%b\r\n%c\r\n" % (b"e" * 20, each) for each in body]  # 15 kB of framing
    answer = sent(
        strait, head, *[b"".join(chunks[at : at + 50]) for at in range(0, len(chunks), 50)], b"0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_many_requests_in_one_write_are_none_of_it(strait):
    one = GET + headers(10, 100) + b"\r\n"
    assert sent(strait, one * 9 + GET + CLOSE).count(b"HTTP/1.1 200 OK") == 10


def test_a_head_that_comes_a_byte_at_a_time_is_408(strait):
    begun = time.monotonic()
    answer = sent(strait, *[GET[at : at + 1] for at in range(len(GET) - 10)], pause=SECONDS / 20)
    assert refusal(answer)[0] == 408
    assert time.monotonic() - begun >= SECONDS


@pytest.mark.parametrize("data", [b"", b"\r\n"], ids=["nothing", "blank lines"])
def test_a_connection_without_a_request_is_closed_without_a_word(strait, data):
    begun = time.monotonic()
    assert sent(strait, data) == b""
    assert time.monotonic() - begun < 10 * SECONDS


def test_the_second_head_of_a_connection_has_its_time_too(strait):
    with connected(strait) as connection:
        for _ in range(2):
            connection.sendall(GET + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
            time.sleep(2 * SECONDS)  # kept alive: between requests the client has all the time it wants
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                assert connection.recv(65536)  # the body, which may come by itself; not the end
            connection.settimeout(10)
        connection.sendall(b"GET /v1/he")
        assert refusal(rest(connection))[0] == 408


def test_the_next_head_does_not_cut_off_an_answer(strait):
    body = b'{"model": "echo/slow", "stream": true, "messages": [{"role": "user", "content": "%b"}]}' % (
        b"word " * 60
    )
    request = (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
    ) % (strait.api_key.encode(), len(body), body)
    begun = time.monotonic()
    with connected(strait) as connection:
        connection.sendall(request + GET[:20])
        came = b""
        while b"[DONE]" not in came:
            part = connection.recv(65536)
            assert part, came[-200:]
            came += part
    assert time.monotonic() - begun > SECONDS  # else it proves nothing


def test_a_body_that_does_not_come_is_408(strait):
    head = (
        b"POST /v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    ) % strait.api_key.encode()
    begun = time.monotonic()
    assert refusal(sent(strait, head, *[b" "] * 30, pause=SECONDS / 20))[0] == 408
    assert SECONDS <= time.monotonic() - begun < 10 * SECONDS
