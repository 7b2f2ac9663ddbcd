"""The bundled document: the bytes that are served, and the little the handlers ask of it."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

PATH = Path(__file__).resolve().parent.parent / "generated" / "openapi.json"


@cache
def encoded() -> bytes:
    """`generated/openapi.json` as it is."""
    return PATH.read_bytes()


@cache
def info() -> dict[str, Any]:
    """The document's `info` object."""
    found: dict[str, Any] = parsed()["info"]
    return found


def base() -> str:
    """The path that all operations are below: `/v1`."""
    url: str = parsed()["servers"][0]["url"]
    return urlsplit(url).path


def parsed() -> dict[str, Any]:
    """The document, made anew. Numbers beyond 64 bits lose precision: only facts about operations matter."""
    document: dict[str, Any] = orjson.loads(encoded())
    return document
