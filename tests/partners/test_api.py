"""What each signed route answers, through the gateway and held to the site's role."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.common.clock import COPENHAGEN
from chalicelib.partners import pages, service, store
from chalicelib.partners.agreements import Terms
from chalicelib.partners.api import telling
from chalicelib.partners.forecasts import store as forecasts
from chalicelib.partners.forecasts.weeks import Week
from chalicelib.partners.knowledge import service as knowledge
from chalicelib.webhooks import outbox
from chalicelib.webhooks.outbox import EventType
from tests import faults
from tests.conftest import EmulatedAWS, SettableClock
from tests.kpi.conftest import Desk
from tests.kpi.files import csv_bytes
from tests.partners import racers
from tests.partners.calling import (
    AGREEMENT,
    EXTENSIONS,
    FIGURES,
    FORECAST,
    FORECASTS,
    KNOWLEDGE,
    UPDATE,
    WISH,
    Program,
)
from tests.partners.dealing import END, MANDATE, OPEN_TERMS, RENOSYD, STAFF, START, TERMS, Dealing, mail_ids
from tests.web import Site

#: What the secretariat, and for a wish the chair, are told of it.
MAILS_BY_PATH = {KNOWLEDGE: 1, EXTENSIONS: 1}
HEADINGS = ("Partner", "Måned", "Indkomne opkald", "Besvarede opkald", "Straksafklarede", "Gns. samtaletid")


@pytest.fixture
def drop(program: Program, clock: SettableClock, queued: Callable[[str], list[Any]]) -> Callable[..., None]:
    """Drop a file of partners' figures."""
    desk = Desk(clock, queued)

    def drop(*rows: list[object]) -> None:
        desk.drop(csv_bytes(*rows, headings=HEADINGS), key="drops/partner-kpi/partnere.csv")

    return drop


def told(answer: Any, status: int = 200) -> Any:
    """Return what an answer says, once it has the status."""
    assert (answer.status_code, answer.json) == (status, answer.json)
    return answer.json


def set_to(clock: SettableClock, instant: datetime) -> None:
    """Set both readings, as the machine's clock has them."""
    clock.set(instant=instant, business_date=instant.astimezone(COPENHAGEN).date())


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def pointers(answer: Any) -> list[str]:
    return [each["pointer"] for each in answer.json["errors"]]


def test_a_partner_reads_its_agreement(program: Program) -> None:
    agreement = {
        "number": 1,
        "start": "2025-03-01",
        "end": "2025-09-30",
        "review_date": None,
        "months": 7,
        "coverage": "Opkald om affald på hverdage",
        "expected_calls_per_month": 900,
        "price_per_call_oere": 2550,
        "mandate": "2024-06-19/12",
        "status": "active",
    }

    assert told(program.get(AGREEMENT)) == {
        "partner": {"id": "renosyd", "name": "RenoSyd", "cvr": "12345678", "queue": "RenoSyd"},
        "status": "active",
        "agreement": agreement,
        "agreements": [agreement],
        "extension_request": None,
    }


def test_a_proposal_is_not_told_before_it_is_agreed(dealing: Dealing, site: Site, clock: SettableClock) -> None:
    dealing.proposed()

    answer = told(Program(site, clock).get(AGREEMENT))

    assert (answer["status"], answer["agreement"], answer["agreements"]) == ("proposed", None, [])


def test_an_open_agreement_has_no_end_and_no_count_of_months(
    dealing: Dealing, site: Site, clock: SettableClock
) -> None:
    dealing.active(OPEN_TERMS)

    answer = told(Program(site, clock).get(AGREEMENT))

    agreement = answer["agreement"]
    assert (agreement["end"], agreement["months"], agreement["review_date"]) == (None, None, "2026-03-01")
    assert (answer["status"], agreement["status"]) == ("coming", "coming")


