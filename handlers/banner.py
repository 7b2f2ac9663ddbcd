"""What `lockstep serve` prints when it is ready: where it is, the key, and lines to paste."""

import json
import time
from importlib.metadata import version

from handlers.auth import FirstKey, is_valid
from handlers.redaction import address
from handlers.settings import Settings
from handlers.stores import postgresql

__all__ = ["FirstKey", "text"]

_VARIABLE = "LOCKSTEP_API_KEY"
_MODELS = {"echo": "echo"}
"""A model that a provider is known to have; of others only their owner knows."""


def text(url: str, settings: Settings, key: FirstKey | None) -> str:
    """The whole of it. A key is printed only when it was made just now."""
    url = _from_here(url)
    secret = "none" if settings.no_auth else key.secret if key is not None else None
    model = _MODELS.get(settings.provider, "YOUR_MODEL")
    return "\n".join(
        [
            f"Lockstep {version('lockstep')}, provider {settings.provider}, data in {_home(settings)}",
            "",
            f"  base URL  {url}",
            f"  API key   {_about(settings, key)}",
            "",
            _curl(url, secret, model),
            "",
            _python(url, secret, model),
            "",
        ]
    )


def _from_here(url: str) -> str:
    """Where this machine finds a server that listens on all of its addresses."""
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def _home(settings: Settings) -> str:
    """Where the data is, without who connects to it and how they prove it."""
    if settings.database_url is None:
        return f"{settings.data_dir}/"
    return postgresql.place(settings.database_url.get_secret_value())


def _about(settings: Settings, key: FirstKey | None) -> str:
    if settings.no_auth:
        return "none needed (--no-auth)"
    if key is None:
        return (
            f"none made, tokens of {address(settings.oidc_issuer or '')} do; `lockstep keys create` makes one"
        )
    if key.secret is not None:
        return f"{key.secret}  (shown this once; `lockstep keys create` makes more)"
    if settings.api_key is not None:
        state = "" if is_valid(key.key, time.time()) else ", which has EXPIRED"
        state = state if key.key.revoked_at is None else ", which is REVOKED"
        return f"the one in {_VARIABLE} ({key.key.hint}){state}"
    return f"as before ({key.key.hint}); `lockstep keys create` makes another"


def _curl(url: str, secret: str | None, model: str) -> str:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello!"}]})
    bearer = secret or f"${_VARIABLE}"
    return (
        f'curl {url}/chat/completions -H "Authorization: Bearer {bearer}" '
        f"-H 'Content-Type: application/json' -d '{body}'"
    )


def _python(url: str, secret: str | None, model: str) -> str:
    imports = "" if secret else "import os\n"
    api_key = repr(secret) if secret else f'os.environ["{_VARIABLE}"]'
    return (
        f"{imports}from openai import OpenAI\n"
        f'client = OpenAI(base_url="{url}", api_key={api_key})\n'
        "conversation = client.conversations.create(metadata={'topic': 'demo'})\n"
        'messages = [{"role": "user", "content": "Hello!"}]\n'
        f'answer = client.chat.completions.create(model="{model}", messages=messages)\n'
        "print(conversation.id, answer.choices[0].message.content)"
    )
