"""What people's decisions mean for the evaluation of a month, whenever the month is evaluated again."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.cases.dossier import Dossier, Event
from chalicelib.cases.effects import NO_EFFECTS, effects
from chalicelib.cases.proofs import ProofKind
from chalicelib.common.months import Month
from tests.cases.dossiers import Following


def _of(dossier: Dossier, month: str) -> tuple[date | None, bool]:
    found = effects([dossier], month=Month.parse(month), evaluated_on=date(2025, 12, 31))
    return found.reset_on, found.is_paused


def test_an_undecided_proposal_means_nothing() -> None:
    following = Following()
    following.proposed()

    assert effects([following.dossier], month=Month.parse("2025-01"), evaluated_on=date(2025, 2, 5)) == NO_EFFECTS


def test_a_declined_proposal_starts_the_counter_anew_from_its_day_s_month_on() -> None:
    following = Following()
    following.proposed()
    following.told()
    following.decided(Event.DECLINED, date(2025, 2, 3))

    assert _of(following.dossier, "2025-01") == (None, False)
    assert _of(following.dossier, "2025-02") == (date(2025, 2, 3), False)
    assert _of(following.dossier, "2025-07") == (date(2025, 2, 3), False)


def test_a_month_that_ends_in_a_pause_is_a_paused_one() -> None:
    following = Following()
    following.paused(date(2025, 1, 25))
    for kind in ProofKind:
        following.trained(kind, verified=date(2025, 3, 10))

    assert [_of(following.dossier, month) for month in ("2024-12", "2025-01", "2025-02", "2025-03")] == [
        (None, False),
        (None, True),
        (None, True),
        (date(2025, 3, 10), False),
    ]


@pytest.mark.parametrize(("evaluated_on", "step_1", "is_trained"), [
    (date(2025, 1, 5), "2024-10", True),
    (date(2025, 1, 5), "2024-11", True),
    (date(2025, 1, 5), "2024-12", False),
    (date(2025, 1, 2), "2024-10", False),
])  # fmt: skip
def test_proofs_count_when_they_were_verified_before_the_month_s_evaluation(
    evaluated_on: date, step_1: str, is_trained: bool
) -> None:
    following = Following()
    following.trained(ProofKind.E_LEARNING, taken=date(2024, 11, 1), verified=date(2025, 1, 3))
    following.trained(ProofKind.PHYSICAL, taken=date(2024, 12, 12), verified=date(2025, 1, 3))

    found = effects([following.dossier], month=Month.parse("2024-12"), evaluated_on=evaluated_on)

    assert found.is_trained(Month.parse(step_1)) is is_trained
