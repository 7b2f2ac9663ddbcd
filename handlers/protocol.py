"""HTTP/1.1 as uvicorn reads it; what is no HTTP is told so in the one error shape, under a request id."""

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from handlers.errors import BadRequestError, render
from handlers.shell.exchange import OPENAI_VERSION, new_request_id

_NO_HTTP = BadRequestError("Invalid HTTP request: expected HTTP/1.1 as in RFC 9112.")


class Http11(HttpToolsProtocol):
    """uvicorn's protocol on the C parser, but for its answer to what the parser refuses."""

    @override
    def send_400_response(self, msg: str) -> None:
        """Answer and close: where the next request begins, nobody can tell."""
        if not self._is_answering():
            body = render(_NO_HTTP)
            headers = [
                *self.server_state.default_headers,
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                (b"x-request-id", new_request_id().encode()),
                OPENAI_VERSION,
                (b"connection", b"close"),
            ]
            head = b"".join(b"%b: %b\r\n" % header for header in headers)
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%b\r\n%b" % (head, body))
        self.transport.close()

    def _is_answering(self) -> bool:
        """Whether the head of an answer to an earlier request is out, and its body is not."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn begins with None, and declares otherwise
        return cycle is not None and cycle.response_started and not cycle.response_complete
