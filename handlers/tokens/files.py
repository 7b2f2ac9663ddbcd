"""The text of a file that came with a request, as far as there is text in it."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

TEXTS = ("text/", "application/json", "application/xml", "application/yaml", "application/x-yaml")


def text_of(part: Mapping[str, Any]) -> str:
    """Name and text of a file part, `input_file` or chat's `file`.

    Files of other types (PDF above all), and those known by id or URL only, are no more than their name:
    what a provider makes of them cannot be told from here.
    """
    file = part.get("file") or part
    name = file.get("filename") or ""
    media_type, _, payload = (file.get("file_data") or "").partition(",")
    if not media_type.removeprefix("data:").startswith(TEXTS):
        return str(name)
    return f"{name}\n{_decoded(media_type, payload)}"


def _decoded(media_type: str, payload: str) -> str:
    if not media_type.endswith(";base64"):
        return payload
    try:
        return base64.b64decode(payload).decode("utf-8", "replace")
    except binascii.Error:
        return ""
