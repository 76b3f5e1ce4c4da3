"""One row of an agents' sheet: its columns, and what its cells say.

A row either says figures that can be true or is rejected with each column, value and reason. Percentages are held
against the counts and not kept. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from chalicelib.common import agent_ids, municipalities
from chalicelib.kpi.agents.agent_rules import Figures, impossible
from chalicelib.kpi.files.sheets import Cell, shown
from chalicelib.kpi.monthly.calls import average_talk, call_count
from chalicelib.kpi.monthly.row import Form, Mean, RowFault, RowReader
from chalicelib.kpi.tables import danish_values
from chalicelib.kpi.tables.columns import Column, Columns
from chalicelib.kpi.tables.danish_values import BadValue

LOWEST_SATISFACTION, HIGHEST_SATISFACTION = 1, 9

COLUMNS = Columns(
    Column(field="month", label="Måned", aliases=("Periode", "Md", "Måned år")),
    Column(
        field="municipality",
        label="Kommune",
        aliases=("Kommunenavn", "Kommunekode", "Kommunenr", "Agentens kommune"),
        required=True,
    ),
    Column(field="agent", label="Agent", aliases=("Agent id", "Agentid", "Agent nr", "Agentnr"), required=True),
    Column(
        field="answered",
        label="Besvarede opkald",
        aliases=("Besvarede", "Besvarede kald", "Antal besvarede opkald", "Antal besvarede"),
        required=True,
    ),
    Column(
        field="resolved",
        label="Straksafklarede",
        aliases=("Straksafklarede opkald", "Antal straksafklarede", "Antal straksafklarede opkald"),
        required=True,
    ),
    Column(
        field="percentage",
        label="Straksafklaring %",
        aliases=("Straksafklaring i %", "Straksafklaringsprocent", "Straksafklaringsgrad", "Straksafklarede %"),
    ),
    Column(field="cold", label="Omstillet koldt", aliases=("Omstillet kold", "Kolde omstillinger", "Kold omstilling")),
    Column(field="warm", label="Omstillet varmt", aliases=("Omstillet varm", "Varme omstillinger", "Varm omstilling")),
    Column(
        field="talk_seconds",
        label="Gns. samtaletid",
        aliases=("Gennemsnitlig samtaletid", "Samtaletid", "Samtaletid gns."),
    ),
    Column(
        field="satisfaction_hundredths",
        label="Tilfredshed (1-9)",
        aliases=("Tilfredshed 1-9", "Gns. tilfredshed", "Gennemsnitlig tilfredshed"),
    ),
    Column(
        field="satisfaction_answers",
        label="Antal tilfredshedssvar",
        aliases=("Tilfredshedssvar", "Antal svar", "Svar på tilfredshed"),
    ),
)


@lru_cache(maxsize=4096, typed=True)
def municipality_code(cell: Cell) -> str:
    """Return the code of the municipality that the cell names or numbers.

    Raises:
        BadValue: there is no such municipality.
    """
    text = shown(cell) if isinstance(cell, int | float) else cell
    municipality = municipalities.find(text) if isinstance(text, str) else None
    if municipality is None:
        raise BadValue("er ikke en dansk kommune")
    return municipality.code


def agent_id(cell: Cell) -> str:
    """Return the agent's id verbatim, without the white space around it.

    Raises:
        BadValue: too long, with invisible characters, or what Excel made of an id.
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = shown(cell)
    if not isinstance(cell, str):
        raise BadValue("er ikke et agent-id; har Excel lavet det om?")
    agent = cell.strip()
    fault = agent_ids.fault_of(agent)
    if fault is not None:
        raise BadValue(fault)
    return agent


@lru_cache(maxsize=16384, typed=True)
def satisfaction(cell: Cell) -> int:
    """Return the mean score in hundredths.

    Raises:
        BadValue: not a number from 1 to 9.
    """
    score = danish_values.decimal_number(cell)
    if not LOWEST_SATISFACTION <= score <= HIGHEST_SATISFACTION:
        raise BadValue("ligger uden for 1–9")
    return danish_values.hundredths(score)


OPTIONAL_PARSERS: Mapping[str, Callable[[Cell], int]] = {
    "cold": call_count,
    "warm": call_count,
    "talk_seconds": average_talk,
    "satisfaction_hundredths": satisfaction,
    "satisfaction_answers": call_count,
}


def _figures(row: RowReader) -> Figures | None:
    before = len(row.faults)
    answered = row.require("answered", call_count)
    resolved = row.require("resolved", call_count)
    optional = {field: row.read(field, parse) for field, parse in OPTIONAL_PARSERS.items()}
    if answered is None or resolved is None or len(row.faults) > before:
        return None
    figures = Figures(answered=answered, resolved=resolved, **optional)
    row.faults.extend(RowFault(field, row.cell(field), reason) for field, reason in impossible(figures))
    _check_percentage(row, figures)
    return figures


def _check_percentage(row: RowReader, figures: Figures) -> None:
    readings = row.read("percentage", danish_values.percentages)
    if readings is None:
        return
    if figures.answered == 0:
        agreed = any(reading.value == 0 for reading in readings)
    else:
        agreed = danish_values.agrees(readings, part=figures.resolved, whole=figures.answered)
    if not agreed:
        cell = row.cell("percentage")
        row.faults.append(RowFault("percentage", cell, "passer ikke med straksafklarede og besvarede opkald"))


FORM = Form(
    columns=COLUMNS,
    owner="municipality",
    owner_code=municipality_code,
    owner_name_by_code={code: each.name for code, each in municipalities.by_code.items()},
    key="agent",
    key_of=agent_id,
    fields=Figures._fields,
    mean_by_field={
        "talk_seconds": Mean(weight="answered", parse=average_talk),
        "satisfaction_hundredths": Mean(weight="satisfaction_answers", parse=satisfaction),
    },
    figures=_figures,
    only_members=True,
)
