"""What partners want agents to know: sent once, decided once by the secretariat, and nobody else's to see."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.acts import Act
from chalicelib.common.errors import Conflict
from chalicelib.common.written import FormRefused
from chalicelib.partners import service as partner_service
from chalicelib.partners.knowledge import refusals, service, store, updates
from chalicelib.partners.knowledge.update_json import update_from_json, update_to_json
from chalicelib.partners.knowledge.updates import Draft, KnowledgeUpdate, Status
from chalicelib.partners.refusals import PartnerUnknown
from chalicelib.runtime.templates import render
from chalicelib.webhooks import outbox as webhooks
from tests import faults
from tests.partners.dealing import RENOSYD, STAFF, Dealing, mail, mail_ids

TODAY = date(2025, 2, 5)
DRAFT = Draft(
    title="Nye tømmedage i Skanderborg",
    text="Fra 1. marts tømmes restaffald hver anden onsdag.\n\nHenvis til renosyd.example/kalender.",
    valid_from=date(2025, 3, 1),
)
RENO_DJURS = replace(RENOSYD, partner_id="reno-djurs", name="Reno Djurs", queue="Reno Djurs")


def submit(dealing: Dealing, draft: Draft = DRAFT, *, key: str = "k1", partner_id: str = "renosyd") -> KnowledgeUpdate:
    return service.submit(partner_id, draft, key=key, by=f"partner:{partner_id}", clock=dealing.clock)


def publish(dealing: Dealing, update: KnowledgeUpdate) -> KnowledgeUpdate:
    return service.publish(update.partner_id, update.update_id, by=STAFF, clock=dealing.clock)


def decline(dealing: Dealing, update: KnowledgeUpdate, reason: str = "Det står der allerede.") -> KnowledgeUpdate:
    return service.decline(update.partner_id, update.update_id, reason=reason, by=STAFF, clock=dealing.clock)


def test_what_a_partner_sends_waits_for_the_secretariat_and_is_mailed_to_it(dealing: Dealing) -> None:
    dealing.registered()

    sent = submit(dealing)

    assert service.of_partner("renosyd", sent.update_id) == sent
    assert (sent.status, sent.received_at, sent.published_at) == (Status.RECEIVED, dealing.clock.now(), None)
    assert (sent.title, sent.text, sent.valid_from) == (DRAFT.title, DRAFT.text, DRAFT.valid_from)
    assert store.waiting() == (sent,)
    assert store.published(at_most=5) == ()
    told = mail(f"knowledge_renosyd_{sent.update_id}")
    assert told.to == ("sekretariat@ddh.example",)
    assert str(told.facts["page_url"]).endswith(f"/viden/renosyd/{sent.update_id}")


def test_the_same_key_is_the_same_update_whatever_became_of_it(dealing: Dealing) -> None:
    dealing.registered()
    sent = submit(dealing)
    assert submit(dealing) == sent
    published = publish(dealing, sent)

    dealing.move_to(date(2026, 1, 1))

    assert submit(dealing) == published, "also when the day it holds from has passed"
    assert submit(dealing, replace(DRAFT, title=f" {DRAFT.title} ", text=f"{DRAFT.text}\r\n")) == published
    with pytest.raises(refusals.KeyUsed):
        submit(dealing, replace(DRAFT, title="Noget andet"))
    assert len(mail_ids()) == 1


def test_the_same_key_of_another_partner_is_another_update(dealing: Dealing) -> None:
    dealing.registered()
    dealing.registered(RENO_DJURS)

    ours, theirs = submit(dealing), submit(dealing, partner_id="reno-djurs")

    assert ours.update_id != theirs.update_id
    assert store.waiting_of("renosyd") == store.waiting_of("reno-djurs") == 1


def test_another_partner_s_update_does_not_exist(dealing: Dealing) -> None:
    dealing.registered()
    dealing.registered(RENO_DJURS)
    sent = submit(dealing)

    for partner_id in ("reno-djurs", "ukendt", "renosyd#", "x" * 3000, ""):
        with pytest.raises(refusals.KnowledgeUnknown):
            service.of_partner(partner_id, sent.update_id)
    for update_id in ("0" * 24, "unknown", "", "x" * 3000, f"{sent.update_id}\n"):
        with pytest.raises(refusals.KnowledgeUnknown):
            service.of_partner("renosyd", update_id)
    with pytest.raises(PartnerUnknown):
        submit(dealing, partner_id="ukendt")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \t "}, "title"),
        ({"title": "to\nlinjer"}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"text": "\r\n"}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "nul \0"}, "text"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        ({"valid_from": date(2027, 2, 6)}, "valid_from"),
        ({"valid_from": date.min}, "valid_from"),
        ({"valid_from": date.max}, "valid_from"),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_field(dealing: Dealing, changed: dict[str, Any], field: str) -> None:
    dealing.registered()

    with pytest.raises(FormRefused) as refused:
        submit(dealing, replace(DRAFT, **changed))

    assert list(refused.value.message_by_field) == [field]
    assert mail_ids() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "x" * 120},
        {"text": "x" * 4000},
        {"text": "ét\r\n\r\nto\r\ttre"},
        {"valid_from": TODAY},
        {"valid_from": date(2027, 2, 5)},
    ],
)
def test_what_lies_on_the_limit_is_taken(dealing: Dealing, changed: dict[str, Any]) -> None:
    dealing.registered()

    assert submit(dealing, replace(DRAFT, **changed)).status is Status.RECEIVED


def test_so_much_waits_at_a_time_and_no_more(dealing: Dealing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "MOST_WAITING", 2)
    dealing.registered()
    dealing.registered(RENO_DJURS)
    first = submit(dealing, key="a")
    submit(dealing, key="b")

    with pytest.raises(refusals.TooManyWaiting):
        submit(dealing, key="c")

    assert submit(dealing, key="a") == first, "what came before is still the same"
    assert submit(dealing, key="c", partner_id="reno-djurs"), "one partner doesn't use up another's"
    decline(dealing, first)
    assert submit(dealing, key="c")


def test_publishing_moves_it_to_what_agents_know_and_tells_the_partner_s_system_once(dealing: Dealing) -> None:
    dealing.registered()
    sent = submit(dealing)
    dealing.clock.set(instant=datetime(2025, 2, 5, 6, 30, 0, 999_999, tzinfo=UTC))

    published = publish(dealing, sent)

    assert published == replace(sent, status=Status.PUBLISHED, decided=published.decided)
    assert published.published_at == dealing.clock.now()
    assert service.of_partner("renosyd", sent.update_id) == published
    assert store.waiting() == ()
    assert store.published(at_most=5) == (published,)
    told = webhooks.state_of(f"published_renosyd_{sent.update_id}")
    assert told is not None
    assert (told.event.partner_id, told.event.type) == ("renosyd", "knowledge-update.published")
    assert told.event.data == {
        "id": sent.update_id,
        "title": DRAFT.title,
        "valid_from": "2025-03-01",
        "published_at": "2025-02-05T06:30:00+00:00",
    }


def test_what_is_declined_is_neither_waiting_nor_known_and_says_why(dealing: Dealing) -> None:
    dealing.registered()
    sent = submit(dealing)
    for reason in ("", " \n "):
        with pytest.raises(refusals.ReasonMissing):
            decline(dealing, sent, reason)

    declined = decline(dealing, sent, "Det står der allerede.")

    assert (declined.status, declined.reason, declined.published_at) == (
        Status.DECLINED,
        "Det står der allerede.",
        None,
    )
    assert store.waiting() == store.published(at_most=5) == ()
    assert webhooks.state_of(f"published_renosyd_{sent.update_id}") is None


def test_what_is_declined_is_mailed_to_the_partner_s_contacts_with_the_reason_and_can_be_found(
    dealing: Dealing,
) -> None:
    dealing.registered()
    first, second = submit(dealing), submit(dealing, replace(DRAFT, title="<b>Nye</b> ruter"), key="k2")

    declined = [decline(dealing, first)]
    dealing.move_to(date(2025, 2, 6))
    partner_service.change_contacts("renosyd", ["ny@renosyd.example"], by=STAFF, clock=dealing.clock)
    declined.append(decline(dealing, second, "Ruterne <står> der.\n\nSe kalenderen."))

    assert store.declined(at_most=9) == tuple(reversed(declined))
    assert store.declined(at_most=1) == (declined[1],)
    assert mail(f"knowledge_declined_renosyd_{first.update_id}").to == RENOSYD.contacts
    told = mail(f"knowledge_declined_renosyd_{second.update_id}")
    assert told.to == ("ny@renosyd.example",)
    assert told.subject == "Jeres viden til agenterne er ikke udgivet: <b>Nye</b> ruter"
    text = render(f"{told.template}.txt", **told.facts)
    html = render(f"{told.template}.html", **told.facts)
    read = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
    for said in ("»<b>Nye</b> ruter«", "Ruterne <står> der.", "Se kalenderen.", "5. februar 2025", second.update_id):
        assert said in text
        assert said in read
    assert "/viden/" not in text + html, "a partner can't read the page"


def test_a_crash_leaves_a_partner_s_no_and_its_mail_or_neither(dealing: Dealing) -> None:
    dealing.registered()
    sent = submit(dealing, key="first")
    with faults.counted() as calls:
        decline(dealing, sent)

    for number in range(1, len(calls.operations) + 1):
        for when in ("before", "after"):
            sent = submit(dealing, key=f"{number}{when}")
            with pytest.raises(faults.Crash), faults.crash_at(number, when):
                decline(dealing, sent)

            is_declined = service.of_partner("renosyd", sent.update_id).status is Status.DECLINED
            assert (f"knowledge_declined_renosyd_{sent.update_id}" in mail_ids()) is is_declined
            assert (sent.update_id in {each.update_id for each in store.declined(at_most=99)}) is is_declined
            assert (sent in store.waiting()) is not is_declined


def test_what_is_decided_is_not_decided_again(dealing: Dealing) -> None:
    dealing.registered()
    sent = publish(dealing, submit(dealing))

    for again in (publish, decline):
        with pytest.raises(refusals.AlreadyDecided):
            again(dealing, sent)

    assert service.of_partner("renosyd", sent.update_id) == sent


def test_the_latest_published_stands_first_and_the_oldest_that_waits(dealing: Dealing) -> None:
    dealing.registered()
    dealing.registered(RENO_DJURS)
    sent = []
    for number, partner_id in enumerate(("renosyd", "reno-djurs", "renosyd")):
        dealing.move_to(TODAY + timedelta(days=number))
        sent.append(submit(dealing, key=str(number), partner_id=partner_id))
    assert store.waiting() == tuple(sent)

    published = []
    for number, update in enumerate(sent):
        dealing.move_to(TODAY + timedelta(days=9 - number))
        published.append(publish(dealing, update))

    assert store.published(at_most=9) == tuple(published)
    assert store.published(at_most=2) == tuple(published[:2])


def test_of_two_who_press_at_once_one_wins(dealing: Dealing, monkeypatch: pytest.MonkeyPatch) -> None:
    dealing.registered()
    sent = submit(dealing)
    decide = store.decide

    def decide_after_somebody_else(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "decide", decide)
        decline(dealing, sent)
        decide(*args, **rest)

    monkeypatch.setattr(store, "decide", decide_after_somebody_else)

    with pytest.raises(Conflict, match="tog stilling imens"):
        publish(dealing, sent)

    assert service.of_partner("renosyd", sent.update_id).status is Status.DECLINED
    assert store.published(at_most=5) == ()
    assert webhooks.state_of(f"published_renosyd_{sent.update_id}") is None


@pytest.mark.parametrize("other", [DRAFT, replace(DRAFT, title="Noget andet")])
def test_of_two_calls_at_once_with_one_key_the_first_is_what_was_sent(
    dealing: Dealing, monkeypatch: pytest.MonkeyPatch, other: Draft
) -> None:
    dealing.registered()
    add, first = store.add, []

    def add_after_the_same_call(*args: Any, **rest: Any) -> None:
        monkeypatch.setattr(store, "add", add)
        first.append(submit(dealing, other))
        add(*args, **rest)

    monkeypatch.setattr(store, "add", add_after_the_same_call)

    if other == DRAFT:
        assert submit(dealing) == first[0]
    else:
        with pytest.raises(refusals.KeyUsed):
            submit(dealing)

    assert store.waiting() == tuple(first)
    assert len(mail_ids()) == 1


_RACE = """
import sys
from datetime import date
from chalicelib.common.clock import SystemClock
from chalicelib.common.errors import AppError
from chalicelib.partners.knowledge import service
from chalicelib.partners.knowledge.updates import Draft
clock = SystemClock()
clock.business_date = date(2025, 2, 6)
draft = Draft(title="Ny rute", text="Onsdage", valid_from=date(2025, 3, 1))
try:
    sent = service.submit("renosyd", draft, key="k", by="partner:renosyd", clock=clock)
    decide = {"publish": service.publish, "decline": lambda *ids, **who: service.decline(*ids, reason="nej", **who)}
    decide[sys.argv[1]]("renosyd", sent.update_id, by=sys.argv[1], clock=clock)
