"""The outbox sends once, whatever fails: random schedules in virtual time, and each guard shown to be needed.

THREATS F7 to F14, F26, F27, I2, I20, I22.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.mail import rules, service
from chalicelib.mail.delivery import Answer, Attempt, Delivery, Evidence, Outcome, State
from chalicelib.runtime import clients
from tests.mail.fakes import MemoryStore
from tests.mail.simulation import CALM, DEAF, HALF_DEAF, HARSH, HAUNTED, Faults, simulate

_PROFILES = [
    pytest.param(CALM, 60, id="calm: only answers of the table and nudges are lost"),
    pytest.param(HARSH, 60, id="harsh: crashes, zombies, SES failing and losing answers"),
    pytest.param(HAUNTED, 20, id="haunted: many senders come back hours later"),
    pytest.param(HALF_DEAF, 40, id="half deaf: and half of the receipts are lost"),
    pytest.param(DEAF, 40, id="deaf: and all of the receipts are lost"),
]


@pytest.fixture(autouse=True)
def _quiet_and_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DDH_MAIL_CONFIGURATION_SET", "ddh-test-mail")
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(("faults", "schedules"), _PROFILES)
def test_every_mail_is_sent_once_and_none_is_lost(faults: Faults, schedules: int) -> None:
    report = simulate(range(schedules), faults)

    assert report.violations == []
    assert report.counts["schedules"] == schedules


@pytest.mark.campaign
@pytest.mark.parametrize(("faults", "schedules"), _PROFILES)
def test_every_mail_is_sent_once_and_none_is_lost_in_a_large_campaign(faults: Faults, schedules: int) -> None:
    report = simulate(range(10_000, 10_000 + 12 * schedules), faults)

    print(dict(report.counts))  # noqa: T201  # the campaign's counts belong into CI's log
    assert report.violations == []
    assert report.counts["schedules"] == 12 * schedules


def test_with_receipts_nothing_is_sent_twice_and_without_them_only_what_is_marked() -> None:
    with_receipts = simulate(range(500, 520), HARSH)
    without = simulate(range(500, 520), DEAF)

    assert with_receipts.counts["sent twice"] == 0
    assert 0 < without.counts["sent twice"] <= without.counts["marked may_be_duplicate"]


# Each guard removed in turn must be missed: the simulation finds a violation, or the guard is not needed.


def _anybody_may_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "is_due", lambda delivery, *, now, today: delivery.state in ("PENDING", "SENDING"))


def _a_claim_has_no_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    def current(delivery: Delivery, owner: str) -> Attempt | None:
        return delivery.attempts[-1] if delivery.state is State.SENDING else None

    monkeypatch.setattr(rules, "claim_of", current)


def _writes_are_unconditional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryStore, "_holds", lambda store, mail_id, before: True)


def _the_key_is_not_natural(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryStore, "_is_new", lambda store, mail: True)


def _the_attempt_is_no_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_is_current", lambda delivery, number: delivery.state is State.SENDING)


def _a_lease_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "lease_is_over", lambda attempt, *, now: False)


def _there_is_no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.mail.delivery.GRACE", timedelta())


def _the_sdk_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "_ONCE", clients._RETRYING)


def _receipts_are_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "settle", lambda envelope, *, store: None)


def _a_lost_answer_counts_as_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.mail.answers._BEFORE_THE_REQUEST", frozenset({"ReadTimeoutError"}))


def _a_server_error_counts_as_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_sent(code: str, *, status: int) -> Answer:
        return Answer(outcome=Outcome.NOT_SENT, code=code)

    monkeypatch.setattr("chalicelib.mail.sending.answer_to_response", not_sent)


def _a_refusal_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.mail.answers._ABOUT_THE_MAIL", frozenset())


def _a_claim_that_met_itself_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def once(mail_id: str, decide: Callable[[Delivery], Delivery], *, store: Any) -> Delivery | None:
        stored = store.get(mail_id)
        after = decide(stored.delivery)
        return after if store.replace(mail_id, stored.delivery, after) else None

    monkeypatch.setattr(service, "_change", once)


def _nobody_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "sweep", lambda *, clock, store, nudge: None)


def _unknown_outcomes_are_repeated_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "UNKNOWN_OUTCOMES_ALLOWED", 99)


def _the_hold_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "is_due", lambda delivery, *, now, today: delivery.state is State.PENDING)


def _the_last_receipt_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def evidence(delivery: Delivery) -> Evidence:
        return delivery.receipts[0].evidence if delivery.receipts else Evidence(len(delivery.attempts) > 0)

    monkeypatch.setattr(Delivery, "evidence", property(evidence))


@pytest.mark.parametrize(
    ("remove", "faults", "first_seed"),
    [
        (_anybody_may_claim, HARSH, 0),
        (_a_claim_has_no_owner, HARSH, 0),
        (_writes_are_unconditional, HARSH, 0),
        (_the_key_is_not_natural, HARSH, 0),
        (_the_attempt_is_no_fence, HAUNTED, 160),
        (_a_lease_never_ends, HAUNTED, 0),
        (_there_is_no_grace, HARSH, 0),
        (_the_sdk_retries, HARSH, 0),
        (_receipts_are_not_settled, HARSH, 0),
        (_a_lost_answer_counts_as_not_sent, HARSH, 220),
        (_a_server_error_counts_as_not_sent, HARSH, 0),
        (_a_refusal_is_tried_again, HARSH, 0),
        (_a_claim_that_met_itself_is_given_up, CALM, 0),
        (_nobody_sweeps, CALM, 0),
        (_unknown_outcomes_are_repeated_for_ever, DEAF, 0),
        (_the_hold_is_forgotten, HARSH, 0),
        (_the_last_receipt_stands, HARSH, 0),
    ],
)
def test_the_simulation_misses_each_guard_that_is_removed(
    remove: Callable[[pytest.MonkeyPatch], None], faults: Faults, first_seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(monkeypatch)

    # Starts near a schedule that is known to miss the guard; should the code change, the search goes on.
    report = simulate(range(first_seed, first_seed + 2_000), faults, until_violation=True)

    assert report.violations, f"nothing happened without this guard in {report.counts['schedules']} schedules"
