"""Frederikssund on its way to becoming a member, step by step, on the emulated AWS."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail, State
from chalicelib.members.member import Service
from chalicelib.membership import applying, confirming, daily, deciding
from chalicelib.membership.requests import Request, Submission
from chalicelib.rulebook import book, decisions

CONTACT = "chef@frederikssund.example"
STAFF = "s@ddh.example"
DECISION = "2024-06-19/12"
ENTRY = date(2025, 4, 1)
ASKED = Submission(
    municipality_code="250",
    services=frozenset(Service),
    entry_date=ENTRY,
    contact_role="Borgerservicechef",
    contact_address=CONTACT,
)


class Joining:
    """Takes a request as far as a test needs it."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        book.seed()
        decisions.seed()

    def move_to(self, day: date) -> None:
        self.clock.set(instant=datetime.combine(day, time(5), UTC), business_date=day)

    def submit(self, asked: Submission = ASKED) -> str:
        return applying.submit(asked, clock=self.clock)

    def confirmed(self, asked: Submission = ASKED) -> str:
        request_id = self.submit(asked)
        self.confirm(request_id)
        return request_id

    def confirm(self, request_id: str) -> Request:
        """Confirm by the link that was mailed for the request."""
        request, _ = confirming.by_link(confirmation_of(request_id), request_id, clock=self.clock)
        assert request is not None
        return request

    def validated(self, asked: Submission = ASKED) -> str:
        request_id = self.confirmed(asked)
        deciding.validate(request_id, by=STAFF, clock=self.clock)
        return request_id

    def approved(self, asked: Submission = ASKED) -> str:
        request_id = self.validated(asked)
        deciding.approve(request_id, decision_id=DECISION, by=STAFF, clock=self.clock)
        return request_id

    def signed(self, asked: Submission = ASKED) -> str:
        request_id = self.approved(asked)
        deciding.send_agreement(request_id, by=STAFF, clock=self.clock)
        deciding.enter_signature(
            request_id, by_role="Kommunaldirektør", signed_on=self.clock.today(), by=STAFF, clock=self.clock
        )
        return request_id

    def active(self, asked: Submission = ASKED) -> str:
        request_id = self.signed(asked)
        self.move_to(asked.entry_date)
        daily.run(clock=self.clock)
        return request_id


def mail_ids() -> list[str]:
    """The ids of all mails that wait, by name."""
    return sorted(mail_id for mail_id, _ in outbox.in_state(State.PENDING))


def mail(mail_id: str) -> Mail:
    found = outbox.state_of(mail_id)
    assert found is not None, mail_id
    return found.mail


def token_in(mail_id: str) -> str:
    """The token of the link in a mail."""
    match = re.search(r"/([A-Za-z0-9_-]{43})$", mail(mail_id).facts["url"])
    assert match is not None
    return match[1]


def confirmation_of(request_id: str) -> str:
    """The token of the link that confirms a request: the latest that was mailed."""
    return token_in(max(mail_id for mail_id in mail_ids() if mail_id.startswith(f"confirm-request_{request_id}")))
