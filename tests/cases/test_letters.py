"""What the mails about cases say: the same in both parts, leading each side to the agent's own page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest

from chalicelib.cases import letters
from chalicelib.cases.dossier import Entry, Event, Renaming, Step
from chalicelib.mail.outbox import Mail
from chalicelib.rulebook import book
from chalicelib.runtime.templates import render
from tests.cases.dossiers import LEADER, Following, act
from tests.conftest import EmulatedAWS

AGENT = "Åse & Bo #1"
TODAY = date(2025, 2, 5)
TOLD = (
    Event.CONTESTED,
    Event.PAUSED,
    Event.DECLINED,
    Event.REOPENED,
    Event.UPHELD,
    Event.LIFTED,
    Event.REINSTATED,
    Event.PROOF_REGISTERED,
    Event.PROOF_REFUSED,
    Event.STOPPED,
    Event.STOP_UNDONE,
    Event.FORMERLY,
)
RENAMING = Renaming(other="A-1 før", municipality_code="741", said_by=LEADER, said_on=TODAY)
OF_PROOFS = (Event.PROOF_REGISTERED, Event.PROOF_REFUSED)


def mails_of(what: Event) -> tuple[Mail, ...]:
    """Return the mails about something that happened to a case of Samsø and its proof."""
    book.seed()
    following = Following()
    following.paused()
    following.registered("p")
    about: dict[str, Any] = {"proof_id": "p"} if what in OF_PROOFS else {"case": 1}
    if what in (Event.STOPPED, Event.STOP_UNDONE):
        about = {"municipality_code": "741"}
    if what is Event.FORMERLY:
        about = {"renaming": RENAMING}
    entry = replace(Entry(number=9, what=what, act=act(TODAY, LEADER), reason="Fordi <tallene> er rettet"), **about)
    step = Step(dossier=replace(following.dossier, agent=AGENT), entries=(entry,))
    return letters.told_of(step, book=book.load(), today=TODAY)


@pytest.mark.parametrize("what", TOLD)
def test_every_mail_says_the_same_in_both_parts(aws: EmulatedAWS, what: Event) -> None:
    for told in mails_of(what):
        text, html = (render(f"{told.template}.{part}", **told.facts) for part in ("txt", "html"))

        shown = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))
        lines = [line.removesuffix(f": {told.facts['page_url']}") for line in text.splitlines() if line.strip()]
        assert AGENT in text
        assert [line for line in lines if line not in shown] == []


@pytest.mark.parametrize("what", TOLD)
def test_every_mail_leads_to_the_agent_s_own_page(aws: EmulatedAWS, what: Event) -> None:
    page = "%C3%85se%20%26%20Bo%20%231"
    for told in mails_of(what):
        own = f"/sager/{page}" if told.facts["to_secretariat"] else f"/opfoelgning/741/{page}"

        assert told.facts["page_url"].endswith(own)
        for part in ("txt", "html"):
            assert own in render(f"{told.template}.{part}", **told.facts)


def test_a_registered_proof_is_told_to_the_secretariat_alone(aws: EmulatedAWS) -> None:
    (told,) = mails_of(Event.PROOF_REGISTERED)

    assert told.to == ("sekretariat@ddh.example",)
    assert told.subject == "Samsø har registreret et bevis"


@pytest.mark.parametrize("what", [Event.STOPPED, Event.FORMERLY])
def test_what_a_leader_says_of_an_agent_is_told_to_the_secretariat_who_can_undo_it(
    aws: EmulatedAWS, what: Event
) -> None:
    (told,) = mails_of(what)

    assert told.to == ("sekretariat@ddh.example",)
    text = render(f"{told.template}.txt", **told.facts)
    assert "kan I fortryde det på siden" in text
    assert ("A-1 før" in text) == (what is Event.FORMERLY)


@pytest.mark.parametrize("what", sorted(set(Event) - set(TOLD)))
def test_nothing_else_is_mailed(aws: EmulatedAWS, what: Event) -> None:
    assert mails_of(what) == ()
