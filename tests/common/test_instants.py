"""Instants as text: the order of the texts is the order of time, whatever zone and precision they were told in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.instants import instant_from, instant_text

_ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
_INSTANTS = st.datetimes(timezones=_ZONES).filter(lambda instant: 1 < instant.year < 9999)


@given(_INSTANTS, _INSTANTS)
def test_texts_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) is (one < other)
    assert (instant_text(one) == instant_text(other)) is (one == other)


@given(_INSTANTS)
def test_an_instant_is_read_as_it_was_written(instant: datetime) -> None:
    assert instant_from(instant_text(instant)) == instant
    assert instant_from(instant_text(instant)).tzinfo is UTC


def test_a_whole_second_is_written_as_long_as_any() -> None:
    assert instant_text(datetime(2025, 2, 5, 6, tzinfo=UTC)) == "2025-02-05T06:00:00.000000+00:00"


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        instant_text(datetime(2025, 2, 5, 6, tzinfo=UTC).replace(tzinfo=None))
