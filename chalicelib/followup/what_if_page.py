"""The what-if page: what another rule or start would have come to on the stored months. Counts alone, no agents.

The counts of a municipality with very few agents are those agents': the secretariat alone sees them by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from chalicelib.access.people import Role
from chalicelib.access.visit import Visit
from chalicelib.common import municipalities
from chalicelib.common.danish import counted, decimal_number, listed, month_name, number, quarter_name
from chalicelib.common.months import Month, months_from
from chalicelib.common.written import FormRefused
from chalicelib.evaluation import trying, what_if
from chalicelib.evaluation.what_if import Cell, Comparison, Tally, TriedOn, Try
from chalicelib.followup import what_if_chart, what_if_form
from chalicelib.followup.what_if_chart import Pair, Said
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.web import Answer

_KINDS = (
    ("Meddelelser om trin 1", "step_1"),
    ("Meddelelser om trin 2", "step_2"),
    ("Trin 3, men ikke opkald nok til at være sikker", "not_certain"),
    ("Trin 3, mens et forslag venter", "waiting"),
    ("Agenter med en pause foreslået", "proposals"),
    ("Mails til kommuner", "mails"),
)


def shown(visit: Visit) -> Answer:
    """Return the page: today's rule beside what was typed, or beside itself at first."""
    tried_on = trying.tried_on(clock=visit.clock)
    today = what_if_form.texts_of(tried_on.today, level_permille=tried_on.level_permille)
    typed = what_if_form.typed(visit.query, instead=today)
    answer: dict[str, Any] | None = None
    errors: Mapping[str, str] = {}
    try:
        tried = what_if_form.try_of(typed)
    except FormRefused as refused:
        errors = refused.message_by_field
    else:
        book, is_staff = rulebook.load(), visit.somebody.role is Role.SECRETARIAT
        least = 0 if is_staff else book.in_force(RuleName.SMALL_AGGREGATE_MINIMUM, visit.clock.today()).value
        answer = _answer(tried_on, tried, least=least) if tried_on.rows_by_month else None
    return visit.page(
        "followup/what_if.html",
        status=422 if errors else 200,
        form={name: getattr(what_if_form, name) for name in ("GUARD_CHOICES", "TARGET_HINT", "MINIMUM_HINT")},
        months=[month_name(month) for month in tried_on.rows_by_month],
        typed=typed,
        errors=errors,
        answer=answer,
    )


def _answer(tried_on: TriedOn, tried: Try, *, least: int) -> dict[str, Any]:
    """Return what the page says of a try."""
    found = what_if.compare(tried_on, tried)
    told = found.today.tally_by_code.keys() | found.tried.tally_by_code.keys()
    few = what_if.too_few(tried_on.rows_by_month, least=least)
    groups = [(_name(code), [code]) for code in sorted(told - few, key=_name)]
    groups += [("Øvrige", sorted(few))] if few else []
    return {
        "today_words": _words(found.today.total),
        "tried_words": _words(found.tried.total),
        "today_start": month_name(tried_on.today.first),
        "tried_start": month_name(tried.first),
        "today_months": _months_from(tried_on, tried_on.today.first),
        "tried_months": _months_from(tried_on, tried.first),
        "is_today": tried == tried_on.today,
        "totals": [
            {"name": name, **_compared(getattr(found.today.total, field), getattr(found.tried.total, field))}
            for name, field in _KINDS
        ],
        "chart": what_if_chart.drawn([_pair(name, codes, found) for name, codes in groups]),
        "municipalities": [_row(name, codes, found) for name, codes in groups],
        "folded_below": number(least) if few else "",
        **_grid(tried_on, found, tried),
    }


def _words(total: Tally) -> str:
    return (
        f"{counted(total.notices, 'meddelelse', 'meddelelser')} om trin 1 og 2 og "
        f"{counted(total.proposals, 'forslag', 'forslag')} om pause, i {counted(total.mails, 'mail', 'mails')}"
    )


