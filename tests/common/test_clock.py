"""The two readings of the clock: the instant in UTC, and the Danish business date."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.common.clock import SystemClock


class StoppedClock(SystemClock):
    def __init__(self, instant: datetime) -> None:
        super().__init__()
        self._instant = instant

    def now(self) -> datetime:
        return self._instant


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(
            datetime(2024, 12, 31, 22, 59, tzinfo=UTC), date(2024, 12, 31), id="a minute before the Danish New Year"
        ),
        pytest.param(datetime(2024, 12, 31, 23, 0, tzinfo=UTC), date(2025, 1, 1), id="the Danish New Year"),
        pytest.param(datetime(2025, 6, 30, 22, 0, tzinfo=UTC), date(2025, 7, 1), id="midnight in summer time"),
        pytest.param(datetime(2025, 3, 30, 1, 0, tzinfo=UTC), date(2025, 3, 30), id="the night clocks go forward"),
        pytest.param(datetime(2025, 10, 26, 1, 0, tzinfo=UTC), date(2025, 10, 26), id="the night clocks go back"),
        pytest.param(datetime(2024, 2, 28, 23, 30, tzinfo=UTC), date(2024, 2, 29), id="a leap day"),
    ],
)
def test_the_business_date_is_the_date_in_copenhagen(instant: datetime, day: date) -> None:
    assert StoppedClock(instant).today() == day


def test_setting_the_business_date_never_moves_the_instant() -> None:
    clock = SystemClock()
    clock.business_date = date(2025, 2, 5)

    assert clock.today() == date(2025, 2, 5)
    assert clock.now().tzinfo is UTC
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 60
