"""Reads a file of kind `agent-kpi`: one sheet per month with a row per agent, totals rows, and a quarter sheet.

Pure: what it needs to know of today and of the members is given to it. No AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from chalicelib.common.danish import listed, month_name
from chalicelib.common.months import Month, Quarter
from chalicelib.kpi.agents.agent_row import COLUMNS, AgentRow, StatedRow
from chalicelib.kpi.agents.agent_rules import Figures
from chalicelib.kpi.agents.agent_sheet import AgentSheet, Circumstances, read_sheet
from chalicelib.kpi.agents.reconcile import Sum
from chalicelib.kpi.files.sheets import Sheet, shown
from chalicelib.kpi.findings import Difference, Fault, Findings, Line, RejectedWhom, Repeat, Role
from chalicelib.kpi.tables import repeats

_REPEATED = "står flere gange i måneden, og rækkerne er ikke ens"


def read(
    sheets: Iterable[Sheet], *, file_name: str, members_in: Callable[[Month], frozenset[str]], today: date
) -> Findings:
    """Return what the file holds. `members_in` gives the codes of a month's members; `today` is the business date.

    Raises:
        FileRefused: the file can't be read as a whole, or two places in it disagree about the period.
    """
    circumstances = Circumstances(
        file_name=file_name, members_in=members_in, is_over=lambda month: month.last_day < today
    )
    read_sheets = [read_sheet(sheet, circumstances) for sheet in sheets]
    months = [sheet for sheet in read_sheets if sheet.role is Role.FIGURES]
    faults = list(_faults(months))
    rejected = [
        RejectedWhom(month=row.month, municipality_code=row.municipality_code, key=row.agent)
        for sheet in months
        for _, row in sheet.rows
        if row.faults
    ]
    taken = repeats.sort(
        _lines(months),
        rejected=((whom.month, whom.key) for whom in rejected if whom.month is not None and whom.key is not None),
    )
    for line, other in taken.contradicting:
        faults.append(_contradiction(line, other))
        rejected.append(RejectedWhom(month=line.month, municipality_code=line.municipality_code, key=line.key))
    for sheet in read_sheets:
        if sheet.quarter is not None:
            _reconcile_quarter(sheet, sheet.quarter, months, taken.kept)
    return Findings(
        sheets=tuple(sheet.findings() for sheet in read_sheets),
        lines=taken.kept,
        faults=faults,
        repeats=[
            Repeat(sheet=line.sheet, row=line.row, key=line.key, first_sheet=first.sheet, first_row=first.row)
            for line, first in taken.repeats
        ],
        rejected=rejected,
        differences=[difference for sheet in read_sheets for difference in sheet.differences],
    )


def _lines(sheets: Iterable[AgentSheet]) -> Iterator[Line]:
    for sheet in sheets:
        for number, row in sheet.rows:
            if not row.faults:
                assert row.month is not None
                assert row.municipality_code is not None
                assert row.agent is not None
                assert row.figures is not None
                yield Line(
                    sheet=sheet.name,
                    row=number,
                    month=row.month,
                    municipality=row.municipality,
                    municipality_code=row.municipality_code,
                    key=row.agent,
                    values=row.figures,
                )


def _faults(sheets: Iterable[AgentSheet]) -> Iterator[Fault]:
    for sheet in sheets:
        for number, row in sheet.rows:
            for fault in row.faults:
                yield Fault(
                    sheet=sheet.name,
                    row=number,
                    column=COLUMNS.label_by_field.get(fault.field, ""),
                    value=shown(fault.cell),
                    reason=fault.reason,
                )


def _contradiction(line: Line, other: Line) -> Fault:
    where = "" if other is line else f" (også {_place(other)})"
    return Fault(
        sheet=line.sheet,
        row=line.row,
        column=COLUMNS.label_by_field["agent"],
        value=f"{shown(line.key)}{where}",
        reason=_REPEATED,
    )


def _place(line: Line) -> str:
    return f"række {line.row}" if line.sheet is None else f"arket {line.sheet}, række {line.row}"


def _reconcile_quarter(
    sheet: AgentSheet, quarter: Quarter, months: Iterable[AgentSheet], lines: Iterable[Line]
) -> None:
    """Hold the quarter sheet's row of each agent against what is accepted of its three months in the same file."""
    rows_by_agent: dict[tuple[str, str], list[Figures]] = {}
    for line in lines:
        if line.month in quarter.months:
            rows_by_agent.setdefault((line.municipality_code, line.key), []).append(Figures._make(line.values))
    seen = {row.month for month_sheet in months for _, row in month_sheet.rows}
    missing = [month for month in quarter.months if month not in seen]
    if missing:
        sheet.notes.append(
            f"Kan ikke kontrolleres: {listed([month_name(month) for month in missing])} er ikke i filen."
        )
        return
    stated_agents = set()
    for number, row in sheet.rows:
        sheet.differences.extend(_unreadable(sheet, number, row))
        if row.municipality_code is not None and row.agent is not None:
            agent = (row.municipality_code, row.agent)
            stated_agents.add(agent)
            if row.figures is not None:
                for mismatch in Sum(rows_by_agent.get(agent, ())).mismatches(_stated(row.figures)):
                    sheet.differences.append(
                        _difference(sheet, number, row.agent, mismatch.field, mismatch.stated, mismatch.counted)
                    )
    for unstated in sorted(rows_by_agent.keys() - stated_agents):
        if any(figures.answered for figures in rows_by_agent[unstated]):
            told = ("agent", "står ikke i kvartalet", "står i månederne")
            sheet.differences.append(_difference(sheet, 0, unstated[1], *told))


def _stated(figures: Figures) -> StatedRow:
    return StatedRow(
        value_by_field={field: value for field, value in figures._asdict().items() if value is not None},
        percentage=(),
        faults=(),
    )


def _unreadable(sheet: AgentSheet, number: int, row: AgentRow) -> Iterator[Difference]:
    for fault in row.faults:
        yield _difference(sheet, number, row.agent or "", fault.field, shown(fault.cell), fault.reason)


def _difference(sheet: AgentSheet, number: int, whom: str, field: str, stated: str, counted: str) -> Difference:
    return Difference(
        sheet=sheet.name,
        row=number,
        whom=whom,
        column=COLUMNS.label_by_field.get(field, ""),
        stated=stated,
        counted=counted,
    )
