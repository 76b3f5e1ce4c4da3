"""Signatures: RFC 9421's own vector, what we ask for beyond it, and each single thing that is wrong with a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageVerifier, MappingKeyResolver, algorithms

from chalicelib.access import public_keys, signatures
from chalicelib.access.public_keys import Key
from chalicelib.access.signatures import NotAuthentic, SignedMessage, Verified
from tests.access.signing import ALWAYS, WITH_BODY, Request, Signer
from tests.conftest import SettableClock

_KEY_ID = "renosyd.00000000"
_NONCE = "bWl0LWVuZ2FuZ3NvcmQ"

# RFC 9421, appendix B.1.4 and B.2.6.
_RFC_PRIVATE_PEM = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
_RFC_PUBLIC_PEM = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
_RFC_INPUT = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
_RFC_SIGNATURE = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
_RFC_CREATED = datetime.fromtimestamp(1618884473, UTC)


def _rfc_request() -> Request:
    return Request(
        "POST",
        "/foo",
        base_url="https://example.com",
        headers={
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwE"
            "mTHWXvJwew==:",
            "Content-Length": "18",
        },
        body=b'{"hello": "world"}',
    )


def _rfc_signer() -> Signer:
    private_key = load_pem_private_key(_RFC_PRIVATE_PEM, password=None)
    assert isinstance(private_key, Ed25519PrivateKey)
    return Signer(private_key)


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def verify(signer: Signer, clock: SettableClock) -> Callable[..., Verified]:
    """Verify a message by the signer's key, registered an hour ago; `changed` says what the key is otherwise."""

    def verifying(message: SignedMessage, **changed: Any) -> Verified:
        key = Key(key_id=_KEY_ID, partner_id="renosyd", raw=signer.raw, registered_at=clock.now() - timedelta(hours=1))
        known = replace(key, **changed)
        return signatures.verify(message, find_key=lambda key_id: known if key_id == _KEY_ID else None, clock=clock)

    return verifying


def _get() -> Request:
    return Request("GET", "/partner/v1/agreement", headers={"Host": "ddh.example"})


def _post() -> Request:
    return Request(
        "POST",
        "/partner/v1/extension-requests",
        headers={"Host": "ddh.example", "Idempotency-Key": "forlaengelse-2025"},
        body=b'{"until": "2025-12-31"}',
    )


def test_the_rfc_s_own_request_is_signed_to_the_letter_and_verified() -> None:
    request = _rfc_request()
    covered = ("date", "@method", "@path", "@authority", "content-type", "content-length")

    _rfc_signer().sign(
        request,
        at=_RFC_CREATED,
        covered=covered,
        label="sig-b26",
        key_id="test-key-ed25519",
        nonce=None,
        include_alg=False,
    )

    assert request.headers["Signature-Input"] == _RFC_INPUT
    assert request.headers["Signature"] == _RFC_SIGNATURE
    resolver = MappingKeyResolver(public_keys={"test-key-ed25519": _RFC_PUBLIC_PEM.encode()}, private_keys={})
    (result,) = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=resolver).verify(
        request, max_age=None
    )
    assert result.parameters["keyid"] == "test-key-ed25519"


def test_the_rfc_s_own_request_covers_too_little_for_us(clock: SettableClock) -> None:
    clock.set(instant=_RFC_CREATED)
    request = _rfc_request()
    request.headers |= {"Signature-Input": _RFC_INPUT, "Signature": _RFC_SIGNATURE}
    key = Key(
        key_id="test-key-ed25519",
        partner_id="rfc",
        raw=public_keys.read(_RFC_PUBLIC_PEM),
        registered_at=_RFC_CREATED - timedelta(days=1),
    )

    with pytest.raises(NotAuthentic) as refused:
        signatures.verify(request.message(origin="https://example.com"), find_key=lambda _: key, clock=clock)

    assert refused.value.reason == "covered for another use"  # its date; and it says nothing of the body


def test_a_signed_get_and_a_signed_post_are_the_partner_s(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock
) -> None:
    for request in (_get(), _post()):
        signer.sign(request, at=clock.now(), nonce=_NONCE)

        verified = verify(request.message())

        assert verified == Verified(partner_id="renosyd", key_id=_KEY_ID, nonce=_NONCE, created=clock.now())


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_a_clock_may_be_five_minutes_off(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, seconds: int
) -> None:
    request = signer.sign(_get(), at=clock.now() + timedelta(seconds=seconds))

    assert verify(request.message()).created == clock.now() + timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_a_clock_further_off_is_the_one_reason_that_is_hinted(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, seconds: int
) -> None:
    request = signer.sign(_get(), at=clock.now() + timedelta(seconds=seconds))

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message())

    assert refused.value.is_clock_skew


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("nonce", {"nonce": None}),
        ("nonce", {"nonce": "a" * 15}),
        ("nonce", {"nonce": "a" * 65}),
        ("nonce", {"nonce": "a" * 16 + "="}),
        ("parameters", {"tag": "another-application"}),
        ("signature expired", {"expires": datetime(2025, 2, 5, 5, 0, tzinfo=UTC)}),
        ("unknown key", {"key_id": "renosyd.11111111"}),
        ("unknown key", {"key_id": "../../etc"}),
        ("not covered: @method", {"covered": ("@authority", "@path")}),
        ("not covered: @authority", {"covered": ("@method", "@path")}),
        ("not covered: @path", {"covered": ("@method", "@authority")}),
        ("covered for another use", {"covered": ("@method", "@authority", "@target-uri")}),
        ("covered for another use", {"covered": (*ALWAYS, "@target-uri")}),
        ("covered for another use", {"covered": (*ALWAYS, "host")}),
        ("not covered: @method", {"covered": ()}),
    ],
)
def test_what_is_signed_otherwise_than_asked_is_refused(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, reason: str, named: dict[str, Any]
) -> None:
    request = signer.sign(_get(), at=clock.now(), **named)

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message())

    assert refused.value.reason == reason
    assert not refused.value.is_clock_skew