@pytest.mark.parametrize(
    ("end", "months"), [(date(2025, 9, 30), 7), (date(2025, 9, 15), 6), (date(2025, 4, 1), 1), (date(2025, 3, 20), 0)]
)
def test_an_agreement_s_months_are_its_whole_ones(
    dealing: Dealing, site: Site, clock: SettableClock, end: date, months: int
) -> None:
    dealing.active(replace(TERMS, period=replace(TERMS.period, end=end)))

    assert told(Program(site, clock).get(AGREEMENT))["agreement"]["months"] == months


def test_an_agreement_s_days_tell_where_it_stands_though_nobody_noted_the_end(
    program: Program, dealing: Dealing
) -> None:
    dealing.extend()
    dealing.move_to(END + timedelta(days=1))

    answer = told(program.get(AGREEMENT))

    assert [(each["number"], each["status"]) for each in answer["agreements"]] == [(1, "ended"), (2, "active")]
    assert (answer["status"], answer["agreement"]["number"], answer["agreement"]["start"]) == (
        "active",
        2,
        "2025-10-01",
    )


def test_what_becomes_of_a_wish_to_extend_is_told_with_the_agreement(program: Program, dealing: Dealing) -> None:
    asked = told(program.post(EXTENSIONS, WISH), 201)

    assert asked == {**WISH, "status": "open", "asked_on": "2025-03-03"}
    assert told(program.get(AGREEMENT))["extension_request"] == asked
    dealing.extend()
    assert told(program.get(AGREEMENT))["extension_request"] == {**asked, "status": "granted"}


def test_a_wish_that_is_declined_or_lapses_is_told_with_the_agreement_and_by_no_webhook(
    program: Program, dealing: Dealing, clock: SettableClock
) -> None:
    asked = told(program.post(EXTENSIONS, WISH), 201)
    service.decline_extension("renosyd", decision_id=MANDATE, reason="Der er ikke plads.", by=STAFF, clock=clock)

    assert told(program.get(AGREEMENT))["extension_request"] == {**asked, "status": "declined"}
    assert outbox.latest("renosyd") == ()

    program.post(EXTENSIONS, WISH)
    dealing.morning(END + timedelta(days=1))

    assert told(program.get(AGREEMENT))["extension_request"]["status"] == "lapsed"
    assert [each.event.type for each in outbox.latest("renosyd")] == [EventType.AGREEMENT_ENDED]


@pytest.mark.parametrize("key", ["old", "new"])
def test_the_history_says_which_key_acted(dealing: Dealing, site: Site, clock: SettableClock, key: str) -> None:
    dealing.active()
    dealing.move_to(START)
    program_by_key = {"old": Program(site, clock), "new": Program(site, clock)}
    program = program_by_key[key]

    program.put(f"{FORECASTS}/2025-W10", FORECAST)
    program.post(EXTENSIONS, WISH)
    update = told(program.post(KNOWLEDGE, UPDATE), 201)["id"]

    by = f"partner:renosyd/{program.signer.key_id}"
    (forecast,) = forecasts.history("renosyd", Week(2025, 10))
    (request,) = service.partnership("renosyd").extension_requests
    asked = store.history("renosyd")[-1]
    assert asked.act.by == by
    assert pages.log([asked], [])[0]["by"] == f"Partneren med nøglen {program.signer.key_id}"
    assert (forecast.by, request.asked_by) == (by, by)
    assert knowledge.of_partner("renosyd", update).received.by == by


def test_a_partner_reads_the_figures_of_its_own_queue(program: Program, drop: Callable[..., None]) -> None:
    drop(["RENOSYD", "01-2025", 1624, 1312, 979, "03:44"], ["Reno Djurs", "01-2025", 50, 40, 30, "02:00"])

    assert told(program.get(f"{FIGURES}/2025-01")) == {
        "month": "2025-01",
        "revision": 1,
        "calls_offered": 1624,
        "calls_answered": 1312,
        "answer_rate_percent": 80.8,
        "calls_resolved": 979,
        "talk_seconds_mean": 224,
    }


