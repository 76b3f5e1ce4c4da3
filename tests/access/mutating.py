"""Mutations of signed requests: what somebody on the way, or with a key of their own, may try.

Each takes a message as it came and returns it changed. `HARMLESS` names those that leave the request what it was;
any other is an attack. Where a mutation is of text, whether it means the same is asked of `meaning`.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import http_sf
from http_message_signatures import ContentDigest

from chalicelib.access.signatures import SignedMessage
from tests.access.signing import Request, Signer
from tests.conftest import SettableClock

Headers = dict[str, str]
Mutation = Callable[[random.Random, SignedMessage], SignedMessage]

_ALPHABET = "".join(map(chr, range(32, 127)))
_BASE64 = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}+/"
_SIGNED = ("Signature", "Signature-Input", "Content-Digest", "Content-Type", "Idempotency-Key")
_PATHS = (
    "/partner/v1/agreement",
    "/partner/v1/extension-requests",
    "/partner/v1/figures/2024-12",
    "/partner/v1/forecasts/2025-W10",
    "/partner/v1/forecasts/2025-W11",
    "/partner/v1/knowledge-updates",
)


def meaning(message: SignedMessage) -> Any:
    """Return what a message asks for and what its signature says, by whatever letters; None when it can't be read."""
    values: dict[str, list[str]] = {}
    for name, value in message.headers:
        values.setdefault(name.lower(), []).append(value.strip())
    try:
        signed = [
            list(http_sf.parse(line.encode(), tltype="dictionary").values())  # type: ignore[union-attr]  # a dictionary is asked for
            for name in ("signature-input", "signature")
            for line in values.get(name, [])
        ]
    except ValueError:
        return None
    read = ("content-type", "content-digest", "idempotency-key") if message.body else ("idempotency-key",)
    host = [value.lower().removesuffix(":443") for value in values.get("host", ["ddh.example"])]
    return (
        message.method,
        message.origin,
        message.path,
        message.has_query,
        message.body,
        [values.get(name) for name in read],
        host,
        signed,
    )


def _some(rng: random.Random, message: SignedMessage, names: tuple[str, ...] = _SIGNED) -> str:
    return rng.choice([name for name in names if name in dict(message.headers)])


def _with(message: SignedMessage, **changed: str | None) -> SignedMessage:
    """Return the message with headers set, or left out; underlines stand for hyphens."""
    headers = dict(message.headers)
    for name, value in changed.items():
        headers.pop(name.replace("_", "-"), None)
        if value is not None:
            headers[name.replace("_", "-")] = value
    return replace(message, headers=tuple(headers.items()))


def _edited(rng: random.Random, text: str) -> str:
    """Return a text with one character changed, put in, left out, or two swapped."""
    at = rng.randrange(len(text)) if text else 0
    letter = rng.choice(_ALPHABET)
    return rng.choice(
        [
            text[:at] + letter + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
        ]
    )


def _input(change: Callable[[random.Random, str], str]) -> Mutation:
    return lambda rng, message: _with(
        message, **{"Signature-Input": change(rng, dict(message.headers)["Signature-Input"])}
    )


def _header(change: Callable[[random.Random, str], str | None], *names: str) -> Mutation:
    def mutate(rng: random.Random, message: SignedMessage) -> SignedMessage:
        name = _some(rng, message, names or _SIGNED)
        return _with(message, **{name: change(rng, dict(message.headers)[name])})

    return mutate


def _doubled(rng: random.Random, message: SignedMessage) -> SignedMessage:
    name = _some(rng, message)
    line = (rng.choice([name, name.lower(), name.upper()]), dict(message.headers)[name])
    at = rng.randrange(len(message.headers) + 1)
    return replace(message, headers=(*message.headers[:at], line, *message.headers[at:]))


def _body(rng: random.Random, body: bytes) -> bytes:
    at = rng.randrange(len(body)) if body else 0
    return rng.choice(
        [
            body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :],
            body + b" ",
            body[:at],
            body.replace(b'": ', b'":'),
            b'{"until": "2099-12-31"}',
            b"",
        ]
    )


def _with_its_digest(rng: random.Random, message: SignedMessage) -> SignedMessage:
    body = _body(rng, message.body)
    return _with(replace(message, body=body), **{"Content-Digest": ContentDigest.create(body)})


