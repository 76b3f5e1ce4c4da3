"""What racing programs of one partner's do: the same POST under the same Idempotency-Key, each call signed anew."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import app
from chalicelib.common.clock import system_clock
from tests.access.signing import Request, Signer, event

NOW = datetime(2025, 3, 3, 5, 0, tzinfo=UTC)
TODAY = date(2025, 3, 3)


def post(call: tuple[str, str, bytes, bytes]) -> tuple[int, str]:
    """Send a POST of (path, key id, raw private key, body); return the status, and the body told."""
    path, key_id, private_key, body = call
    system_clock.now, system_clock.today = lambda: NOW, lambda: TODAY  # type: ignore[method-assign]  # this process's own
    signer = Signer(Ed25519PrivateKey.from_private_bytes(private_key))
    signer.key_id = key_id
    request = Request("POST", path, headers={"Host": "ddh.example", "Idempotency-Key": "k"}, body=body)
    answer = app(event(signer.sign(request, at=NOW), path), None)
    told = base64.b64decode(answer["body"]).decode() if answer.get("isBase64Encoded") else answer["body"]
    return answer["statusCode"], json.dumps(json.loads(told))