except AppError as error:
    print(error.code)
else:
    print("won")
"""


def test_of_processes_that_send_and_decide_at_once_one_sends_and_one_decides(served_aws: object, clock: object) -> None:
    Dealing(clock).registered()
    racers = [
        subprocess.Popen([sys.executable, "-c", _RACE, word], stdout=subprocess.PIPE, text=True)
        for word in ("publish", "decline", "publish", "decline")
    ]
    outcomes = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)

    assert outcomes.count("won") == 1
    assert set(outcomes) <= {"won", "conflict", "already_decided"}
    update_id = updates.id_of("renosyd", "k")
    found = service.of_partner("renosyd", update_id)
    assert found.status in (Status.PUBLISHED, Status.DECLINED)
    assert store.waiting() == ()
    is_declined = found.status is Status.DECLINED
    assert mail_ids() == [f"knowledge_declined_renosyd_{update_id}"] * is_declined + [f"knowledge_renosyd_{update_id}"]
    assert (found.status is Status.PUBLISHED) == (store.published(at_most=5) == (found,))
    assert (found.status is Status.PUBLISHED) == (webhooks.state_of(f"published_renosyd_{update_id}") is not None)


def test_who_loses_an_answer_has_still_done_it(dealing: Dealing) -> None:
    dealing.registered()
    with faults.counted() as sending:
        other = submit(dealing, key="other")
    with faults.counted() as publishing:
        publish(dealing, other)

    with faults.answer_lost_at(sending.operations.index("TransactWriteItems") + 1):
        sent = submit(dealing)
    with faults.answer_lost_at(publishing.operations.index("TransactWriteItems") + 1):
        published = publish(dealing, sent)

    assert service.of_partner("renosyd", sent.update_id) == published
    assert len(mail_ids()) == 2


def test_a_crash_leaves_all_of_it_or_nothing(dealing: Dealing) -> None:
    dealing.registered()
    with faults.counted() as calls:
        publish(dealing, submit(dealing, key="first"))

    for number in range(1, len(calls.operations) + 1):
        for when in ("before", "after"):
            key = f"{number}{when}"
            with pytest.raises(faults.Crash), faults.crash_at(number, when):
                publish(dealing, submit(dealing, key=key))

            sent = submit(dealing, key=key)
            if sent.status is Status.RECEIVED:
                sent = publish(dealing, sent)

            assert sent in store.published(at_most=99)
            assert webhooks.state_of(f"published_renosyd_{sent.update_id}") is not None
            assert store.waiting() == ()


def test_the_mail_says_the_same_in_both_parts_and_shows_the_title_as_text(dealing: Dealing) -> None:
    dealing.registered()
    sent = submit(dealing, replace(DRAFT, title="<b>Nye</b> dage"))

    told = mail(f"knowledge_renosyd_{sent.update_id}")
    text = render(f"{told.template}.txt", **told.facts)
    html = render(f"{told.template}.html", **told.facts)

    assert told.subject == "RenoSyd har sendt viden til agenterne"
    read = " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
    for said in ("»<b>Nye</b> dage«", "1. marts 2025"):
        assert said in text
        assert said in read
    assert str(told.facts["page_url"]) in html
    assert str(told.facts["page_url"]) in text
    assert DRAFT.text not in text + html, "the text itself stands on the page alone"


@st.composite
def decided_or_not(draw: st.DrawFn) -> KnowledgeUpdate:
    act = Act(by=draw(st.text()), at=draw(st.datetimes(timezones=st.just(UTC))), on=draw(st.dates()))
    draft = Draft(title=draw(st.text()), text=draw(st.text()), valid_from=draw(st.dates()))
    received = KnowledgeUpdate(
        partner_id="renosyd", partner_name=draw(st.text()), update_id="0" * 24, draft=draft, received=act
    )
    return draw(
        st.sampled_from(
            (received, updates.published(received, act=act), updates.declined(received, reason="nej", act=act))
        )
    )


@given(decided_or_not())
def test_what_is_stored_is_read_as_it_was(update: KnowledgeUpdate) -> None:
    assert update_from_json(update_to_json(update)) == update


@given(st.text(), st.text())
def test_a_draft_is_the_same_with_other_spaces_around_it_and_other_line_ends(title: str, text: str) -> None:
    plain = text.replace("\r", "\n")
    act = Act(by=STAFF, at=datetime(2025, 2, 5, 5, tzinfo=UTC), on=TODAY)
    draft = Draft(title=title, text=plain, valid_from=TODAY)
    try:
        update = updates.received(draft, partner=RENOSYD, update_id="0" * 24, waiting=0, act=act)
    except FormRefused:
        return

    assert update.says(update.draft)
    assert update.says(Draft(title=f"{title} ", text=f" {plain}".replace("\n", "\r\n"), valid_from=TODAY))
    assert not update.says(replace(draft, valid_from=TODAY + timedelta(days=1)))