def test_figures_are_found_by_the_queue_not_by_what_the_partner_is_called(
    dealing: Dealing, site: Site, clock: SettableClock, queued: Callable[[str], list[Any]]
) -> None:
    dealing.active(partner=replace(RENOSYD, queue="Reno Syd drift"))
    dealing.move_to(START)
    Desk(clock, queued).drop(
        csv_bytes(["RenoSyd", "01-2025", 1, 1, 1, ""], ["reno syd drift", "01-2025", 2, 1, 1, ""], headings=HEADINGS),
        key="drops/partner-kpi/partnere.csv",
    )

    assert told(Program(site, clock).get(f"{FIGURES}/2025-01"))["calls_offered"] == 2


def test_a_correction_is_the_next_revision_and_what_is_unknown_is_null(
    program: Program, drop: Callable[..., None]
) -> None:
    drop(["RenoSyd", "01-2025", 10, 9, 8, "03:44"])
    drop(["RenoSyd", "01-2025", 0, 0, 0, ""])

    answer = told(program.get(f"{FIGURES}/2025-01"))

    assert answer["revision"] == 2
    assert (answer["answer_rate_percent"], answer["talk_seconds_mean"]) == (None, None)


@pytest.mark.parametrize(
    ("offered", "answered", "percent"),
    [
        (0, 0, None),
        (1, 0, 0.0),
        (1, 1, 100.0),
        (3, 1, 33.3),
        (3, 2, 66.7),
        (2000, 1, 0.1),
        (2001, 1, 0.0),
        (16, 1, 6.3),
    ],
)
def test_an_answer_rate_has_one_decimal_half_up(offered: int, answered: int, percent: float | None) -> None:
    assert telling.answer_rate_percent(offered=offered, answered=answered) == percent


def test_a_month_without_figures_is_not_found_and_what_is_no_month_is_refused(program: Program) -> None:
    assert code(program.get(f"{FIGURES}/2025-01")) == (404, "no_figures")
    for wrong in ("2025-13", "2025-1", "2025", "0000-01", "januar", "2025-01-01"):
        assert code(program.get(f"{FIGURES}/{wrong}")) == (422, "not_a_month")


@pytest.mark.parametrize(
    ("month", "told_so"),
    [
        ("2025-1", "Måneden skal skrives som 2025-01: året og månedens nummer med to cifre."),
        ("2025-13", "Måneden findes ikke. Skriv en måned fra 01 til 12."),
        ("2025-00", "Måneden findes ikke. Skriv en måned fra 01 til 12."),
        ("0000-01", "Måneden findes ikke: året skal være fra 1900 til 9999."),
    ],
)
def test_a_month_that_isn_t_there_is_told_otherwise_than_one_that_is_misspelt(
    program: Program, month: str, told_so: str
) -> None:
    assert told(program.get(f"{FIGURES}/{month}"), 422)["detail"] == told_so


def test_a_partner_puts_a_forecast_and_the_same_again_is_no_new_one(program: Program) -> None:
    first = told(program.put(f"{FORECASTS}/2025-W10", FORECAST))

    assert first == {
        "week": "2025-W10",
        **FORECAST,
        "total": 200,
        "revision": 1,
        "accepted_at": "2025-03-03T05:00:00+00:00",
    }
    assert told(program.put(f"{FORECASTS}/2025-W10", FORECAST)) == first
    changed = {"calls_per_day": [1, 2, 3, 4, 5, 6, 7]}
    assert told(program.put(f"{FORECASTS}/2025-W10", changed))["revision"] == 2
    stored, by = forecasts.history("renosyd", Week(2025, 10)), f"partner:renosyd/{program.signer.key_id}"
    assert [(each.total, each.by) for each in stored] == [(200, by), (28, by)]


