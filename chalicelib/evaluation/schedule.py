"""When a month is evaluated, by the calendar. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.common.months import Month

#: The day of the month on which the month before is evaluated; the schedule in infra/app.yaml fires on it.
EVALUATION_DAY_OF_MONTH = 5


def evaluation_day(month: Month) -> date:
    """Return the day on which `month` is evaluated: the 5th of the month after."""
    return month.next().first_day.replace(day=EVALUATION_DAY_OF_MONTH)


def month_due_on(day: date) -> Month:
    """Return the latest month whose day of evaluation has come."""
    last_month = Month.of(day).previous()
    return last_month if day >= evaluation_day(last_month) else last_month.previous()


def first_day_without_missing(month: Month, *, wait_days: int) -> date:
    """Return the first day on which the secretariat may start the month without the municipalities that miss."""
    return evaluation_day(month) + timedelta(days=wait_days)
