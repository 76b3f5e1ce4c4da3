"""Who comes to the site in a month, and what each does there: through the gateway, as browsers and systems do it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from requests import Request
from werkzeug.test import Client

from chalicelib.access import partner_keys
from chalicelib.common.clock import Clock
from chalicelib.common.months import Month
from chalicelib.partners.forecasts.weeks import Week
from chalicelib.runtime import assets
from infra.local import mailbox
from infra.local.gateway import Gateway
from infra.local.mail_links import links_in
from infra.local.seed_partners import BY, RENOSYD

_ADDRESS = {"REMOTE_ADDR": "203.0.113.7"}
#: What a browser takes with its first page, and keeps; where the design system wasn't fetched, another file stands in.
_STATIC = (
    "dkfds.min.css",
    "ddh.css",
    "ddh.svg",
    "IBMPlexSans-Regular.woff2",
    "IBMPlexSans-Medium.woff2",
    "IBMPlexSans-SemiBold.woff2",
)
_STANDS_IN = "plain.css"


class PageMissing(LookupError):
    """Raised when a page of a visit isn't there: then what is counted isn't what it says."""


class Browser:
    """Somebody's browser. It follows nothing by itself."""

    def __init__(self, gateway: Gateway, base_url: str) -> None:
        self._client = Client(gateway)
        self._base_url = base_url

    def opens(self, path: str) -> str:
        """Return the page.

        Raises:
            PageMissing: the answer is no page.
        """
        answer = self._client.get(path, base_url=self._base_url, environ_base=_ADDRESS)
        if answer.status_code != 200:
            raise PageMissing(f"{path}: {answer.status_code}")
        return answer.get_data().decode(errors="replace")  # a font is no text

    def takes_static_files(self) -> None:
        for name in _STATIC:
            self.opens(assets.address(name if assets.exists(name) else _STANDS_IN))

    def signs_in(self, address: str) -> None:
        """Ask for a link, follow the one that is mailed, and press its button."""
        self.opens("/log-ind")
        self._sends("/log-ind", email=address)
        self.opens("/log-ind/sendt")
        (link,) = (each for each in links_in(mailbox.sent[-1]) if "/log-ind/" in each)
        path = urlsplit(link).path
        self.opens(path)
        self._sends(path, som="0")

    def _sends(self, path: str, **fields: str) -> None:
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = self._client.post(path, base_url=self._base_url, environ_base=_ADDRESS, headers=headers, data=fields)
        if answer.status_code != 303:
            raise PageMissing(f"{path}: {answer.status_code}")


def leader_visit(browser: Browser, municipality_code: str, address: str) -> None:
    """A leader looks at the municipality's agents, and at two of them."""
    browser.signs_in(address)
    page = browser.opens(f"/opfoelgning/{municipality_code}")
    for path in _linked(page, f'/opfoelgning/{municipality_code}/[^/"]+')[:2]:
        browser.opens(path)


def secretariat_visit(browser: Browser, address: str) -> None:
    """Somebody of the secretariat looks at what waits, at the first case, and at the months."""
    browser.signs_in(address)
    page = browser.opens("/sager")
    for path in _linked(page, '/sager/[^/"]+')[:1]:
        browser.opens(path)
    for path in ("/opfoelgning", "/medlemmer", "/anmodninger", "/partnere"):
        browser.opens(path)


def public_visit(browser: Browser) -> None:
    """Somebody reads the front page and looks at the form."""
    browser.opens("/")
    browser.takes_static_files()
    browser.opens("/indmeldelse")


def _linked(page: str, pattern: str) -> list[str]:
    return list(dict.fromkeys(re.findall(f'href="({pattern})"', page)))


class Partner:
    """RenoSyd's system, with a key of its own."""

    def __init__(self, call: Callable[[Request], int], base_url: str, *, clock: Clock) -> None:
        self._call = call
        self._base_url = base_url
        private_key = Ed25519PrivateKey.generate()
        pem = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self._key_id = partner_keys.register(RENOSYD.partner_id, pem, by=BY, clock=clock).key_id
        resolver = MappingKeyResolver(public_keys={}, private_keys={self._key_id: private_key})
        self._signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=resolver)

    def asks(self, month: Month, *, at: datetime) -> None:
        """Ask for the agreement and the figures of a month."""
        self._send("GET", "/partner/v1/agreement", at=at)
        self._send("GET", f"/partner/v1/figures/{month}", at=at)

    def forecasts(self, week: Week, *, at: datetime) -> None:
        body = json.dumps({"calls_per_day": [40, 38, 41, 39, 30, 0, 12]}).encode()
        self._send("PUT", f"/partner/v1/forecasts/{week}", at=at, body=body)

    def _send(self, method: str, path: str, *, at: datetime, body: bytes | None = None) -> None:
        headers = {"Content-Type": "application/json"} if body else {}
        request = Request(method, self._base_url + path, headers=headers, data=body)
        signed = request.prepare()
        covered = ["@method", "@authority", "@path", *(["content-type"] if body else [])]
        self._signer.sign(
            signed,
            key_id=self._key_id,
            created=at,
            nonce=secrets.token_urlsafe(18),
            covered_component_ids=covered,
            body=body,
        )
        request.headers = dict(signed.headers)
        status = self._call(request)
        if not 200 <= status < 300:
            raise PageMissing(f"{method} {path}: {status}")


def through(gateway: Gateway, base_url: str) -> Callable[[Request], int]:
    """Return what sends a program's request to the gateway and tells the status."""
    client = Client(gateway)

    def send(request: Request) -> int:
        answer = client.open(
            urlsplit(str(request.url)).path,
            base_url=base_url,
            environ_base=_ADDRESS,
            method=str(request.method),
            headers=dict(request.headers),
            data=request.data or b"",
        )
        return answer.status_code

    return send