def _path(rng: random.Random, path: str) -> str:
    at = rng.randrange(1, len(path))
    return rng.choice(
        [
            rng.choice(_PATHS),
            _edited(rng, path),
            f"{path}/",
            path.upper(),
            path[:at] + f"%{ord(path[at]):02x}" + path[at + 1 :],
            path.replace("/v1/", "/v1//"),
            path.replace("/v1/", "/v1/./"),
            path.replace("/v1/", "/v2/../v1/"),
            f"/prod{path}",
            f"{path}?",
        ]
    )


def _parameter(rng: random.Random, text: str) -> str:
    """Return the signature's input with another parameter."""
    return rng.choice(
        [
            re.sub(r"created=(\d+)", lambda found: f"created={int(found[1]) + rng.choice([-400, -1, 1, 300])}", text),
            re.sub(r"created=\d+", rng.choice(["created=0", "created=1.5", 'created="1"', "created", "x=1"]), text),
            re.sub(r'nonce="[^"]*"', f'nonce="{rng.getrandbits(120):030x}"', text),
            re.sub(r'keyid="[^"]*"', f'keyid="{rng.choice(_KEY_IDS)}"', text),
            re.sub(r'alg="[^"]*"', rng.choice(_ALGORITHMS), text),
            re.sub(r';(created|keyid|nonce|alg)=("[^"]*"|\d+)', "", text, count=rng.choice([1, 2, 4])),
            text + rng.choice([";expires=9999999999", ';tag="x"', ";created=1", ';nonce="0123456789abcdef"', ";req"]),
        ]
    )


def _coverage(rng: random.Random, text: str) -> str:
    """Return the signature's input that covers something else."""
    inside = text.partition("(")[2].partition(")")[0]
    names = inside.split(" ")
    rng.shuffle(names)
    other = rng.choice(
        [
            names,
            names[1:],
            [],
            [*names, '"@query"'],
            [*names, '"@target-uri"'],
            [*names, names[0]],
            [f"{names[0]};req", *names[1:]],
            [f"{names[0]};sf", *names[1:]],
            [names[0].upper(), *names[1:]],
        ]
    )
    return text.replace(inside, " ".join(other))


def _second(rng: random.Random, message: SignedMessage) -> SignedMessage:
    """Return the message with another signature beside its own, before it or after."""
    headers, other = dict(message.headers), f"x{rng.randrange(100)}"
    both = {}
    for name in ("Signature", "Signature-Input"):
        lines = [headers[name], headers[name].replace("sig1=", f"{other}=", 1)]
        rng.shuffle(lines)
        both[name] = ", ".join(lines)
    return _with(message, **{name: both[name] for name in rng.choice([list(both), ["Signature"], ["Signature-Input"]])})


def _spaced(rng: random.Random, text: str) -> str:
    """Return the signature's input with spaces where a structured field may have them."""
    return text.replace(*rng.choice([(";", ";  "), ("(", "(  "), (")", "  )"), ('" "', '"   "')]))


