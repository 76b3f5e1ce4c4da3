"""RenoSyd and its agreements, step by step, on the emulated AWS."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail, State
from chalicelib.partners import daily, service
from chalicelib.partners.agreements import Partner, Partnership, Terms
from chalicelib.partners.periods import Period
from chalicelib.rulebook import book, decisions

RENOSYD = Partner(
    partner_id="renosyd",
    name="RenoSyd",
    cvr="12345678",
    contacts=("drift@renosyd.example", "chef@renosyd.example"),
    queue="RenoSyd",
)
STAFF = "s@ddh.example"
MANDATE = "2024-06-19/12"
START, END = date(2025, 3, 1), date(2025, 9, 30)
TERMS = Terms(
    period=Period(start=START, end=END),
    review_date=None,
    coverage="Opkald om affald på hverdage",
    calls_per_month=900,
    price_per_call_oere=2550,
)
OPEN_TERMS = Terms(
    period=Period(start=START, end=None),
    review_date=date(2026, 3, 1),
    coverage="Opkald om affald",
    calls_per_month=900,
    price_per_call_oere=None,
)


class Dealing:
    """Takes a partner as far as a test needs it. Today is 5 February 2025."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        book.seed()
        decisions.seed()

    def move_to(self, day: date) -> None:
        self.clock.set(instant=datetime.combine(day, time(5), UTC), business_date=day)

    def registered(self, partner: Partner = RENOSYD) -> Partnership:
        return service.register(partner, by=STAFF, clock=self.clock)

    def proposed(self, terms: Terms = TERMS, *, partner: Partner = RENOSYD) -> Partnership:
        self.registered(partner)
        return service.propose(partner.partner_id, terms, by=STAFF, clock=self.clock)

    def active(self, terms: Terms = TERMS, *, partner: Partner = RENOSYD) -> Partnership:
        self.proposed(terms, partner=partner)
        return service.activate(partner.partner_id, decision_id=MANDATE, by=STAFF, clock=self.clock)

    def extend(self, until: date | None = date(2026, 3, 31), **facts: Any) -> Partnership:
        usual: dict[str, Any] = {
            "review_date": None,
            "expected": 1000,
            "price_per_call_oere": 2550,
            "decision_id": MANDATE,
            "by": STAFF,
        }
        return service.extend("renosyd", until=until, clock=self.clock, **(usual | facts))

    def ask(self, until: date = date(2026, 3, 31), *, expected: int = 1000, key: str = "k1") -> Any:
        return service.request_extension("renosyd", until, expected, by="partner:renosyd", key=key, clock=self.clock)

    def morning(self, day: date) -> dict[str, int]:
        """The daily job of a day."""
        self.move_to(day)
        return daily.run(clock=self.clock)

    def now(self) -> Partnership:
        return service.partnership("renosyd")


def mail_ids() -> list[str]:
    """The ids of all mails that wait, by name."""
    return sorted(mail_id for mail_id, _ in outbox.in_state(State.PENDING))


def mail(mail_id: str) -> Mail:
    found = outbox.state_of(mail_id)
    assert found is not None, mail_id
    return found.mail
