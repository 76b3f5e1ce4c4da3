"""What the pages of governance show of meetings, items and rules: facts for the templates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from chalicelib.common.danish import clock_time, long_date
from chalicelib.governance.rule_forms import FORM_BY_NAME, texts_of
from chalicelib.governance.rule_words import WORDING_BY_NAME, in_words
from chalicelib.governance.written import ITEM_TYPE_NAME
from chalicelib.rulebook.book import Registration
from chalicelib.rulebook.meetings import Decision, ItemType, Meeting
from chalicelib.rulebook.rules import Rule, RuleBook, RuleName

#: For the choice of an item's type: (letter, name).
ITEM_TYPES = [(each.value, f"{name} ({each.value})") for each, name in ITEM_TYPE_NAME.items()]
_NAME_BY_REGISTRAR = {"system": "systemet, da det blev taget i brug"}
_WORD_BY_DECISION = {"antagelse": "Ingen: en antagelse", "vedtægter": "Vedtægterne"}
#: The list of all rules shows so many lines of a value; the rule's own page has them all.
_LINES_IN_LIST = 4


def meeting(meeting: Meeting) -> dict[str, Any]:
    return {
        "path": f"/moeder/{meeting.day.isoformat()}",
        "day": long_date(meeting.day),
        "host": meeting.host or "Ikke oplyst",
        "registered": _registered(meeting.registered_by, clock_time(meeting.registered_at)),
    }


def item(item: Decision) -> dict[str, Any]:
    return {
        "number": item.item,
        "decision_id": item.decision_id,
        "is_decision": item.type is ItemType.DECISION,
        "type": ITEM_TYPE_NAME[item.type],
        "lines": item.text.split("\n"),
        "registered": _registered(item.registered_by, clock_time(item.registered_at)),
    }


def rules(book: RuleBook, *, today: date, meeting_days: Collection[str]) -> list[dict[str, Any]]:
    """Return every rule as it stands today, with what is coming and how many came before."""
    return [
        _in_list([rule for rule in book.rules if rule.name is name], name, today=today, meeting_days=meeting_days)
        for name in RuleName
    ]


def rule(
    name: RuleName,
    history: Iterable[tuple[Rule, Registration | None]],
    *,
    today: date,
    meeting_days: Collection[str],
) -> dict[str, Any]:
    """Return one rule with all its dated values, the latest first."""
    all_dated = list(history)
    current = _current([each for each, _ in all_dated], today)
    return {
        "name": name.value,
        "title": WORDING_BY_NAME[name].title,
        "about": WORDING_BY_NAME[name].about,
        "texts": texts_of(name, current.value) if current else {},
        "values": [
            {
                **_dated(each, meeting_days),
                "state": "coming" if each.in_force_from > today else "current" if each == current else "earlier",
                "note": each.note.removeprefix("[A] "),  # the decision says that it is an assumption
                "registered": _registered(who.by, clock_time(who.at)) if who else _NAME_BY_REGISTRAR["system"],
            }
            for each, who in reversed(all_dated)
        ],
    }


def inputs(name: RuleName) -> list[dict[str, Any]]:
    """Return the fields in which a value of the rule is written."""
    return [asdict(each) for each in FORM_BY_NAME[name].inputs]


def _in_list(dated: Sequence[Rule], name: RuleName, *, today: date, meeting_days: Collection[str]) -> dict[str, Any]:
    current = _current(dated, today)
    coming = [each for each in dated if each.in_force_from > today]
    return {
        "path": f"/regler/{name.value}",
        "title": WORDING_BY_NAME[name].title,
        "current": _cut(_dated(current, meeting_days)) if current else None,
        "coming": [_cut(_dated(each, meeting_days)) for each in coming],
        "earlier": len(dated) - len(coming) - (current is not None),
    }


def _current(dated: Sequence[Rule], today: date) -> Rule | None:
    begun = [each for each in dated if each.in_force_from <= today]
    return max(begun, key=lambda each: each.in_force_from, default=None)


def _dated(rule: Rule, meeting_days: Collection[str]) -> dict[str, Any]:
    day, _, number = rule.decision_id.partition("/")
    path = f"/moeder/{day}{f'#punkt-{number}' if number else ''}" if day in meeting_days else None
    return {
        "in_force_from": long_date(rule.in_force_from),
        "lines": in_words(rule.name, rule.value),
        "decision": _WORD_BY_DECISION.get(rule.decision_id, rule.decision_id),
        "decision_path": path,
        "more": 0,
    }


def _cut(dated: dict[str, Any]) -> dict[str, Any]:
    lines = dated["lines"]
    if len(lines) <= _LINES_IN_LIST:
        return dated
    return {**dated, "lines": lines[: _LINES_IN_LIST - 1], "more": len(lines) - _LINES_IN_LIST + 1}


def _registered(by: str, at: str) -> str:
    return _NAME_BY_REGISTRAR.get(by) or f"{by}, {at}"
