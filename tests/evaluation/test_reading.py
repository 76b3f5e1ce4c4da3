"""What others read of the evaluation."""

from __future__ import annotations

from chalicelib.evaluation import reading, wording
from chalicelib.evaluation.rules import Outcome, Reason
from tests.evaluation.hotline import DECEMBER, HIGH, LOW, NOVEMBER, OCTOBER, Hotline
from tests.evaluation.test_following import fill


def test_the_latest_months_of_a_municipality_are_read_as_they_stand_now(hotline: Hotline) -> None:
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)
    hotline.evaluate_up_to(DECEMBER)
    fill(hotline, NOVEMBER, k751={"751-001": HIGH, "751-002": LOW, "751-003": HIGH})
    hotline.ask("751", NOVEMBER)
    hotline.drain()

    months = reading.months_of("751")

    assert [(each.month, each.revision) for each in months] == [(OCTOBER, 1), (NOVEMBER, 2), (DECEMBER, 2)]
    assert {each.municipality_code for each in months} == {"751"}
    assert [each.month for each in reading.months_of("751", most=2)] == [NOVEMBER, DECEMBER]


def test_a_municipality_never_evaluated_has_no_months(hotline: Hotline) -> None:
    assert reading.months_of("751") == ()


def test_every_outcome_and_reason_is_put_in_words() -> None:
    assert set(wording.STEP_TEXT) == set(Outcome)
    assert set(wording.REASON_TEXT) == set(Reason)
