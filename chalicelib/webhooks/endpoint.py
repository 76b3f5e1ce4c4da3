"""Where a partner is told of events, and the secrets that sign what it is told.

Facts in; the endpoint as it is afterwards, or a named refusal. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from chalicelib.common.errors import Refused

#: How long both secrets sign after a rotation: the partner has a day to take the new one into use.
OVERLAP = timedelta(hours=24)
#: A partner that loses its secret again and again may get so many within a day; every one of them signs.
MOST_SECRETS = 5
_LONGEST_URL = 500
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: A name, never a number: no certificate of a public authority is about a number alone.
_HOST = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9]")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class UrlRefused(Refused):
    """Raised when a text is no address that partners may be told at. The message does not repeat it."""

    code = "url_refused"

    def __init__(self) -> None:
        super().__init__(
            "Adressen skal begynde med https:// og have et domænenavn, for eksempel https://partner.example/hotline. "
            "Den må ikke have brugernavn, adgangskode eller #, og domæner med æ, ø og å skrives i formen xn--…."
        )


class NoEndpoint(Refused):
    """Raised when a step needs the partner's address and there is none."""

    code = "no_endpoint"

    def __init__(self) -> None:
        super().__init__("Partneren har ingen adresse til hændelser. Registrér adressen først.")


class TooManySecrets(Refused):
    """Raised when so many secrets sign already that there is no room for another."""

    code = "too_many_secrets"

    def __init__(self) -> None:
        super().__init__(
            f"Der er allerede {MOST_SECRETS} hemmeligheder, der underskriver. Vent, til den ældste udløber."
        )


class What(StrEnum):
    """What was done with an endpoint."""

    REGISTERED = "registered"
    URL_CHANGED = "url_changed"
    ROTATED = "rotated"
    SWITCHED_OFF = "switched_off"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that signs: `whsec_` and base64, as Standard Webhooks writes it. It never shows in a log."""

    value: str = field(repr=False)
    made_at: datetime
    ends_at: datetime | None = None

    def signs_at(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a partner is told. `version` counts its changes, 0 when there never was one; no `url` when there is none.

    `off_since` is when the receiver said that it wants no more; a new address, or the same again, ends that.
    """

    partner_id: str
    version: int = 0
    url: str | None = field(default=None, repr=False)
    secrets: tuple[Secret, ...] = ()
    off_since: datetime | None = None

    @property
    def is_on(self) -> bool:
        return self.url is not None and self.off_since is None

    def signing(self, now: datetime) -> tuple[Secret, ...]:
        """Return the secrets that sign now, the newest first."""
        return tuple(sorted((each for each in self.secrets if each.signs_at(now)), key=lambda each: each.made_at))[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of an endpoint's history. `by` is an address, or the system."""

    what: What
    by: str
    at: datetime


def check_url(text: str, *, loopback: str | None) -> str:
    """Return `text` when partners may be told there; `loopback` is the one address that needn't be https.

    Whether its name stands for a public machine is seen at each call.

    Raises:
        UrlRefused: they may not.
    """
    url = text.strip()
    if loopback is not None and url == loopback:
        return url
    if len(url) > _LONGEST_URL or not _VISIBLE.fullmatch(url) or "#" in url:
        raise UrlRefused
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlRefused from error
    is_plain = "@" not in parts.netloc and not parts.netloc.endswith(":")
    if parts.scheme != "https" or port == 0 or not is_plain or not _HOST.fullmatch(parts.hostname or ""):
        raise UrlRefused
    return url


def with_url(endpoint: Endpoint, url: str, *, new_secret: str, now: datetime) -> tuple[Endpoint, What] | None:
    """Let a partner be told at `url`; its first address comes with a secret. None when it is told there already."""
    if endpoint.is_on and endpoint.url == url:
        return None
    if endpoint.url is None:
        secret = Secret(value=new_secret, made_at=now)
        return _next(endpoint, url=url, secrets=(secret,), off_since=None), What.REGISTERED
    return _next(endpoint, url=url, off_since=None), What.URL_CHANGED


def rotated(endpoint: Endpoint, *, new_secret: str, now: datetime) -> Endpoint:
    """Let a new secret sign from now on; those before it sign along for a day.

    Raises:
        NoEndpoint: there is nothing to sign for.
        TooManySecrets: too many sign already.
    """
    if endpoint.url is None:
        raise NoEndpoint
    ending = tuple(
        replace(each, ends_at=min(each.ends_at or now + OVERLAP, now + OVERLAP)) for each in endpoint.signing(now)
    )
    if len(ending) >= MOST_SECRETS:
        raise TooManySecrets
    return _next(endpoint, secrets=(*ending, Secret(value=new_secret, made_at=now)))


def removed(endpoint: Endpoint) -> Endpoint:
    """Tell the partner no more, and forget its secrets.

    Raises:
        NoEndpoint: there is none.
    """
    if endpoint.url is None:
        raise NoEndpoint
    return _next(endpoint, url=None, secrets=(), off_since=None)


def switched_off(endpoint: Endpoint, *, url: str, now: datetime) -> Endpoint | None:
    """Tell the partner no more, as its receiver at `url` asked. None when that is so already, or not its address."""
    return _next(endpoint, off_since=now) if endpoint.is_on and endpoint.url == url else None


def _next(endpoint: Endpoint, **changed: object) -> Endpoint:
    return replace(endpoint, version=endpoint.version + 1, **changed)  # type: ignore[arg-type]  # its own fields
