"""Something that speaks SearXNG's JSON interface; a test says what it finds, and reads what it was asked."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Engine(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.results = []
        self.asked = []
        self.status = 200
        self.body = None
        self.wait = 0

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        self.server.asked.append((parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}))
        time.sleep(self.server.wait)
        found = {"query": "q", "results": self.server.results, "unresponsive_engines": []}
        body = self.server.body if self.server.body is not None else json.dumps(found).encode()
        self.send_response(self.server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked has left

    def log_message(self, *_arguments):
        """Quietly."""


def page(url, title="A page", content="What it says."):
    return {"url": url, "title": title, "content": content, "engine": "test", "score": 1.0}
