"""RenoSyd's own side of the local run: what it calls and is called with, where examples/partner_client.py finds it.

As with every partner, only the public half of its key is registered. A kept run goes on with the key and the secret
that it has.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chalicelib.access import partner_keys
from chalicelib.common.clock import system_clock
from chalicelib.webhooks import endpoints
from infra.local.seed_partners import BY, RENOSYD

_PRIVATE_KEY, _KEY_ID, _WEBHOOK_SECRET = "private-key.pem", "key-id", "webhook-secret"
_ON_THIS_MACHINE = "http://127.0.0.1:"


def receiver_at(port: int) -> str:
    """Return the one address on this machine that webhooks may go to."""
    return f"{_ON_THIS_MACHINE}{port}/"


def equip(folder: Path, *, webhook_port: int) -> None:
    """Let RenoSyd have a key that holds, and take webhooks at a port of this machine, with both secrets in `folder`.

    What people did stands: as many keys as a partner may have, an address of its own.
    """
    if not _has_live_key(folder):
        _revoke_lost_keys()
        if len(partner_keys.live_keys(RENOSYD.partner_id, clock=system_clock)) < partner_keys.MOST_LIVE_KEYS:
            _make_key(folder)
    if not _is_told(folder, receiver_at(webhook_port)):
        _make_webhook_secret(folder, receiver_at(webhook_port))


def _has_live_key(folder: Path) -> bool:
    """Whether the key that lies in the folder is registered here, and holds."""
    try:
        private_key = load_pem_private_key((folder / _PRIVATE_KEY).read_bytes(), password=None)
        key_id = (folder / _KEY_ID).read_text("utf-8").strip()
    except (FileNotFoundError, ValueError):
        return False
    key = partner_keys.find(key_id)
    return (
        isinstance(private_key, Ed25519PrivateKey)
        and key is not None
        and key.is_live(system_clock.now())
        and key.raw == private_key.public_key().public_bytes_raw()
    )


def _revoke_lost_keys() -> None:
    """Revoke the keys of earlier runs, whose private halves are gone."""
    ours = {each.key_id for each in partner_keys.changes(RENOSYD.partner_id) if each.by == BY}
    for key in partner_keys.live_keys(RENOSYD.partner_id, clock=system_clock):
        if key.key_id in ours:
            partner_keys.revoke(key.key_id, by=BY, clock=system_clock)


def _make_key(folder: Path) -> None:
    private_key = Ed25519PrivateKey.generate()
    public_pem = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = partner_keys.register(RENOSYD.partner_id, public_pem.decode(), by=BY, clock=system_clock)
    private_pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(folder / _PRIVATE_KEY, private_pem)
    _write(folder / _KEY_ID, f"{key.key_id}\n".encode())


def _is_told(folder: Path, url: str) -> bool:
    """Whether RenoSyd is told at the address, signed by the secret that lies in the folder; or elsewhere, by people."""
    endpoint = endpoints.of(RENOSYD.partner_id)
    if endpoint.url is None or endpoint.url.startswith(_ON_THIS_MACHINE):
        path = folder / _WEBHOOK_SECRET
        secret = path.read_text("utf-8").strip() if path.exists() else None
        return endpoint.url == url and secret in {each.value for each in endpoint.signing(system_clock.now())}
    return True


def _make_webhook_secret(folder: Path, url: str) -> None:
    """Register the address anew, which makes a secret."""
    if endpoints.of(RENOSYD.partner_id).url is not None:
        endpoints.remove(RENOSYD.partner_id, by=BY)
    secret = endpoints.put_url(RENOSYD.partner_id, url, by=BY).new_secret
    _write(folder / _WEBHOOK_SECRET, f"{secret}\n".encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file that only this user can read, in place of an earlier one."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with open(unfinished, "wb", opener=lambda name, flags: os.open(name, flags, mode=0o600)) as file:
        file.write(content)
    unfinished.replace(path)