def _months_from(tried_on: TriedOn, first: Month) -> str:
    """Return how many months from the first on have figures, and which of those running have none."""
    with_figures = [month for month in tried_on.rows_by_month if month >= first]
    said = counted(len(with_figures), "måned", "måneder")
    if not with_figures:
        return said
    missing = [month for month in months_from(first, max(with_figures)) if month not in tried_on.rows_by_month]
    return f"{said}; tal mangler for {listed(_runs(missing))}" if missing else said


def _runs(months: Sequence[Month]) -> list[str]:
    """Return months as people say them, those running together: `april 2024–september 2024`."""
    runs: list[tuple[Month, Month]] = []
    for month in months:
        if runs and runs[-1][1].next() == month:
            runs[-1] = (runs[-1][0], month)
        else:
            runs.append((month, month))
    return [month_name(a) if a == b else f"{month_name(a)}–{month_name(b)}" for a, b in runs]


def _compared(today: int, tried: int) -> dict[str, str]:
    return {"today": number(today), "tried": number(tried), "apart": _signed(tried - today)}


def _signed(apart: int) -> str:
    return f"{'+' if apart > 0 else '−'}{number(abs(apart))}" if apart else "0"


def _row(name: str, codes: Sequence[str], found: Comparison) -> dict[str, str]:
    today, tried = _said_in(codes, found)
    apart = f"{_signed(tried.notices - today.notices)} / {_signed(tried.proposals - today.proposals)}"
    return {
        "name": name,
        "today": _said(today.notices, today.proposals),
        "tried": _said(tried.notices, tried.proposals),
        "apart": apart,
    }


def _pair(name: str, codes: Sequence[str], found: Comparison) -> Pair:
    today, tried = _said_in(codes, found)
    return Pair(name=name, today=today, tried=tried)


def _said_in(codes: Sequence[str], found: Comparison) -> tuple[Said, Said]:
    """Return what today's rule and the tried one say in these municipalities together."""
    today, tried = (
        [by_code.get(code, Tally()) for code in codes]
        for by_code in (found.today.tally_by_code, found.tried.tally_by_code)
    )
    return _sum(today), _sum(tried)


def _sum(tallies: Sequence[Tally]) -> Said:
    return Said(notices=sum(each.notices for each in tallies), proposals=sum(each.proposals for each in tallies))


def _name(code: str) -> str:
    return municipalities.by_code[code].name


def _grid(tried_on: TriedOn, found: Comparison, tried: Try) -> dict[str, Any]:
    """Return the starts by quarter and target."""
    targets = sorted({target for cells in found.cell_by_start.values() for target in cells})
    return {
        "targets": [_target_name(target, tried_on, tried) for target in targets],
        "starts": [
            {
                "quarter": quarter_name(quarter),
                "months": _months_from(tried_on, quarter.months[0]),
                "cells": [_cell(cells[target], _count_from(tried_on, quarter.months[0])) for target in targets],
            }
            for quarter, cells in found.cell_by_start.items()
        ],
    }


def _count_from(tried_on: TriedOn, first: Month) -> int:
    return sum(month >= first for month in tried_on.rows_by_month)


def _cell(cell: Cell, months: int) -> dict[str, str]:
    """Return what a start comes to, and by the month: starts have different numbers of months."""
    by_month = decimal_number(Decimal(cell.notices) / months, places=1) if months else "0"
    return {"said": _said(cell.notices, cell.proposals), "by_month": f"{by_month} om måneden"}


def _target_name(target: int, tried_on: TriedOn, tried: Try) -> str:
    notes = [
        note
        for note, is_so in (
            ("reglens", target == tried_on.today.target_percent),
            ("prøvens", target == tried.target_percent != tried_on.today.target_percent),
        )
        if is_so
    ]
    return f"{target} %" + (f" ({notes[0]})" if notes else "")


def _said(notices: int, proposals: int) -> str:
    return f"{number(notices)} / {number(proposals)}"
