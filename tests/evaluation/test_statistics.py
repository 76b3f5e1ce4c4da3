"""The guard, exact in integers, and the interval that mails show."""

from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.evaluation.statistics import is_significantly_below, wilson_interval


@pytest.mark.parametrize(("answered", "critical"), [(60, 27), (90, 44), (150, 77), (300, 162)])
def test_the_critical_counts_at_60_percent_are_those_decided_on(answered: int, critical: int) -> None:
    def is_below(resolved: int) -> bool:
        return is_significantly_below(answered=answered, resolved=resolved, target_percent=60, level_permille=25)

    assert is_below(critical)
    assert not is_below(critical + 1)


@given(st.integers(1, 60), st.data(), st.integers(1, 99), st.integers(1, 500))
def test_the_guard_is_the_exact_binomial_probability(
    answered: int, data: st.DataObject, target: int, level: int
) -> None:
    resolved = data.draw(st.integers(0, answered))
    p = Fraction(target, 100)
    probability = sum(comb(answered, k) * p**k * (1 - p) ** (answered - k) for k in range(resolved + 1))

    found = is_significantly_below(answered=answered, resolved=resolved, target_percent=target, level_permille=level)

    assert found == (probability <= Fraction(level, 1000))


def test_without_calls_nothing_is_sure() -> None:
    assert not is_significantly_below(answered=0, resolved=0, target_percent=60, level_permille=25)


@pytest.mark.parametrize(("resolved", "expected"), [(10, False), (9, True)])
def test_a_target_of_100_percent_is_missed_by_one_call(resolved: int, expected: bool) -> None:
    found = is_significantly_below(answered=10, resolved=resolved, target_percent=100, level_permille=25)

    assert found is expected


@pytest.mark.parametrize(
    ("resolved", "answered", "low", "high"),
    [
        (11, 20, "34.2", "74.2"),
        (50, 100, "40.4", "59.6"),
        (59, 100, "49.2", "68.1"),
        (0, 40, "0.0", "8.8"),
        (40, 40, "91.2", "100.0"),
    ],
)
def test_the_interval_is_wilsons(resolved: int, answered: int, low: str, high: str) -> None:
    assert wilson_interval(answered=answered, resolved=resolved) == (Decimal(low), Decimal(high))


def test_no_calls_have_no_interval() -> None:
    with pytest.raises(ValueError, match="no calls"):
        wilson_interval(answered=0, resolved=0)


@given(st.integers(1, 5000), st.data())
def test_the_interval_holds_the_share(answered: int, data: st.DataObject) -> None:
    resolved = data.draw(st.integers(0, answered))

    low, high = wilson_interval(answered=answered, resolved=resolved)

    assert Decimal(0) <= low <= high <= Decimal(100)
    assert low - Decimal("0.05") <= Decimal(100 * resolved) / answered <= high + Decimal("0.05")
