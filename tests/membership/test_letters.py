"""What the mails say: the same in both parts, in Danish, and nothing typed in those that strangers can cause."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from chalicelib.access.people import Person, Role
from chalicelib.mail.outbox import Mail
from chalicelib.members.member import Service
from chalicelib.membership import cancelling, contacts, daily, deciding, withdrawing
from chalicelib.membership.requests import Submission
from chalicelib.runtime.templates import render
from tests.membership.joining import ASKED, CONTACT, DECISION, STAFF, Joining, mail, mail_ids, token_in


def words(sent: Mail, part: str) -> str:
    """Return a part's text as people read it, in one line."""
    text = render(f"{sent.template}.{part}", **sent.facts)
    if part == "html":
        text = unescape(re.sub(r"<[^>]*>", " ", text.partition("<body")[2].partition(">")[2]))
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture
def everything(joining: Joining) -> dict[str, Mail]:
    """Every kind of mail, as the house records it, by template."""
    joining.signed()
    declined = joining.validated(replace(ASKED, municipality_code="151", contact_address="b@ballerup.example"))
    deciding.decline(declined, decision_id=DECISION, reason="Der er <ikke> plads.", by=STAFF, clock=joining.clock)
    joining.approved(
        replace(
            ASKED,
            municipality_code="153",
            contact_address="b@brondby.example",
            entry_date=date(2025, 5, 5),
            dispensation_reason="Vores aftale udløber",
            services=frozenset({Service.CHATBOT}),
        )
    )
    stopped = joining.confirmed(replace(ASKED, municipality_code="155", contact_address="d@dragor.example"))
    cancelling.cancel(stopped, reason="Der var <to> anmodninger.", by=STAFF, clock=joining.clock)
    joining.move_to(date(2025, 5, 20))
    daily.run(clock=joining.clock)
    before = set(mail_ids())
    leader = Person(address=CONTACT, role=Role.LEADER, municipality_code="250")
    contacts.propose("250", "ny@frederikssund.example", by=leader, clock=joining.clock)
    (asked,) = set(mail_ids()) - before
    contacts.confirm(token_in(asked), clock=joining.clock)
    withdrawing.withdraw("250", date(2025, 12, 31), by=CONTACT, clock=joining.clock)
    mails = sorted((mail(mail_id) for mail_id in mail_ids()), key=lambda each: each.facts.get("is_dispensation", False))
    return {each.template.partition("/")[2]: each for each in mails}


def test_every_mail_says_the_same_in_both_parts_and_leaves_no_hole(everything: dict[str, Mail]) -> None:
    assert set(everything) == {
        "agreement",
        "approved",
        "cancelled",
        "confirm_contact",
        "confirm_request",
        "contact_changed",
        "declined",
        "exit_survey",
        "new_date_needed",
        "received",
        "reminder",
        "request_confirmed_staff",
        "signed",
        "welcome",
        "withdrawal_received",
        "withdrawal_registered",
    }
    for name, sent in everything.items():
        html, text = words(sent, "html"), words(sent, "txt")
        assert "Sekretariatet for Den Digitale Hotline" in text, name
        for sentence in re.findall(r"[A-ZÆØÅ][^.:!?()]{20,}[.!?]", text):
            if "http" not in sentence and ", senest " not in sentence:
                assert sentence in html, (name, sentence)
        for address in re.findall(r"https?://\S+", text):
            assert address.rstrip(".") in html, name
        assert not re.search(r"None|\{\{|\d{4}-\d{2}-\d{2}[^/\d]", text), name


SAYS: dict[str, tuple[str, ...]] = {
    "received": ("kræver en dispensation",),
    "request_confirmed_staff": ("Brøndby vil være medlem", "chatbot fra 5. maj 2025. Datoen kræver en dispensation."),
    "approved": ("chatbot fra 5. maj 2025, med dispensation (beslutning 2024-06-19/12)",),
    "declined": ("Begrundelsen er: Der er <ikke> plads.",),
    "agreement": ("6 måneders varsel", "senest 31. marts 2025"),
    "signed": ("Vi har modtaget den underskrevne aftale. I er medlem fra 1. april 2025 og skal ikke gøre mere.",),
    "new_date_needed": ("Brøndby skulle være med fra 5. maj 2025", "Har I underskrevet aftalen inden den dato"),
    "welcome": (
        "kontaktcenter og chatbot",
        "Vi sender jer velkomstpakken",
        "8. april 2025",
        "vælg »Leder i Frederikssund«",
    ),
    "reminder": ("opgave",),
    "cancelled": ("Begrundelsen er: Der var <to> anmodninger.",),
    "withdrawal_registered": ("Frederikssund har den 20. maj 2025 meldt sig ud",),
    "withdrawal_received": (
        "Den sidste dag som medlem er 31. december 2025",
        "Fra 1. januar 2026 kan I ikke længere logge ind som ledere.",
    ),
    "contact_changed": ("ny@frederikssund.example er kommet til", f"{CONTACT} og ny@frederikssund.example"),
    "exit_survey": ("Linket virker i 90 dage, og der kan svares én gang.",),
}


def test_every_mail_says_what_the_municipality_needs(everything: dict[str, Mail]) -> None:
    for name, sentences in SAYS.items():
        for sentence in sentences:
            for part in ("html", "txt"):
                assert sentence in words(everything[name], part), (name, part)


def test_what_is_typed_is_text_in_a_page(everything: dict[str, Mail]) -> None:
    assert "&lt;ikke&gt;" in render("membership/declined.html", **everything["declined"].facts)


CANARY = "KANARIEFUGL"


@pytest.mark.parametrize(
    "canary",
    [
        replace(ASKED, contact_role=CANARY),
        replace(ASKED, entry_date=date(2025, 5, 5), dispensation_reason=CANARY),
        replace(ASKED, entry_date=date(2026, 10, 1)),
        replace(ASKED, services=frozenset({Service.CHATBOT})),
    ],
)
def test_confirmation_contains_no_form_text(joining: Joining, canary: Submission) -> None:
    request_id = joining.submit(canary)
    sent = mail(f"confirm-request_{request_id}_2025-02-05")

    assert set(sent.facts) == {"url", "days"}
    read = words(sent, "txt") + words(sent, "html") + sent.subject
    for typed in (CANARY, "Frederikssund", "Borgerservicechef", "2026", "oktober", "hatbot", "ontaktcenter", CONTACT):
        assert typed not in read