@pytest.mark.parametrize("left_out", ["content-type", "content-digest", "idempotency-key"])
def test_a_body_and_its_idempotency_key_are_covered(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, left_out: str
) -> None:
    covered = [name for name in (*WITH_BODY, "idempotency-key") if name != left_out]
    request = signer.sign(_post(), at=clock.now(), covered=covered)

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message())

    assert refused.value.reason == f"not covered: {left_out}"


def test_a_body_s_digest_is_its_own_and_sha_256(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock
) -> None:
    for digest in (
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        "sha-256=:ABCDDpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:;x",
    ):
        request = _post()
        request.headers["Content-Digest"] = digest
        signer.sign(request, at=clock.now())

        with pytest.raises(NotAuthentic) as refused:
            verify(request.message())

        assert refused.value.reason == "body"


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("query string", {"has_query": True}),
        ("path", {"path": "/partner/v1/%61greement"}),
        ("path", {"path": "/partner/v1//agreement"}),
        ("path", {"path": "/partner/v1/./agreement"}),
        ("signature", {"path": "/partner/v1/agreement/"}),
        ("signature", {"method": "HEAD"}),
        ("signature", {"origin": "https://test.ddh.example", "headers": ()}),
        ("not covered: content-type", {"body": b"x"}),
    ],
)
def test_a_request_that_was_changed_on_the_way_is_refused(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, reason: str, changed: dict[str, Any]
) -> None:
    request = signer.sign(_get(), at=clock.now())
    signed = tuple((name, value) for name, value in request.headers.items() if name != "Host")
    if "headers" in changed:
        changed = {**changed, "headers": signed}

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message(**changed))

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("key revoked", {"revoked_at": datetime(2025, 2, 5, 4, 59, 59, tzinfo=UTC)}),
        ("key expired", {"not_after": datetime(2025, 2, 5, 5, 0, tzinfo=UTC)}),
        ("signature", {"raw": Signer().raw}),
    ],
)
def test_a_key_that_holds_no_longer_or_is_another_s_signs_nothing(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, reason: str, changed: dict[str, Any]
) -> None:
    request = signer.sign(_get(), at=clock.now())

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message(), **changed)

    assert refused.value.reason == reason


def test_there_is_one_signature(signer: Signer, verify: Callable[..., Verified], clock: SettableClock) -> None:
    request = signer.sign(_get(), at=clock.now())
    once = tuple(request.headers.items())
    signer.sign(request, at=clock.now(), label="sig2", append_if_signature_exists=True)

    for headers in (
        tuple(request.headers.items()),  # two labels
        (*once, ("signature", request.headers["Signature"])),  # the header twice
        (*once, ("SIGNATURE-INPUT", request.headers["Signature-Input"])),
        tuple((name, f"{value}, {value}" if name.startswith("Signature") else value) for name, value in once),
        tuple((name, value) for name, value in once if name != "Signature"),
        tuple((name, value) for name, value in once if name != "Signature-Input"),
        (),
    ):
        with pytest.raises(NotAuthentic):
            verify(request.message(headers=headers))


def test_a_call_to_another_host_is_refused(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock
) -> None:
    request = signer.sign(_get(), at=clock.now())
    for host in ("test.ddh.example", "ddh.example:8443", "ddh.example.evil.example", ""):
        request.headers["Host"] = host
        with pytest.raises(NotAuthentic):
            verify(request.message())

    for host in ("ddh.example", "ddh.example:443", "DDH.Example"):
        request.headers["Host"] = host
        verify(request.message())


def test_the_key_that_stands_in_for_an_unknown_one_opens_nothing(
    verify: Callable[..., Verified], clock: SettableClock
) -> None:
    request = _rfc_signer().sign(_get(), at=clock.now(), key_id="renosyd.99999999")

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message())

    assert refused.value.reason == "unknown key"


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest", "Content-Type", "Idempotency-Key"])
@pytest.mark.parametrize("letter", ["æ", "\x00", "\r\n ", "\t", "\ud800", "\u202e"])
def test_a_header_has_printable_ascii_letters(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, name: str, letter: str
) -> None:
    request = signer.sign(_post(), at=clock.now())
    request.headers[name] += letter

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message())

    assert refused.value.reason == "characters of a header"


@pytest.mark.parametrize(
    "twice", [';nonce="bWl0LWVuZ2FuZ3NvcmQ"', ";created=1738731600", ';keyid="renosyd.00000000"', ';alg="ed25519"']
)
def test_a_parameter_is_named_once(
    signer: Signer, verify: Callable[..., Verified], clock: SettableClock, twice: str
) -> None:
    request = signer.sign(_get(), at=clock.now(), nonce=_NONCE)
    request.headers["Signature-Input"] += twice

    with pytest.raises(NotAuthentic) as refused:
        verify(request.message())

    assert refused.value.reason == "named twice"
