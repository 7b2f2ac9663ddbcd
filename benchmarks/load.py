"""Load by wrk: a Python client would itself be the limit."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LUA = """
wrk.method = {method}
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. {key}
local paths = {{ {paths} }}
local bodies = {{ {bodies} }}
local requests = {{}}
local turn = 0
init = function()
  for index = 1, math.max(#paths, #bodies) do
    requests[index] = wrk.format(nil, paths[index] or paths[1], nil, bodies[index] or bodies[1])
  end
end
request = function()
  turn = turn % #requests + 1
  return requests[turn]
end
response = nil
done = function(summary, latency, requests)
  local errors = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, errors,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Requests:
    """What is asked for, in turn: paths and bodies, of either as many as requests, or one for all."""

    method: str
    paths: Sequence[str]
    bodies: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second; latencies in milliseconds; answers in all, and those not 2xx or 3xx."""

    rate: float
    p50: float
    p99: float
    errors: int
    requests: int


def needed() -> None:
    """Leave with a word if wrk is not here."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed for the load; install it first (Debian: apt-get install wrk)")


def literal(text: str) -> str:
    """A Lua string: of printable ASCII, JSON's are the same."""
    return json.dumps(text)


def wrk(base: str, requests: Requests, *, key: str, clients: int, seconds: int) -> Load:
    """Run wrk with one thread against `base` (scheme, host, port), going round the requests."""
    script = LUA.format(
        method=literal(requests.method),
        key=literal(key),
        paths=", ".join(literal(path) for path in requests.paths),
        bodies=", ".join(literal(body) for body in requests.bodies),
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script, encoding="ascii")
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "-s", str(file), base]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)  # noqa: S603 - our own words
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if found is None:
        raise RuntimeError(f"wrk printed no result:\n{done.stdout}{done.stderr}")
    count, microseconds, errors, p50, p99 = (int(figure) for figure in found.groups())
    return Load(count / (microseconds / 1e6), p50 / 1000, p99 / 1000, errors, count)