@pytest.mark.parametrize(
    ("week", "refused"),
    [
        ("2025-W09", "week_is_over"),
        ("2027-W10", "week_too_far_ahead"),
        ("2025-W53", "not_a_week"),
        ("2025-w10", "not_a_week"),
        ("2025-10", "not_a_week"),
    ],
)
def test_a_forecast_is_for_a_week_that_somebody_plans(program: Program, week: str, refused: str) -> None:
    assert code(program.put(f"{FORECASTS}/{week}", FORECAST)) == (422, refused)


@pytest.mark.parametrize(
    "calls",
    [
        [],
        [1] * 6,
        [1] * 8,
        [1] * 6 + [-1],
        [1] * 6 + [100_001],
        [1] * 6 + [1.0],
        [1] * 6 + ["1"],
        [1] * 6 + [True],
        [1] * 6 + [None],
        [1] * 6 + [[1]],
    ],
)
def test_a_forecast_is_seven_possible_numbers_of_calls(program: Program, calls: list[Any]) -> None:
    answer = program.put(f"{FORECASTS}/2025-W10", {"calls_per_day": calls})

    assert (code(answer), pointers(answer)) == ((422, "form_refused"), ["/calls_per_day"])
    assert "mandag først" in answer.text


def test_a_wish_that_the_agreement_doesn_t_allow_is_refused_as_staff_would_be(
    program: Program, dealing: Dealing
) -> None:
    assert code(program.post(EXTENSIONS, {**WISH, "until": "2025-09-30"})) == (422, "not_longer")
    assert code(program.post(EXTENSIONS, {**WISH, "until": "2099-01-01"})) == (422, "too_far_ahead")
    assert program.post(EXTENSIONS, WISH).status_code == 201
    assert code(program.post(EXTENSIONS, WISH)) == (409, "already_asked")


def test_an_agreement_without_an_end_is_not_extended(dealing: Dealing, site: Site, clock: SettableClock) -> None:
    dealing.active(OPEN_TERMS)
    dealing.move_to(START)

    assert code(Program(site, clock).post(EXTENSIONS, WISH)) == (409, "open_ended")


def test_all_of_a_wish_s_faults_are_told_at_once(program: Program) -> None:
    answer = program.post(EXTENSIONS, {"until": "2025-02-31", "expected_calls_per_month": -1})

    assert (code(answer), pointers(answer)) == ((422, "form_refused"), ["/until", "/expected_calls_per_month"])


def test_a_partner_sends_what_agents_should_know_and_follows_it(program: Program, clock: SettableClock) -> None:
    sent = program.post(KNOWLEDGE, UPDATE)

    answer = told(sent, 201)
    assert answer == {
        "id": answer["id"],
        **UPDATE,
        "status": "received",
        "reason": None,
        "received_at": "2025-03-03T05:00:00+00:00",
        "published_at": None,
    }
    assert sent.headers["Location"] == f"{KNOWLEDGE}/{answer['id']}"
    assert told(program.get(sent.headers["Location"])) == answer
    knowledge.decline("renosyd", answer["id"], reason="Det står der allerede.", by=STAFF, clock=clock)
    assert told(program.get(sent.headers["Location"])) == {
        **answer,
        "status": "declined",
        "reason": "Det står der allerede.",
    }


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", ""),
        ("title", " "),
        ("title", "x" * 121),
        ("title", "to\nlinjer"),
        ("text", ""),
        ("text", "x" * 4001),
        ("text", "\x00"),
        ("valid_from", "2025-02-30"),
        ("valid_from", "2025-03-02"),
        ("valid_from", "2027-03-04"),
    ],
)
def test_a_knowledge_update_s_fields_are_named_when_they_can_t_be_taken(
    program: Program, field: str, wrong: str
) -> None:
    answer = program.post(KNOWLEDGE, {**UPDATE, field: wrong})

    assert (code(answer), pointers(answer)) == ((422, "form_refused"), [f"/{field}"])


