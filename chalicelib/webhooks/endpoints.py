"""The door to where partners are told: an address and its secrets, changed by conditional writes with their history."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict
from chalicelib.mail import outbox as mail_outbox
from chalicelib.runtime import settings
from chalicelib.webhooks import endpoint_store as store
from chalicelib.webhooks import letters
from chalicelib.webhooks.endpoint import (
    Change,
    Endpoint,
    NoEndpoint,
    TooManySecrets,
    UrlRefused,
    What,
    check_url,
    removed,
    rotated,
    switched_off,
    with_url,
)

__all__ = [
    "Change",
    "Endpoint",
    "Kept",
    "NoEndpoint",
    "TooManySecrets",
    "UrlRefused",
    "What",
    "history",
    "of",
    "put_url",
    "remove",
    "rotate",
    "switch_off",
]

#: Who acts when a receiver's answer does.
SYSTEM = "system"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An endpoint as it is now; `new_secret` is the secret that was just made and is never told again."""

    endpoint: Endpoint
    new_secret: str | None = field(default=None, repr=False)


def of(partner_id: str) -> Endpoint:
    """Return where a partner is told, as it is now; one without an address when it is told nothing."""
    return store.get(partner_id)


def history(partner_id: str) -> tuple[Change, ...]:
    """Return what was done with a partner's address and secrets, oldest first."""
    return store.history(partner_id)


def put_url(partner_id: str, url: str, *, by: str, clock: Clock = system_clock) -> Kept:
    """Let a partner be told at `url`. The first address comes with a secret; another keeps the secrets there are.

    Raises:
        UrlRefused: it is no address that partners may be told at.
        Conflict: somebody else changed it just now.
    """
    before, secret = store.get(partner_id), _new_secret()
    checked = check_url(url, loopback=settings.webhook_loopback())
    changed = with_url(before, checked, new_secret=secret, now=clock.now())
    if changed is None:
        return Kept(endpoint=before)
    after, what = changed
    store.write(after, Change(what=what, by=by, at=clock.now()))
    return Kept(endpoint=after, new_secret=secret if what is What.REGISTERED else None)


def rotate(partner_id: str, *, by: str, clock: Clock = system_clock) -> Kept:
    """Make a new secret, which signs from now on; those before it sign along for a day.

    Raises:
        NoEndpoint: the partner has no address.
        TooManySecrets: too many sign already.
        Conflict: somebody else changed it just now.
    """
    secret = _new_secret()
    after = rotated(store.get(partner_id), new_secret=secret, now=clock.now())
    store.write(after, Change(what=What.ROTATED, by=by, at=clock.now()))
    return Kept(endpoint=after, new_secret=secret)


def remove(partner_id: str, *, by: str, clock: Clock = system_clock) -> None:
    """Tell the partner no more, and forget its secrets.

    Raises:
        NoEndpoint: the partner has no address.
        Conflict: somebody else changed it just now.
    """
    store.write(removed(store.get(partner_id)), Change(what=What.REMOVED, by=by, at=clock.now()))


def switch_off(partner_id: str, url: str, *, partner_name: str, clock: Clock = system_clock) -> None:
    """Tell the partner no more at `url`, as its receiver answered, and let the secretariat know. Harmless to repeat.

    When somebody changes the address at the same time, theirs stands: the answer was about another one.
    """
    after = switched_off(store.get(partner_id), url=url, now=clock.now())
    if after is None:
        return
    mail = letters.switched_off(after, partner_name=partner_name)
    change = Change(what=What.SWITCHED_OFF, by=SYSTEM, at=clock.now())
    try:
        store.write(after, change, also=lambda writes: mail_outbox.record(writes, mail, clock=clock))
    except Conflict:
        return
    mail_outbox.nudge([mail.mail_id])


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
