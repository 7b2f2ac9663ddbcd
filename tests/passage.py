"""A way to the server for clients of other processes and languages, on which the contract is kept.

What they send goes on by httpx of this process, and there `tests.contract` looks at every answer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
"""Headers of one connection only (RFC 9110, section 7.6.1), and those that are made anew."""


class Passage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    client: httpx.Client
    log: list[str]

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers["accept-encoding"] = "identity"
        self.log.append(f"{self.command} {self.path}")
        with self.client.stream(self.command, self.path, headers=headers, content=body) as answer:
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name not in HOP_BY_HOP:
                    self.send_header(name, value)
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                self._stream(answer)
            else:
                whole = answer.read()
                self.send_header("content-length", str(len(whole)))
                self.end_headers()
                self.wfile.write(whole)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - the names http.server calls

    def _stream(self, answer):
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for chunk in answer.iter_raw():
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format, *args):  # noqa: A002 - the name http.server has
        """The tests say what went wrong."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Clients may leave when they like; whatever else goes wrong, they see as a broken connection."""


@contextmanager
def passage(base_url: str) -> Iterator[tuple[str, list[str]]]:
    """Serve on a free port of loopback; yields the base URL to use instead, and the requests so far."""
    origin, _, path = base_url.rpartition("/")
    with httpx.Client(base_url=origin, timeout=60) as client:
        log: list[str] = []
        server = _Server(("127.0.0.1", 0), type("Bound", (Passage,), {"client": client, "log": log}))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/{path}", log
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