def test_the_day_after_the_end_only_the_agreement_is_read(program: Program, dealing: Dealing) -> None:
    update = told(program.post(KNOWLEDGE, UPDATE), 201)["id"]
    dealing.move_to(END)
    assert program.get(f"{KNOWLEDGE}/{update}").status_code == 200
    dealing.move_to(END + timedelta(days=1))

    refused = [
        program.get(f"{FIGURES}/2025-01"),
        program.put(f"{FORECASTS}/2025-W45", FORECAST),
        program.post(EXTENSIONS, WISH),
        program.post(KNOWLEDGE, {**UPDATE, "valid_from": "2025-12-01"}),
        program.get(f"{KNOWLEDGE}/{update}"),
        program.get(f"{KNOWLEDGE}/unknown"),
        program.get(f"{FIGURES}/januar"),
    ]

    assert {code(each) for each in refused} == {(403, "agreement_not_in_force")}
    answer = told(program.get(AGREEMENT))
    assert (answer["status"], answer["agreement"]["status"]) == ("ended", "ended")
    assert forecasts.current("renosyd", Week(2025, 45)) is None


@pytest.mark.parametrize(("path", "value"), [(KNOWLEDGE, UPDATE), (EXTENSIONS, WISH)])
def test_after_the_end_a_post_that_was_answered_before_is_refused_too(
    program: Program, clock: SettableClock, path: str, value: dict[str, Any]
) -> None:
    set_to(clock, datetime(2025, 9, 30, 21, 30, tzinfo=UTC))
    value = {**value, "valid_from": "2025-12-01"} if path == KNOWLEDGE else value
    assert program.post(path, value, key="k").status_code == 201
    assert program.post(path, value, key="k").status_code == 201

    set_to(clock, datetime(2025, 9, 30, 22, 0, tzinfo=UTC))

    assert code(program.post(path, value, key="k")) == (403, "agreement_not_in_force")


@pytest.mark.parametrize(
    ("before", "midnight"),
    [
        pytest.param(403, datetime(2025, 2, 28, 23, tzinfo=UTC), id="the first day, 1 March in winter"),
        pytest.param(200, datetime(2025, 9, 30, 22, tzinfo=UTC), id="after the last, 30 September in summer"),
    ],
)
def test_an_agreement_begins_and_ends_at_danish_midnight(
    dealing: Dealing, site: Site, clock: SettableClock, before: int, midnight: datetime
) -> None:
    dealing.active()
    path = f"{FORECASTS}/2025-W45"

    set_to(clock, midnight - timedelta(minutes=30))
    program = Program(site, clock)
    assert program.put(path, FORECAST).status_code == before

    set_to(clock, midnight + timedelta(minutes=30))
    assert {program.put(path, FORECAST).status_code, before} == {200, 403}


def test_before_the_first_day_a_partner_is_told_when_it_begins(
    dealing: Dealing, site: Site, clock: SettableClock
) -> None:
    dealing.active()

    answer = Program(site, clock).get(f"{FIGURES}/2025-01")

    assert code(answer) == (403, "agreement_not_in_force")
    assert "1. marts 2025" in answer.text


def test_between_two_agreements_a_partner_is_refused(program: Program, dealing: Dealing) -> None:
    dealing.morning(END + timedelta(days=1))
    later: Terms = replace(TERMS, period=replace(TERMS.period, start=date(2025, 12, 1), end=date(2026, 5, 31)))
    service.propose("renosyd", later, by=STAFF, clock=dealing.clock)
    service.activate("renosyd", decision_id=MANDATE, by=STAFF, clock=dealing.clock)

    assert program.get(f"{FIGURES}/2025-01").status_code == 403
    dealing.move_to(date(2025, 12, 1))
    assert program.get(f"{FIGURES}/2025-01").status_code == 404


def test_an_agreement_that_is_ended_early_stops_the_program_the_day_after(program: Program, dealing: Dealing) -> None:
    last_day = date(2025, 3, 10)
    service.end("renosyd", last_day=last_day, reason="Aftalt.", by=STAFF, clock=dealing.clock)

    dealing.move_to(last_day)
    assert program.put(f"{FORECASTS}/2025-W12", FORECAST).status_code == 200
    dealing.move_to(last_day + timedelta(days=1))
    assert program.put(f"{FORECASTS}/2025-W12", FORECAST).status_code == 403


