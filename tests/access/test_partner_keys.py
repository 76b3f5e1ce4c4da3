"""Partners' keys: public ones alone, two at a time, overlapping, revoked at once, each change with who did it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chalicelib.access import partner_keys, public_keys
from chalicelib.access.partner_keys import KeyEnded, KeyGivenAway, KeyKnown, NoSuchKey, TooManyKeys
from chalicelib.access.public_keys import NoPublicKey, PrivateKeySent
from chalicelib.common.errors import Conflict
from tests import faults
from tests.access.signing import Signer
from tests.conftest import EmulatedAWS, SettableClock

_BY = "sekretariat@ddh.example"
_SMALL_ORDER = [  # canonical, and as a sign bit or a larger number spells them
    "00" * 32,
    "00" * 31 + "80",
    "01" + "00" * 31,
    "01" + "00" * 30 + "80",
    "ec" + "ff" * 30 + "7f",
    "ec" + "ff" * 31,
    "ee" + "ff" * 30 + "7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]


def _jwk(raw: bytes, **more: object) -> str:
    x = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return json.dumps({"kty": "OKP", "crv": "Ed25519", "x": x, **more})


def _private_texts() -> list[str]:
    key = Ed25519PrivateKey.generate()
    pkcs8, open_ssh = PrivateFormat.PKCS8, PrivateFormat.OpenSSH
    encrypted = key.private_bytes(Encoding.PEM, pkcs8, BestAvailableEncryption(b"hemmelig")).decode()
    seed = base64.urlsafe_b64encode(key.private_bytes_raw()).decode().rstrip("=")
    raw = key.public_key().public_bytes_raw()
    return [
        key.private_bytes(Encoding.PEM, pkcs8, NoEncryption()).decode(),
        key.private_bytes(Encoding.PEM, open_ssh, NoEncryption()).decode(),
        encrypted,
        Signer(key).pem + encrypted,
        _jwk(raw, d=seed),
        json.dumps({"keys": [json.loads(_jwk(raw, d=seed))]}),
        json.dumps({"kty": "oct", "k": seed}),
        Signer(key).pem * 100 + encrypted,
        json.dumps({"keys": [json.loads(_jwk(raw))] * 100 + [json.loads(_jwk(raw, d=seed))]}),
    ]


def _others() -> list[str]:
    raw = Signer().raw
    spki = PublicFormat.SubjectPublicKeyInfo
    return [
        "",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrQLj5P",
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.PEM, spki).decode(),
        ed448.Ed448PrivateKey.generate().public_key().public_bytes(Encoding.PEM, spki).decode(),
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nikke base64\n-----END PUBLIC KEY-----",
        Signer().pem * 2,
        "{",
        "[" * 3000,
        "[" * 700 + "]" * 700,
        json.dumps([json.loads(_jwk(raw))]),
        json.dumps({"kty": "OKP", "crv": "Ed25519"}),
        _jwk(raw[:-1]),
        _jwk(raw + b"\0"),
        _jwk(raw).replace("Ed25519", "X25519"),
        _jwk(raw) + " " * 5000,
        *(_jwk(bytes.fromhex(point)) for point in _SMALL_ORDER),
    ]


def _register(signer: Signer, clock: SettableClock, partner_id: str = "renosyd") -> str:
    return partner_keys.register(partner_id, signer.pem, by=_BY, clock=clock).key_id


def test_a_public_key_is_registered_and_found_by_its_id(aws: EmulatedAWS, clock: SettableClock) -> None:
    for partner_id, text in (("renosyd", Signer().pem), ("reno-djurs", _jwk(Signer().raw, use="sig"))):
        key = partner_keys.register(partner_id, text, by=_BY, clock=clock)

        assert key.key_id.startswith(f"{partner_id}.")
        assert partner_keys.find(key.key_id) == key
        assert partner_keys.live_keys(partner_id, clock=clock) == [key]


def test_pem_and_jwk_are_two_spellings_of_one_key_with_one_fingerprint(aws: EmulatedAWS, clock: SettableClock) -> None:
    signer = Signer()

    key = partner_keys.register("renosyd", signer.pem.replace("\n", "\r\n") + "\n", by=_BY, clock=clock)

    assert public_keys.read(_jwk(signer.raw)) == key.raw
    # openssl pkey -pubin -outform DER | openssl dgst -sha256, of RFC 9421's key B.1.4
    assert public_keys.fingerprint(public_keys.read(_jwk(_RFC_RAW))) == _RFC_FINGERPRINT


_RFC_RAW = bytes.fromhex("26b40b8f93fff3d897112f7ebc582b232dbd72517d082fe83cfb30ddce43d1bb")
_RFC_FINGERPRINT = "34571606cb7a0d71be377e671ddcccae2a169ed7733598214129231cd30c4a3c"


def test_a_private_key_is_refused_loudly_and_left_nowhere(
    aws: EmulatedAWS, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for text in _private_texts():
        with pytest.raises(PrivateKeySent) as refused:
            partner_keys.register("renosyd", text, by=_BY, clock=clock)

        assert refused.value.__cause__ is None
        assert text[30:60] not in refused.value.message + caplog.text
    assert partner_keys.keys("renosyd") == []


def _with_the_public_half(key: Ed25519PrivateKey) -> dict[str, str]:
    """The ways of sending a private key in which its public half can be read."""
    pkcs8, open_ssh = PrivateFormat.PKCS8, PrivateFormat.OpenSSH
    encrypted = BestAvailableEncryption(b"hemmelig")
    seed = base64.urlsafe_b64encode(key.private_bytes_raw()).decode().rstrip("=")
    jwk = _jwk(key.public_key().public_bytes_raw(), d=seed)
    plain = key.private_bytes(Encoding.PEM, pkcs8, NoEncryption()).decode()
    return {
        "PEM": plain,
        "PEM from another system": f"Her er den:\r\n{plain}\r\n".replace("\n", "\r\n"),
        "OpenSSH": key.private_bytes(Encoding.PEM, open_ssh, NoEncryption()).decode(),
        "PEM under a password, its public half beside": Signer(key).pem
        + key.private_bytes(Encoding.PEM, pkcs8, encrypted).decode(),
        "JWK": jwk,
        "JWK without x": json.dumps({"kty": "OKP", "crv": "Ed25519", "d": seed}),
        "JWK set": json.dumps({"keys": [json.loads(jwk)]}),
        "JWK that says it is private": _jwk(key.public_key().public_bytes_raw(), d=seed, kid="private"),
    }


@pytest.mark.parametrize("way", _with_the_public_half(Ed25519PrivateKey.generate()))
def test_a_key_whose_private_half_was_sent_is_never_registered(
    aws: EmulatedAWS, clock: SettableClock, way: str
) -> None:
    private = Ed25519PrivateKey.generate()
    with pytest.raises(PrivateKeySent):
        partner_keys.register("renosyd", _with_the_public_half(private)[way], by=_BY, clock=clock)

    for partner_id in ("renosyd", "reno-djurs"):
        with pytest.raises(KeyGivenAway, match="nyt nøglepar"):
            _register(Signer(private), clock, partner_id)
    _register(Signer(), clock)


def test_of_a_private_key_only_the_fingerprint_of_its_public_half_is_kept(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    private = Ed25519PrivateKey.generate()
    for _ in range(2):
        with pytest.raises(PrivateKeySent):
            partner_keys.register("renosyd", _with_the_public_half(private)["PEM"], by=_BY, clock=clock)

    database = boto3.client("dynamodb")
    rows = [row for table in database.list_tables()["TableNames"] for row in database.scan(TableName=table)["Items"]]
    fingerprint = public_keys.fingerprint(private.public_key().public_bytes_raw())
    assert rows == [{"pk": {"S": f"key#{fingerprint}"}, "sk": {"S": "claim"}}]


def test_a_registered_key_whose_private_half_is_sent_still_shows_whose_it_is(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    private = Ed25519PrivateKey.generate()
    key_id = _register(Signer(private), clock)

    with pytest.raises(PrivateKeySent, match="tilbagekald"):
        partner_keys.register("renosyd", _with_the_public_half(private)["PEM"], by=_BY, clock=clock)

    assert [key.key_id for key in partner_keys.live_keys("renosyd", clock=clock)] == [key_id]
    with pytest.raises(KeyKnown):
        _register(Signer(private), clock)


def test_anything_else_is_no_public_key(aws: EmulatedAWS, clock: SettableClock) -> None:
    for text in _others():
        with pytest.raises(NoPublicKey):
            partner_keys.register("renosyd", text, by=_BY, clock=clock)


def test_a_point_of_small_order_would_let_anybody_sign() -> None:
    nobodys_signature = bytes([1, *bytes(63)])
    forged = 0
    for number in range(64):
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(_SMALL_ORDER[7])).verify(
                nobodys_signature, str(number).encode()
            )
        except Exception:  # noqa: BLE001  # whatever it is, it isn't taken
            continue
        forged += 1

    assert forged > 0


def test_a_partner_has_two_live_keys_at_most(aws: EmulatedAWS, clock: SettableClock) -> None:
    first = _register(Signer(), clock)
    _register(Signer(), clock)
    _register(Signer(), clock, "reno-djurs")

    with pytest.raises(TooManyKeys):
        _register(Signer(), clock)

    partner_keys.revoke(first, by=_BY, clock=clock)
    _register(Signer(), clock)


def test_two_keys_overlap_until_the_older_retires(aws: EmulatedAWS, clock: SettableClock) -> None:
    old = _register(Signer(), clock)
    clock.set(instant=clock.now() + timedelta(days=300))
    new = _register(Signer(), clock)
    retired = clock.now() + timedelta(days=7)
    partner_keys.retire_on(old, retired, by=_BY, clock=clock)

    clock.set(instant=retired - timedelta(microseconds=1))
    assert [key.key_id for key in partner_keys.live_keys("renosyd", clock=clock)] == [old, new]
    clock.set(instant=retired)
    assert [key.key_id for key in partner_keys.live_keys("renosyd", clock=clock)] == [new]
    with pytest.raises(KeyEnded):
        partner_keys.retire_on(old, retired + timedelta(days=1), by=_BY, clock=clock)


def test_a_key_retires_in_time_to_come_alone(aws: EmulatedAWS, clock: SettableClock) -> None:
    key_id = _register(Signer(), clock)

    with pytest.raises(KeyEnded):
        partner_keys.retire_on(key_id, clock.now(), by=_BY, clock=clock)


def test_a_revoked_key_never_comes_back(aws: EmulatedAWS, clock: SettableClock) -> None:
    signer = Signer()
    key_id = _register(signer, clock)

    revoked = partner_keys.revoke(key_id, by=_BY, clock=clock)

    assert partner_keys.live_keys("renosyd", clock=clock) == []
    assert partner_keys.revoke(key_id, by=_BY, clock=clock) == revoked
    for partner_id in ("renosyd", "reno-djurs"):
        with pytest.raises(KeyKnown):
            _register(signer, clock, partner_id)


@pytest.mark.parametrize("key_id", ["", "renosyd", "renosyd.00000000", "renosyd.æ", "x" * 3000, "renosyd.keys"])
def test_what_is_no_key_s_id_finds_nothing(aws: EmulatedAWS, clock: SettableClock, key_id: str) -> None:
    _register(Signer(), clock)

    assert partner_keys.find(key_id) is None
    with pytest.raises(NoSuchKey):
        partner_keys.revoke(key_id, by=_BY, clock=clock)


def test_every_change_says_who_and_when(aws: EmulatedAWS, clock: SettableClock) -> None:
    registered_at = clock.now()
    key_id = _register(Signer(), clock)
    clock.set(instant=registered_at + timedelta(days=1))
    not_after = clock.now() + timedelta(days=7)
    partner_keys.retire_on(key_id, not_after, by="a@ddh.example", clock=clock)
    partner_keys.revoke(key_id, by="b@ddh.example", clock=clock)

    changes = partner_keys.changes("renosyd")

    assert [(each.what, each.by, each.at) for each in changes] == [
        ("registered", _BY, registered_at),
        ("retires", "a@ddh.example", clock.now()),
        ("revoked", "b@ddh.example", clock.now()),
    ]
    assert {each.key_id for each in changes} == {key_id}
    assert changes[1].not_after == not_after


def test_of_two_changes_at_the_same_time_one_is_done(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _register(Signer(), clock)
    look = partner_keys.live_keys
    overtake: list[Callable[[], object]] = [lambda: _register(Signer(), clock)]

    def overtaken(partner_id: str, *, clock: SettableClock) -> object:
        seen = look(partner_id, clock=clock)
        if overtake:
            overtake.pop()()
        return seen

    monkeypatch.setattr(partner_keys, "live_keys", overtaken)
    with pytest.raises(Conflict):
        _register(Signer(), clock)

    assert len(look("renosyd", clock=clock)) == 2


@pytest.mark.parametrize("number", range(1, 8))
def test_a_change_whose_answer_was_lost_is_known_as_ones_own(
    aws: EmulatedAWS, clock: SettableClock, number: int
) -> None:
    other = _register(Signer(), clock)
    not_after = clock.now() + timedelta(days=7)

    with faults.answer_lost_at(number):
        key_id = _register(Signer(), clock)
    with faults.answer_lost_at(number):
        partner_keys.retire_on(key_id, not_after, by=_BY, clock=clock)
    with faults.answer_lost_at(number):
        partner_keys.revoke(other, by=_BY, clock=clock)

    assert [each.what for each in partner_keys.changes("renosyd")] == ["registered", "registered", "retires", "revoked"]
    assert [(key.key_id, key.not_after) for key in partner_keys.live_keys("renosyd", clock=clock)] == [
        (key_id, not_after)
    ]
