"""A collector on loopback that takes OTLP over HTTP and decodes it with the official messages."""

import gzip
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Seen:
    """A span as the collector got it."""

    name: str
    kind: str
    trace: str
    id: str
    parent: str
    links: list[str]
    attributes: dict
    failed: bool
    resource: dict
    seconds: float


@dataclass
class Collector:
    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)

    @property
    def spans(self):
        """Every span so far, the earliest first."""
        found = []
        for body in self.raw:
            for part in ExportTraceServiceRequest.FromString(body).resource_spans:
                resource = attributes(part.resource.attributes)
                found += [_seen(span, resource) for scope in part.scope_spans for span in scope.spans]
        return found

    def named(self, name):
        """The one span of that name."""
        found = [span for span in self.spans if span.name == name]
        assert len(found) == 1, [span.name for span in self.spans]
        return found[0]


def attributes(pairs):
    return {pair.key: value_of(pair.value) for pair in pairs}


def value_of(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(each) for each in value.array_value.values]
    return getattr(value, kind)


def _seen(span, resource):
    return Seen(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=[link.span_id.hex() for link in span.links],
        attributes=attributes(span.attributes),
        failed=span.status.code == 2,
        resource=resource,
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
    )


@contextmanager
def collecting():
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces", self.path
            assert self.headers["content-type"] == "application/x-protobuf"
            collector.headers.append(dict(self.headers))
            collector.raw.append(
                gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            )
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