@pytest.mark.parametrize(("path", "value"), [(KNOWLEDGE, UPDATE), (EXTENSIONS, WISH)])
def test_idem_same_key_same_answer(program: Program, path: str, value: dict[str, Any]) -> None:
    first = program.post(path, value, key="k")
    mails, partnership = mail_ids(), store.get("renosyd")

    again = program.post(path, value, key="k")

    assert first.status_code == 201
    for part in ("status_code", "data", "content_type"):
        assert getattr(again, part) == getattr(first, part)
    assert again.headers.get("Location") == first.headers.get("Location")
    assert (mail_ids(), store.get("renosyd")) == (mails, partnership)


@pytest.mark.parametrize(("path", "value"), [(KNOWLEDGE, UPDATE), (EXTENSIONS, WISH)])
def test_idem_other_body_422(program: Program, path: str, value: dict[str, Any]) -> None:
    program.post(path, value, key="k")
    before = mail_ids()

    assert code(program.post(path, {**value, "more": 1}, key="k")) == (422, "idempotency_key_reused")
    assert code(program.post(EXTENSIONS if path == KNOWLEDGE else KNOWLEDGE, value, key="k")) == (
        422,
        "idempotency_key_reused",
    )
    assert mail_ids() == before


@pytest.mark.parametrize("number", range(1, 13))
@pytest.mark.parametrize(("path", "value"), [(KNOWLEDGE, UPDATE), (EXTENSIONS, WISH)])
def test_a_post_whose_worker_died_is_done_once_when_it_comes_again(
    program: Program, clock: SettableClock, path: str, value: dict[str, Any], number: int
) -> None:
    before = set(mail_ids())
    with suppress(faults.Crash), faults.crash_at(number, "after"):
        program.post(path, value, key="k")
    clock.set(instant=clock.now() + timedelta(seconds=61))

    assert program.post(path, value, key="k").status_code == 201

    assert len(set(mail_ids()) - before) == MAILS_BY_PATH[path]
    found = store.get("renosyd")
    assert found is not None
    assert len(found.extension_requests) == (path == EXTENSIONS)


def test_a_day_later_the_same_wish_is_still_the_same(program: Program, dealing: Dealing) -> None:
    first = told(program.post(EXTENSIONS, WISH, key="k"), 201)
    dealing.move_to(date(2025, 3, 5))

    assert told(program.post(EXTENSIONS, WISH, key="k"), 201) == first
    assert code(program.post(EXTENSIONS, {**WISH, "until": "2026-06-30"}, key="k")) == (422, "idempotency_key_reused")
    dealing.move_to(date(2025, 3, 8))
    assert code(program.post(EXTENSIONS, {**WISH, "until": "2026-06-30"}, key="k")) == (409, "key_used")


@pytest.mark.campaign
@pytest.mark.parametrize(("path", "value"), [(KNOWLEDGE, UPDATE), (EXTENSIONS, WISH)])
def test_of_fifty_calls_at_once_with_one_key_one_acts(
    served_aws: EmulatedAWS, program: Program, path: str, value: dict[str, Any]
) -> None:
    before = set(mail_ids())
    signer = program.signer
    call = (path, signer.key_id, signer.private_key.private_bytes_raw(), json.dumps(value).encode())

    with multiprocessing.get_context("spawn").Pool(4) as pool:
        answers = pool.map(racers.post, [call] * 50, chunksize=1)

    taken = {told for status, told in answers if status == 201}
    assert len(taken) == 1
    assert {json.loads(told)["code"] for status, told in answers if status != 201} <= {"call_in_progress"}
    assert len(set(mail_ids()) - before) == MAILS_BY_PATH[path]
    found = store.get("renosyd")
    assert found is not None
    assert len(found.extension_requests) == (path == EXTENSIONS)
