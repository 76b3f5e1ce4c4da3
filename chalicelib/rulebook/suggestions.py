"""The latest decisions as pages show them beside a form, so that the right one is named knowingly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from textwrap import shorten
from typing import Any

from chalicelib.common.danish import long_date
from chalicelib.rulebook import decisions
from chalicelib.rulebook.decisions import Decision

_MOST_SHOWN = 10
_MEETINGS_SEARCHED = 20
_LETTERS_SHOWN = 120


def suggested(today: date) -> list[dict[str, str]]:
    """Return the facts of the latest decisions that can be named today, latest meeting first."""
    return [
        {
            "id": each.decision_id,
            "path": path_of(each),
            "day": long_date(each.meeting),
            "beginning": shorten(each.text, _LETTERS_SHOWN, placeholder=" …"),
        }
        for each in islice(_latest(today), _MOST_SHOWN)
    ]


def facts_of(decision: Decision) -> dict[str, Any]:
    """Return what a page shows of a decision that something rests on: its text by lines."""
    return {
        "id": decision.decision_id,
        "path": path_of(decision),
        "day": long_date(decision.meeting),
        "lines": [line for line in decision.text.splitlines() if line.strip()],
    }


def path_of(decision: Decision) -> str:
    """Return where the decision stands on the site."""
    return f"/moeder/{decision.meeting}#punkt-{decision.item}"


def _latest(today: date) -> Iterator[Decision]:
    for meeting in decisions.meetings()[:_MEETINGS_SEARCHED]:
        yield from (item for item in decisions.of_meeting(meeting.day) if item.grants_on(today))
