"""Sign-in by a single-use link in a mail: no password, no account to make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.access import grants, links, sessions, staff
from chalicelib.access.limits import MailLimitReached, count_mail
from chalicelib.access.links import Link, LinkSpent, Purpose
from chalicelib.access.people import Person, Role, spelled
from chalicelib.access.tokens import digest
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict, Refused
from chalicelib.mail import outbox
from chalicelib.mail.addresses import check_address
from chalicelib.mail.outbox import Mail
from chalicelib.runtime import settings
from chalicelib.runtime.entrypoints import logger
from chalicelib.runtime.tables import conflict_means, transaction

LINK_LIFETIME = timedelta(minutes=15)
#: Characters of a path that are kept; what is longer is none of ours.
LONGEST_WANTED = 300
_BUSY = "Der blev bedt om to links på én gang. Brug det, der er i mailen, eller prøv igen."
_SECOND = "Linket er lige blevet brugt. Er det ikke af dig, så bed om et nyt."


class OwnAccount(Refused):
    """Raised when the secretariat would lock itself out."""

    code = "own_account"

    def __init__(self) -> None:
        super().__init__("Du kan ikke fjerne din egen adgang. Bed en kollega i sekretariatet om det.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who signed in, the session's token, and the path that they wanted to before, as it was asked for."""

    person: Person
    session: str
    wanted: str


def send_sign_in_link(address: str, *, wanted: str = "", clock: Clock = system_clock) -> None:
    """Mail a link to an address that may sign in. Nothing says whether it may: the answer is the same for all.

    `wanted` is the path of the page that led to the sign-in. An address that got its links for now has one in the
    mailbox that works.

    Raises:
        AddressRefused: the text is not one plain address.
    """
    check_address(address)
    if not grants.of(address):
        return
    try:
        with conflict_means(_BUSY), transaction() as writing:
            count_mail(writing, purpose=Purpose.SIGN_IN, address=address, clock=clock)
            token = links.new(
                writing,
                purpose=Purpose.SIGN_IN,
                subject=wanted[:LONGEST_WANTED],
                address=address,
                valid_for=LINK_LIFETIME,
                clock=clock,
            )
            mail = _sign_in_mail(address, token)
            outbox.record(writing, mail, clock=clock)
    except (MailLimitReached, Conflict) as kept:
        logger().info("no sign-in link", extra={"code": kept.code})
        return
    outbox.nudge([mail.mail_id])


def choices(token: str, *, clock: Clock = system_clock) -> tuple[Person, ...]:
    """Return what the link's address may sign in as, without using the link.

    Raises:
        LinkSpent: the link can't be redeemed, or the address may no longer sign in.
    """
    link = links.look(token, purpose=Purpose.SIGN_IN, clock=clock)
    return _people_of(link)


def sign_in(token: str, *, chosen: int, clock: Clock = system_clock) -> SignedIn:
    """Redeem the link once for a session.

    `chosen` is the place in `choices`.

    Raises:
        LinkSpent: the link can't be redeemed.
        Conflict: somebody else redeemed it at the same moment.
    """
    with conflict_means(_SECOND), transaction() as writing:
        link = links.redeem(writing, token, purpose=Purpose.SIGN_IN, clock=clock)
        people = _people_of(link)
        if not 0 <= chosen < len(people):
            raise LinkSpent
        session = sessions.start(writing, people[chosen], clock=clock)
    return SignedIn(person=people[chosen], session=session, wanted=link.subject)


def give_account(address: str, role: Role, *, by: Person, clock: Clock = system_clock) -> None:
    """Let an address sign in as staff.

    Raises:
        AddressRefused: the text is not one plain address.
    """
    staff.give(Person(address=check_address(address), role=role), by=by.address, clock=clock)


def take_account(address: str, role: Role, *, by: Person, clock: Clock = system_clock) -> None:
    """End an address's access as staff at once.

    Raises:
        OwnAccount: it is one's own.
    """
    if spelled(address) == by.address and role is by.role:
        raise OwnAccount
    staff.take(Person(address=spelled(address), role=role), by=by.address, clock=clock)


def _people_of(link: Link | None) -> tuple[Person, ...]:
    people = grants.of(link.address) if link else ()
    if not people:
        raise LinkSpent
    return tuple(sorted(people, key=_by_use))


def _by_use(person: Person) -> tuple[int, str]:
    """Leaders first, contacts of a request last: whose request succeeded has become a leader."""
    return list(Role).index(person.role), person.municipality_code or ""


def _sign_in_mail(address: str, token: str) -> Mail:
    return Mail(
        mail_id=f"sign_in_{digest(token)[:32]}",
        to=(spelled(address),),
        subject="Log ind hos Den Digitale Hotline",
        template="access/sign_in",
        facts={
            "url": f"{settings.base_url()}/log-ind/{token}",
            "minutes": int(LINK_LIFETIME.total_seconds()) // 60,
        },
    )
