"""What a partner's page shows of its load: forecasts against the calls that came, and its systems' calls to the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

from chalicelib.common.danish import clock_time, counted, long_date, month_name, number, percent
from chalicelib.common.months import Month
from chalicelib.kpi.figures import PartnerFigures
from chalicelib.partners.forecasts.comparison import Totals, WeekLoad, totals
from chalicelib.partners.forecasts.store import Forecast
from chalicelib.partners.forecasts.weeks import Week

_DAYS_SHOWN = 30
_UNKNOWN = "–"


def load_facts(
    loads: Sequence[WeekLoad],
    *,
    forecast_by_week: Mapping[Week, Forecast],
    figures_by_month: Mapping[Month, PartnerFigures | None],
    reads_reports: bool,
) -> dict[str, Any]:
    """Return the weeks and the months behind them. A month's source leads to its report for who may read that."""
    both = totals(loads)
    latest = max((each.accepted_at for each in forecast_by_week.values()), default=None)
    return {
        "summary": _summary(both) if both else None,
        "latest": clock_time(latest) if latest else None,
        "weeks": [_week_row(each, forecast_by_week.get(each.week)) for each in loads],
        "months": [_month_row(month, told, reads_reports) for month, told in figures_by_month.items()],
    }


def calls_since(today: date) -> date:
    """Return the first of the days whose calls to the API are shown."""
    return today - timedelta(days=_DAYS_SHOWN - 1)


def calls_facts(calls_by_day: Mapping[date, int], *, today: date) -> dict[str, Any]:
    """Return how often the partner's systems called: in all, and on each day, the newest last."""
    days = [calls_since(today) + timedelta(days=each) for each in range(_DAYS_SHOWN)]
    counts = [calls_by_day.get(day, 0) for day in days]
    return {
        "total": counted(sum(counts), "kald", "kald") if any(counts) else None,
        "most": number(max(counts)),
        "counts": counts,
        "span": f"{long_date(days[0])} – {long_date(days[-1])}",
        "days": [
            {"day": long_date(day), "calls": number(count)}
            for day, count in zip(reversed(days), reversed(counts), strict=True)
            if count
        ],
    }


def _summary(both: Totals) -> str:
    weeks = counted(both.weeks, "uge", "uger")
    told = f"I {weeks}, hvor begge dele kendes, ventede partneren {number(both.forecast)} opkald. Der kom omkring "
    apart = both.actual - both.forecast
    if apart == 0 or both.forecast == 0:
        return f"{told}{number(both.actual)}."
    direction = "flere" if apart > 0 else "færre"
    return f"{told}{number(both.actual)}: {percent(abs(apart), both.forecast)} {direction} end ventet."


def _week_row(load: WeekLoad, forecast: Forecast | None) -> dict[str, str]:
    apart = None
    if load.forecast is not None and load.actual_calls is not None:
        apart = load.actual_calls - load.forecast
    return {
        "week": f"Uge {load.week.number} fra {long_date(load.week.first_day)}",
        "forecast": _forecast(forecast),
        "actual": _UNKNOWN if load.actual_calls is None else number(load.actual_calls),
        "apart": _UNKNOWN if apart is None else _signed(apart),
    }


def _forecast(forecast: Forecast | None) -> str:
    if forecast is None:
        return _UNKNOWN
    changed = f" (revision {forecast.revision})" if forecast.revision > 1 else ""
    return f"{number(forecast.total)}{changed}"


def _signed(value: int) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{number(abs(value))}"


def _month_row(month: Month, told: PartnerFigures | None, reads_reports: bool) -> dict[str, Any]:
    """Return a month's calls with where they come from: `Revision 1, 2024-03_2025-01.csv, række 9`."""
    if told is None:
        return {"month": month_name(month), "calls": _UNKNOWN, "source": "Ingen tal", "report": None}
    source = told.source
    sheet = f", ark {source.sheet}" if source.sheet else ""
    return {
        "month": month_name(month),
        "calls": number(told.offered),
        "source": f"Revision {told.revision}, {PurePosixPath(source.key).name}{sheet}, række {source.row}",
        "report": f"/rapporter/{source.drop_id}" if reads_reports else None,
    }
