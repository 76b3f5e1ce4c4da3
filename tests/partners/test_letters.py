"""What the mails about agreements say: the same in both parts, in Danish, with what was typed shown as text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from chalicelib.mail.outbox import Mail
from chalicelib.partners import evaluating, service
from chalicelib.partners.evaluating import Said
from chalicelib.partners.periods import Period
from chalicelib.runtime.templates import render
from tests.partners.dealing import END, MANDATE, OPEN_TERMS, RENOSYD, STAFF, TERMS, Dealing, mail, mail_ids


def words(sent: Mail, part: str) -> str:
    """Return a part's text as people read it, in one line."""
    text = render(f"{sent.template}.{part}", **sent.facts)
    if part == "html":
        text = unescape(re.sub(r"<[^>]*>", " ", text.partition("<body")[2].partition(">")[2]))
    return re.sub(r"\s+", " ", text).strip()


def other(dealing: Dealing, partner_id: str) -> None:
    """A second partner, whose agreement is open."""
    partner = replace(RENOSYD, partner_id=partner_id, name="Reno Djurs", queue=partner_id)
    dealing.active(OPEN_TERMS, partner=partner)


@pytest.fixture
def everything(dealing: Dealing) -> dict[str, Mail]:
    """Every kind of mail, as the house records it, by its id."""
    dealing.active()
    other(dealing, "reno-djurs")
    dealing.ask()
    service.decline_extension(
        "renosyd", decision_id=MANDATE, reason="Der er <ikke> plads.", by=STAFF, clock=dealing.clock
    )
    dealing.morning(END - timedelta(days=60))
    dealing.extend()
    service.end("renosyd", last_day=date(2026, 1, 31), reason="Fælles aftale.", by=STAFF, clock=dealing.clock)
    dealing.morning(date(2026, 2, 1))
    dealing.morning(date(2026, 3, 2))
    later = replace(TERMS, period=Period(start=date(2026, 4, 1), end=date(2026, 12, 31)))
    service.propose("renosyd", later, by=STAFF, clock=dealing.clock)
    service.activate("renosyd", decision_id=MANDATE, by=STAFF, clock=dealing.clock)
    service.end("renosyd", last_day=date(2026, 3, 2), reason="Fortrudt.", by=STAFF, clock=dealing.clock)
    return {mail_id: mail(mail_id) for mail_id in mail_ids()}


def test_every_mail_says_the_same_in_both_parts_and_leaves_no_hole(everything: dict[str, Mail]) -> None:
    assert {sent.template for sent in everything.values()} == {
        f"partners/{name}"
        for name in (
            *("agreed", "reminder", "review_overdue"),
            *("extension_asked", "extension_declined", "end_set", "ended"),
        )
    }
    for name, sent in everything.items():
        html, text = words(sent, "html"), words(sent, "txt")
        assert "Sekretariatet for Den Digitale Hotline" in text, name
        for sentence in re.findall(r"[A-ZÆØÅ][^.:!?()]{20,}[.!?]", text):
            if "http" not in sentence:
                assert sentence in html, (name, sentence)
        for address in re.findall(r"https?://\S+", text):
            assert address.rstrip(".") in html, name
        assert not re.search(r"None|\{\{|\d{4}-\d{2}-\d{2}[^/\d]", text), (name, text)


SAYS: dict[str, tuple[str, ...]] = {
    "partner_agreed_renosyd_v3": ("Aftalen er på plads", "30. september 2025 (7 hele måneder)", "900", MANDATE),
    "partner_agreed_reno-djurs_v3": ("ingen slutdato; gennemgås 1. marts 2026",),
    "partner_extension_asked_renosyd_v4": ("til og med 31. marts 2026", "1.000 opkald om måneden", "/partnere/renosyd"),
    "partner_extension_declined_renosyd_v5": ("Der er <ikke> plads.", "slutter 30. september 2025, som aftalt"),
    "partner_reminder_renosyd_v6_60": ("slutter 30. september 2025", "/partneraftale/evaluering/"),
    "partner_reminder_renosyd_v6_60_secretariat": ("ophører den af sig selv", "/partnere/renosyd/evaluering"),
    "partner_reminder_reno-djurs_v4_30_secretariat": ("skal gennemgås senest 1. marts 2026",),
    "partner_review_overdue_reno-djurs_v5_secretariat": (
        "skulle være gennemgået senest 1. marts 2026",
        "gælder stadig",
        "kommer denne mail hver 30. dag",
        "/partnere/reno-djurs",
    ),
    "partner_agreed_renosyd_v7": ("Aftalen er forlænget", "1. oktober 2025"),
    "partner_end_set_renosyd_v8": ("gælder til og med 31. januar 2026", "Fælles aftale."),
    "partner_ended_renosyd_v10": ("gjaldt til og med 31. januar 2026", "kan stadig læse selve aftalen"),
    "partner_ended_renosyd_v10_secretariat": ("Den sidste dag var fastsat", "skriv et nyt forslag"),
    "partner_end_set_renosyd_v13": ("der skulle begynde 1. april 2026, begynder ikke", "Fortrudt."),
}


def test_every_mail_says_what_its_reader_needs(everything: dict[str, Mail]) -> None:
    for name, sentences in SAYS.items():
        for sentence in sentences:
            for part in ("html", "txt"):
                assert sentence in words(everything[name], part), (name, part, sorted(everything))


def test_what_is_typed_is_text_in_a_page(everything: dict[str, Mail]) -> None:
    declined = everything["partner_extension_declined_renosyd_v5"]
    assert "&lt;ikke&gt;" in render("partners/extension_declined.html", **declined.facts)


def test_who_was_told_of_an_end_is_not_told_afterwards_that_nothing_was_decided(dealing: Dealing) -> None:
    dealing.active()
    today = date(2025, 3, 3)
    dealing.move_to(today)
    service.end("renosyd", last_day=today, reason="Opsagt.", by=STAFF, clock=dealing.clock)
    dealing.morning(today)
    dealing.morning(today + timedelta(days=1))

    told = {mail_id: mail(mail_id) for mail_id in mail_ids() if "_reminder_" in mail_id or "_ended_" in mail_id}
    assert len(told) == 4
    for name, sent in told.items():
        for part in ("html", "txt"):
            text = words(sent, part)
            for sentence in ("ikke besluttet", "skal afklares", "forlænge"):
                assert sentence not in text, (name, part)
            if "_reminder_" in name:
                assert "/evaluering" in text + render(f"{sent.template}.{part}", **sent.facts)


def test_where_nothing_was_decided_the_mail_of_the_end_says_so(dealing: Dealing) -> None:
    dealing.active()
    dealing.morning(END + timedelta(days=1))
    ended = next(mail(each) for each in mail_ids() if "_ended_" in each and each.endswith("_secretariat"))
    for part in ("html", "txt"):
        assert "Der var ikke besluttet en forlængelse." in words(ended, part)


def test_a_partner_that_has_evaluated_is_not_asked_again(dealing: Dealing) -> None:
    dealing.active()
    dealing.morning(END - timedelta(days=60))
    first = next(mail(each) for each in mail_ids() if each.endswith("_60"))
    said = Said(wants_to_go_on=True, calls_per_month=1, text="")
    evaluating.evaluate_by_link(first.facts["evaluation_url"].rpartition("/")[2], said, clock=dealing.clock)

    dealing.morning(END - timedelta(days=30))

    second = next(mail(each) for each in mail_ids() if each.endswith("_30"))
    assert second.facts["evaluation_url"] is None
    for part in ("html", "txt"):
        assert "Tak for jeres evaluering." in words(second, part)
