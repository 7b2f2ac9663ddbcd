"""Secrets that clients keep for us: sealed so that only this server reads them, and only for their project.

A sealed text is `ls1.` and the base64url of key id (4 bytes), nonce (12) and AES-256-GCM ciphertext. Each
project has a key of its own, derived from the server's (HKDF-SHA256, RFC 5869), and what a text is for is
authenticated with it: a compaction cannot be passed off as reasoning, nor one project's as another's.
"""

import base64
import binascii
import contextlib
import os
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from handlers.errors import BadRequestError
from handlers.settings import Settings

VERSION = "ls1."
KEY_ID, NONCE, TAG = 4, 12, 16
"""Bytes."""
SHORTEST = 32
"""Characters of a key, 256 bits written in hexadecimal being twice that."""
FILE = "encryption.key"


@dataclass(frozen=True, slots=True)
class Key:
    """One of the server's keys. `id` tells which one sealed a text; it betrays nothing of the key."""

    id: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Key":
        """From what the operator set, or what the key file holds."""
        return cls(_derived(text.encode(), b"lockstep key id", KEY_ID), text.encode())


class Sealer:
    """`LOCKSTEP_ENCRYPTION_KEY`, or the key file in the data folder, which is made when there is none.

    Of several keys, separated by commas, the first seals and all open. Raises ValueError when a key is
    too short, and OSError when the file can neither be read nor made.
    """

    def __init__(self, settings: Settings) -> None:
        self._keys = _keys(tuple(_given(settings)), settings.data_dir / FILE)

    def seal(self, project: str, data: bytes, *, purpose: str) -> str:
        """A text that only `open` reads, with the same project and purpose. No two are the same."""
        key, nonce = self._keys[0], os.urandom(NONCE)
        sealed = _cipher(key.secret, project).encrypt(nonce, data, _bound(purpose))
        return VERSION + base64.urlsafe_b64encode(key.id + nonce + sealed).decode()

    def open(self, project: str, text: str, *, purpose: str, place: str) -> bytes:
        """What was sealed. Anything else is 400 `invalid_encrypted_content`; `place` is where it stands."""
        packed = _unpacked(text, place)
        identity, nonce, sealed = packed[:KEY_ID], packed[KEY_ID : KEY_ID + NONCE], packed[KEY_ID + NONCE :]
        for key in self._keys:
            if key.id == identity:
                with contextlib.suppress(InvalidTag):
                    return _cipher(key.secret, project).decrypt(nonce, sealed, _bound(purpose))
        raise _refused(place, "it was made by another server or for another project, or was changed since")


@lru_cache(maxsize=16)
def _keys(given: tuple[str, ...], path: Path) -> tuple[Key, ...]:
    return tuple(Key.of(_checked(text)) for text in given) or (Key.of(_from_file(path)),)


def check(settings: Settings) -> None:
    """Raises ValueError for keys that are too short; touches no file."""
    for text in _given(settings):
        _checked(text)


def _given(settings: Settings) -> list[str]:
    """The keys that the operator set."""
    keys = settings.encryption_key.get_secret_value() if settings.encryption_key else ""
    return [text.strip() for text in keys.split(",") if text.strip()]


def _unpacked(text: str, place: str) -> bytes:
    if not text.startswith(VERSION):
        raise _refused(place, "it was not made by this server")
    try:
        packed = base64.b64decode(text[len(VERSION) :].encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise _refused(place, "it is not whole") from None
    # One text for one seal: the last letter of base64 has bits that decoding passes over.
    if (
        len(packed) < KEY_ID + NONCE + TAG
        or base64.urlsafe_b64encode(packed).decode() != text[len(VERSION) :]
    ):
        raise _refused(place, "it is not whole")
    return packed


def _refused(place: str, why: str) -> BadRequestError:
    message = (
        f"The encrypted content of '{place}' cannot be read: {why}. "
        "Send it back unchanged, to the server and with a key of the project that it came from."
    )
    return BadRequestError(message, param=place, code="invalid_encrypted_content")


def _bound(purpose: str) -> bytes:
    return f"{VERSION}{purpose}".encode()


@lru_cache(maxsize=1024)
def _cipher(secret: bytes, project: str) -> AESGCM:
    return AESGCM(_derived(secret, b"lockstep project\0" + project.encode(), 32))


def _derived(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=None, info=info).derive(secret)


def _checked(text: str) -> str:
    if len(text) < SHORTEST:
        raise ValueError(
            f"LOCKSTEP_ENCRYPTION_KEY: a key has {len(text)} characters; it needs {SHORTEST} at least, "
            "all of them random, such as `openssl rand -hex 32` gives."
        )
    return text


def _from_file(path: Path) -> str:
    """The key in the file; made first where there is none. Two processes that start at once get the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _publish(path, secrets.token_hex(32))
    text = path.read_text(encoding="ascii").strip()
    if len(text) < SHORTEST:
        raise ValueError(
            f"{path} holds no key of {SHORTEST} characters; what it sealed cannot be read without it."
        )
    return text


def _publish(path: Path, text: str) -> None:
    """Write whole or not at all, readable by its owner only; whoever comes second leaves the first one's."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
