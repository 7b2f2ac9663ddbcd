"""An OpenID provider on loopback: publishes keys, signs tokens, and misbehaves when told to."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "lockstep"
KINDS = {
    "RS256": (lambda: rsa.generate_private_key(65537, 2048), RSAAlgorithm),
    "PS256": (lambda: rsa.generate_private_key(65537, 2048), RSAAlgorithm),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECAlgorithm),
    "ES384": (lambda: ec.generate_private_key(ec.SECP384R1()), ECAlgorithm),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, OKPAlgorithm),
}


class SigningKey:
    """A key pair; `published` is its public half as a JSON Web Key."""

    def __init__(self, key_id, algorithm="ES256", private=None):
        make, family = KINDS[algorithm]
        self.id = key_id
        self.algorithm = algorithm
        self.private = private or make()
        self.published = family.to_jwk(self.private.public_key(), as_dict=True) | {
            "kid": key_id,
            "use": "sig",
            "alg": algorithm,
        }


class Quiet(ThreadingHTTPServer):
    """Clients who leave are no news."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """Nobody reads it."""


class LoopbackIssuer:
    """`url` is its name. `answers` maps paths to what is said instead of the truth: (status, body)."""

    def __init__(self):
        self.key = SigningKey("k1")
        self.keys = [self.key.published]
        self.answers = {}
        self.asked = []
        self.pause = 0.0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked.append(self.path)
                time.sleep(issuer.pause)
                status, body = issuer.answer(self.path)
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                if status == 302:
                    self.send_header("location", issuer.url + "/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                """Nobody reads it."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/realms/one"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def answer(self, path):
        path = path.removeprefix("/realms/one")
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps({"issuer": self.url, "jwks_uri": self.url + "/keys"}).encode()
        if path == "/keys":
            return 200, json.dumps({"keys": self.keys}).encode()
        return 404, b"{}"

    def claims(self, now, **changes):
        """Claims of a token that is valid for five minutes; None leaves one out."""
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "user-1",
            "exp": now + 300,
            "iat": now,
            "scope": "openid read write",
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, now, *, key=None, head=None, **changes):
        """A signed token."""
        key = key or self.key
        return jwt.encode(
            self.claims(now, **changes), key.private, key.algorithm, headers={"kid": key.id} | (head or {})
        )

    def rotate(self, key):
        """Sign with another key from now on, and publish no other."""
        self.key, self.keys = key, [key.published]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(10)
