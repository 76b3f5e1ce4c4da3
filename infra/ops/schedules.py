"""Which functions run by a schedule, as infra/app.yaml says: each may be invoked at any time, and does what is due."""

from __future__ import annotations

import re
from functools import cache

from infra.local.template import APP_TEMPLATE, load


@cache
def expressions() -> dict[str, str]:
    """Return each scheduled function's expression, in Danish time: `{"cases-daily": "cron(20 6 * * ? *)"}`."""
    return {
        re.sub("(?<!^)(?=[A-Z])", "-", name).lower(): event["Properties"]["ScheduleExpression"]
        for name, resource in load(APP_TEMPLATE)["Resources"].items()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event.get("Type") == "ScheduleV2"
    }


def function_of(schedule: str) -> str | None:
    """Return the function that a schedule runs, by the schedule's name, which begins with it in some spelling."""
    spelled = _bare(schedule)
    fitting = [function for function in expressions() if spelled.startswith(_bare(function))]
    return max(fitting, key=len, default=None)


def _bare(name: str) -> str:
    return name.replace("-", "").lower()
