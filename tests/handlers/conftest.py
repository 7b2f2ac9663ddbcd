"""A server of the Model Context Protocol, as a process that all tests of a worker share."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.handlers.mcp.mcp_server import TOKEN

PATIENCE = 30


class McpServer:
    """Where it is, and what it has heard."""

    token = TOKEN

    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"

    def url(self, path="/mcp"):
        return self.base + path

    def tool(self, path="/mcp", **fields):
        """An entry of `tools`."""
        return {
            "type": "mcp",
            "server_label": "desk",
            "server_url": self.url(path),
            "require_approval": "never",
            **fields,
        }

    def told(self):
        return httpx.get(self.url("/calls")).json()

    def calls(self, name):
        return self.told()["calls"].get(name, 0)


@pytest.fixture(scope="session")
def mcp_server():
    path = Path(__file__).parent / "mcp" / "mcp_server.py"
    process = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield McpServer(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()
