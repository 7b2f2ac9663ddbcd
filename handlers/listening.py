"""Where a server is to be found: its socket, its base URL, its data folder, its ready mark."""

import errno
import json
import os
import socket
from pathlib import Path


class ServeError(Exception):
    """The server cannot start, and why."""


def listen(host: str, port: int) -> socket.socket:
    """Bind before anything else is loaded: a port in use is the commonest failure."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except socket.gaierror as error:
        raise ServeError(
            f"LOCKSTEP_HOST: {host!r} is not an address of this machine ({error.strerror})."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            hint = f"Stop the other server or choose another port, for example --port {port + 1}."
            raise ServeError(f"Port {port} on {host} is in use. {hint}") from None
        if error.errno == errno.EACCES:
            raise ServeError(
                f"Port {port} needs rights this user does not have; try one above 1023."
            ) from None
        raise ServeError(f"Cannot listen on {host}:{port}: {error.strerror}.") from None


def base_url(listener: socket.socket) -> str:
    """The URL that SDKs take as `base_url`, with the port that was really bound."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"


def check_data_dir(path: Path) -> None:
    """The folder for the store, made if need be: its owner's alone, it holds all data and the keys."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServeError(f"LOCKSTEP_DATA_DIR: cannot make {str(path)!r}: {error.strerror}.") from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ServeError(f"LOCKSTEP_DATA_DIR: cannot write to {str(path)!r}.")


def write_ready_file(path: Path, url: str) -> None:
    """Tell whoever started us, all at once: `{"base_url", "port", "pid"}`."""
    port = int(url.rsplit(":", 1)[1].removesuffix("/v1"))
    waiting = path.with_name(path.name + ".part")
    try:
        waiting.write_text(json.dumps({"base_url": url, "port": port, "pid": os.getpid()}) + "\n")
        waiting.replace(path)
    except OSError as error:
        raise ServeError(f"--ready-file: cannot write {str(path)!r}: {error.strerror}.") from None
