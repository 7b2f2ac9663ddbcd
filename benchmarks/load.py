"""Load by wrk: a Python client would itself be the limit."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LUA = """
wrk.method = "{method}"
wrk.body = {body}
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {key}"
local paths = {{ {paths} }}
local turn = 0
request = function()
  turn = turn % #paths + 1
  return wrk.format(nil, paths[turn])
end
local failed = 0
response = nil
done = function(summary, latency, requests)
  local errors = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, errors,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second; latencies in milliseconds; answers that were not 2xx or 3xx."""

    rate: float
    p50: float
    p99: float
    errors: int


def wrk(
    base: str, paths: Sequence[str], *, method: str, body: str | None, key: str, clients: int, seconds: int
) -> Load:
    """Run wrk with one thread against `base` (scheme, host, port), going round `paths`."""
    script = LUA.format(
        method=method,
        body="nil" if body is None else f"[==[{body}]==]",
        key=key,
        paths=", ".join(f'"{path}"' for path in paths),
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script)
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "-s", str(file), base]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)  # noqa: S603 - our own words
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if found is None:
        raise RuntimeError(f"wrk printed no result:\n{done.stdout}{done.stderr}")
    requests, microseconds, errors, p50, p99 = (int(figure) for figure in found.groups())
    return Load(requests / (microseconds / 1e6), p50 / 1000, p99 / 1000, errors)
