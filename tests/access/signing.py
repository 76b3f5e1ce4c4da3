"""A partner's side of the signed API: a key pair, and requests signed with the library as a partner would."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import ContentDigest, HTTPMessageSigner, MappingKeyResolver, algorithms

from chalicelib.access.signatures import SignedMessage
from tests.web import BASE_URL

ALWAYS = ("@method", "@authority", "@path")
WITH_BODY = (*ALWAYS, "content-type", "content-digest")


@dataclass
class Request:
    """A request as the library signs it. `headers` change as it is signed."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = BASE_URL

    @property
    def url(self) -> str:
        return f"{self.base_url}{self.path}"

    def message(self, **changed: Any) -> SignedMessage:
        """Return the request as it comes to us."""
        facts: dict[str, Any] = {
            "method": self.method,
            "origin": BASE_URL,
            "path": self.path,
            "has_query": False,
            "headers": tuple(self.headers.items()),
            "body": self.body,
        }
        return SignedMessage(**{**facts, **changed})


class Signer:
    """Who has a private key. `key_id` is the name that we gave the public one."""

    def __init__(self, private_key: Ed25519PrivateKey | None = None) -> None:
        self.private_key = private_key or Ed25519PrivateKey.generate()
        self.key_id = "renosyd.00000000"

    @property
    def raw(self) -> bytes:
        return self.private_key.public_key().public_bytes_raw()

    @property
    def pem(self) -> str:
        public_key = self.private_key.public_key()
        return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(
        self, request: Request, *, at: datetime, covered: Sequence[str] | None = None, label: str = "sig1", **named: Any
    ) -> Request:
        """Sign as the API asks; `covered` and `named` say what is to be otherwise."""
        if request.body:
            request.headers.setdefault("Content-Type", "application/json")
            request.headers.setdefault("Content-Digest", ContentDigest.create(request.body))
        if covered is None:
            sent = ("idempotency-key",) if "Idempotency-Key" in request.headers else ()
            covered = (*(WITH_BODY if request.body else ALWAYS), *sent)
        parameters: dict[str, Any] = {"key_id": self.key_id, "nonce": secrets.token_urlsafe(18), **named}
        resolver = MappingKeyResolver(public_keys={}, private_keys={parameters["key_id"]: self.private_key})
        HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=resolver).sign(
            request,
            created=at,
            label=label,
            covered_component_ids=covered,
            use_existing_digest="Content-Digest" in request.headers,
            **parameters,
        )
        return request


def event(request: Request, pattern: str, **changed: Any) -> dict[str, Any]:
    """Return what API Gateway makes of a request to the route `pattern`."""
    names, values = pattern.split("/"), request.path.split("/")
    parameters = {name.strip("{}"): value for name, value in zip(names, values, strict=True) if "{" in name}
    made: dict[str, Any] = {
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {"httpMethod": request.method, "resourcePath": pattern, "path": request.path},
        "body": base64.b64encode(request.body).decode() if request.body else None,
        "isBase64Encoded": bool(request.body),
    }
    return {**made, **changed}