def _respelled_end(rng: random.Random, text: str) -> str:
    """Return the signature with its padding left out, or other letters for the bits that pad its last byte."""

    def respelled(found: re.Match[str]) -> str:
        spare = _BASE64[_BASE64.index(found[1]) // 16 * 16 :][:16]
        return rng.choice([f"{found[1]}=", f"{rng.choice(spare)}=="])

    return re.sub(r"([A-Za-z0-9+/])==(?=:)", respelled, text)


def _unread_header(rng: random.Random, message: SignedMessage) -> SignedMessage:
    name = rng.choice(["User-Agent", "Accept", "X-Forwarded-For", "Content-Length", "Date", "Cookie", "X-Partner-Id"])
    return replace(message, headers=(*message.headers, (name, _edited(rng, "reno-djurs æ"))))


def _content_of_nothing(_rng: random.Random, message: SignedMessage) -> SignedMessage:
    if message.body:
        return message
    return _with(message, **{"Content-Type": "text/html", "Content-Digest": "sha-256=:AAAA:"})


def _relabelled(rng: random.Random, message: SignedMessage) -> SignedMessage:
    label = rng.choice(["a", "sig2", "sig-b26", "*x"])
    headers = dict(message.headers)
    return _with(
        message, **{name: headers[name].replace("sig1=", f"{label}=", 1) for name in ("Signature", "Signature-Input")}
    )


def _cased(rng: random.Random, message: SignedMessage) -> SignedMessage:
    change = rng.choice([str.lower, str.upper, str.swapcase])
    return replace(message, headers=tuple((change(name), value) for name, value in message.headers))


def _shuffled(rng: random.Random, message: SignedMessage) -> SignedMessage:
    return replace(message, headers=tuple(rng.sample(message.headers, len(message.headers))))


def _named_host(rng: random.Random, message: SignedMessage) -> SignedMessage:
    return _with(message, Host=rng.choice([None, "DDH.example", "ddh.example:443"]))


_ALGORITHMS = ('alg="hmac-sha256"', 'alg="none"', "alg=ed25519", 'alg="Ed25519"')
_KEY_IDS = ("renosyd.00000000", "renosyd.11111111", "renosyd.22222222", "reno-djurs.00000000", "x", "", "../key")

#: The spellings of one request, each with why it may be.
HARMLESS: Mapping[str, tuple[Mutation, str]] = {
    "another label": (_relabelled, "the label isn't signed (RFC 9421, 4.1)"),
    "names of headers in other case": (_cased, "they have none (RFC 9110, 5.1)"),
    "headers in another order": (_shuffled, "order between names means nothing (RFC 9110, 5.3)"),
    "spaces around a header's value": (
        _header(lambda _, value: f"  {value} "),
        "they are not part of it (RFC 9110, 5.5)",
    ),
    "spaces inside the signature's input": (_input(_spaced), "structured fields allow them (RFC 9651, 4.2)"),
    "zeros before a number": (
        _input(lambda _, text: text.replace("created=", "created=00")),
        "the number is the same (RFC 9651, 4.2.4)",
    ),
    "the end of the signature's base64": (
        _header(_respelled_end, "Signature"),
        "the bytes are the same, and readers needn't be strict there (RFC 9651, 4.2.7)",
    ),
    "headers that nobody reads": (_unread_header, "they aren't signed, and nothing rests on them"),
    "a kind and a digest of no content": (_content_of_nothing, "without a body they are of nothing, and aren't read"),
    "our host's other spellings": (_named_host, "case and the usual port make no other host (RFC 9110, 4.2.3)"),
}
#: What makes it another request, or no signed one. Text may by chance come out meaning the same.
HARMFUL: Mapping[str, Mutation] = {
    "method": lambda rng, message: replace(message, method=rng.choice(["GET", "POST", "PUT", "DELETE", "get", ""])),
    "path": lambda rng, message: replace(message, path=_path(rng, message.path)),
    "query string": lambda _, message: replace(message, has_query=True),
    "our address": lambda rng, message: replace(
        message, origin=rng.choice(["https://test.ddh.example", "https://ddh.example:8443", "https://evil.example"])
    ),
    "host": lambda rng, message: _with(message, Host=_edited(rng, "ddh.example")),
    "a header's letters": _header(_edited),
    "the signature's letters": _header(_edited, "Signature"),
    "the input's letters": _header(_edited, "Signature-Input"),
    "a header left out": _header(lambda _rng, _value: None),
    "a header twice": _doubled,
    "body": lambda rng, message: replace(message, body=_body(rng, message.body)),
    "body with its digest": _with_its_digest,
    "digest": lambda rng, message: _with(
        message,
        **{
            "Content-Digest": rng.choice([ContentDigest.create(b""), f"{ContentDigest.create(message.body)}, x=1", "x"])
        },
    ),
    "idempotency key": lambda rng, message: _with(message, **{"Idempotency-Key": _edited(rng, "forlaengelse")}),
    "parameters": _input(_parameter),
    "coverage": _input(_coverage),
    "a second signature": _second,
}


def signed_requests(signer: Signer, clock: SettableClock) -> list[SignedMessage]:
    """Return one of each kind of call, signed now."""
    made: list[Request] = []
    for path in _PATHS:
        method = "PUT" if "forecasts" in path else "POST" if path.endswith(("requests", "updates")) else "GET"
        headers = {"Host": "ddh.example", "User-Agent": "renosyd/1", "Accept": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = "forlaengelse-2025"
        request = Request(method, path, headers=headers, body=b"" if method == "GET" else b'{"until": "2025-12-31"}')
        made.append(signer.sign(request, at=clock.now() + timedelta(seconds=len(made)), nonce=f"nonce-{len(made):012}"))
    return [request.message() for request in made]
