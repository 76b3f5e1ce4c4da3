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


SAID = Said(wants_to_go_on=True, calls_per_month=1200, text="Hurtige <svar>.\nFlere om lørdagen.")


def token_of(reminder: Mail) -> str:
    """Return the token of the partner's link to its evaluation."""
    token: str = reminder.facts["evaluation_url"].rpartition("/")[2]
    return token


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
    evaluating.evaluate_by_link(token_of(mail("partner_reminder_renosyd_v6_60")), SAID, clock=dealing.clock)
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
            *("agreed", "reminder", "review_overdue", "evaluated_by_partner"),
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
    "partner_reminder_renosyd_v6_60_secretariat": (f"ikke at forlænge den ({MANDATE})", "/partnere/renosyd/evaluering"),
    "partner_reminder_reno-djurs_v4_30_secretariat": ("skal gennemgås senest 1. marts 2026",),
    "partner_review_overdue_reno-djurs_v5_secretariat": (
        "skulle være gennemgået senest 1. marts 2026",
        "gælder stadig",
        "kommer denne mail hver 30. dag",
        "/partnere/reno-djurs",
    ),
    "partner_evaluated_by_partner_renosyd_v7_secretariat": (
        "RenoSyd har evalueret aftalen, der slutter 30. september 2025.",
        "vil gerne fortsætte og venter 1.200 opkald om måneden",
        "I dag er der aftalt 900.",
        "Der venter intet ønske om at forlænge aftalen.",
        "/partnere/renosyd",
    ),
    "partner_agreed_renosyd_v8": ("Aftalen er forlænget", "1. oktober 2025"),
    "partner_end_set_renosyd_v9": ("gælder til og med 31. januar 2026", "Fælles aftale."),
    "partner_ended_renosyd_v11": ("gjaldt til og med 31. januar 2026", "kan stadig læse selve aftalen"),
    "partner_ended_renosyd_v11_secretariat": ("Den sidste dag var fastsat", "skriv et nyt forslag"),
    "partner_end_set_renosyd_v14": ("der skulle begynde 1. april 2026, begynder ikke", "Fortrudt."),
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


def reminded(dealing: Dealing, days: int) -> dict[str, Mail]:
    """What both sides are told so many days before the end, by who is told."""
    dealing.morning(END - timedelta(days=days))
    by_reader = {f"_{days}": "partner", f"_{days}_secretariat": "secretariat"}
    return {reader: mail(each) for ending, reader in by_reader.items() for each in mail_ids() if each.endswith(ending)}


def test_a_reminder_where_nothing_was_wished_says_what_happens_and_how_to_wish(dealing: Dealing) -> None:
    dealing.active()

    for reader, sent in reminded(dealing, 60).items():
        for part in ("html", "txt"):
            assert "Er der ikke besluttet andet til den tid, ophører den af sig selv." in words(sent, part)
            invites = "Vil I forlænge aftalen" if reader == "partner" else "Skal aftalen forlænges"
            assert invites in words(sent, part)


ASKS_FOR_A_WISH = ("Vil I forlænge", "om I vil fortsætte", "skal afklares")


def test_a_reminder_knows_the_wish_that_waits_and_does_not_ask_for_it_again(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()

    for days in (60, 30):
        told = reminded(dealing, days)
        for part in ("html", "txt"):
            partner, secretariat = words(told["partner"], part), words(told["secretariat"], part)
            assert "I har ønsket at forlænge aftalen til og med 31. marts 2026. Det venter på" in partner
            assert "Vil I forlænge" not in partner
            assert "om I vil fortsætte" not in partner
            assert "RenoSyd har ønsket at forlænge aftalen til og med 31. marts 2026. Det venter på" in secretariat


def test_a_reminder_after_a_no_says_that_it_is_decided_and_does_not_invite_to_ask(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    reminded(dealing, 60)
    service.decline_extension("renosyd", decision_id=MANDATE, reason="Nej.", by=STAFF, clock=dealing.clock)

    told = reminded(dealing, 30)

    assert {sent.subject for sent in told.values()} == {
        "Jeres aftale med Den Digitale Hotline slutter 30. september 2025",
        "Aftalen med RenoSyd slutter 30. september 2025",
    }
    for sent in told.values():
        for part in ("html", "txt"):
            text = words(sent, part)
            assert "Det er besluttet ikke at forlænge" in text
            assert "/partneraftale/evaluering/" in text or "/partnere/renosyd/evaluering" in text
            for sentence in (*ASKS_FOR_A_WISH, "ikke besluttet andet", "Skal aftalen forlænges"):
                assert sentence not in text, (part, sentence)


def test_of_several_wishes_the_reminder_knows_the_latest(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    service.decline_extension("renosyd", decision_id=MANDATE, reason="Nej.", by=STAFF, clock=dealing.clock)
    dealing.ask(date(2025, 12, 31), key="k2")

    for sent in reminded(dealing, 30).values():
        for part in ("html", "txt"):
            assert "til og med 31. december 2025. Det venter på" in words(sent, part)
            assert "Det er besluttet" not in words(sent, part)


def test_a_no_to_an_earlier_agreement_says_nothing_of_this_one(dealing: Dealing) -> None:
    dealing.active()
    dealing.ask()
    service.decline_extension("renosyd", decision_id=MANDATE, reason="Nej.", by=STAFF, clock=dealing.clock)
    dealing.extend(until=date(2026, 3, 31))

    dealing.morning(date(2026, 3, 1))

    told = [mail(each) for each in mail_ids() if "_30" in each]
    assert len(told) == 2
    for sent in told:
        assert "Det er besluttet" not in words(sent, "txt")


def test_the_partner_s_evaluation_is_mailed_to_the_secretariat_and_its_own_is_not(dealing: Dealing) -> None:
    dealing.active()
    token = token_of(reminded(dealing, 60)["partner"])
    dealing.ask()
    before = set(mail_ids())

    evaluating.evaluate("renosyd", SAID, by=STAFF, clock=dealing.clock)
    assert set(mail_ids()) == before
    said = Said(wants_to_go_on=False, calls_per_month=0, text="")
    evaluating.evaluate_by_link(token, said, clock=dealing.clock)

    (told,) = (mail(each) for each in set(mail_ids()) - before)
    assert told.to == ("sekretariat@ddh.example",)
    assert told.subject == "RenoSyd har evalueret aftalen og vil ikke fortsætte"
    for part in ("html", "txt"):
        assert "vil ikke fortsætte" in words(told, part)
        assert "opkald om måneden" not in words(told, part)
        assert "har ønsket at forlænge aftalen til og med 31. marts 2026" in words(told, part)


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
