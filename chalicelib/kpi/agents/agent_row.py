"""One row of an agents' sheet: its columns, and what its cells say.

A row either says figures that can be true or is rejected with each column, value and reason. Percentages are held
against the counts and not kept. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import NamedTuple, TypeVar

from chalicelib.common import municipalities
from chalicelib.common.months import Month
from chalicelib.kpi.agents.agent_rules import COUNT_FIELDS, Figures, impossible
from chalicelib.kpi.files.sheets import Cell, is_blank, shown
from chalicelib.kpi.tables import danish_values
from chalicelib.kpi.tables.columns import Column, Columns
from chalicelib.kpi.tables.danish_values import BadValue
from chalicelib.kpi.tables.months_named import month_of

LONGEST_AGENT_ID = 64  # characters
#: No agent takes a million calls in a month: such a number is a slip.
LARGEST_COUNT = 1_000_000
#: [A] Nobody talks two hours on average: such a time is minutes and seconds typed into Excel as hours and minutes.
LONGEST_AVERAGE_TALK_SECONDS = 2 * 3600
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


class RowFault(NamedTuple):
    """A field that makes its row impossible, the cell as it stands, and the reason, a Danish predicate."""

    field: str
    cell: Cell
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """What a row says, as far as it can be read: a part that can't is None. It is good when there are no faults.

    `municipality` is the municipality as it is written.
    """

    month: Month | None
    municipality: str
    municipality_code: str | None
    agent: str | None
    figures: Figures | None
    faults: tuple[RowFault, ...]


def read_row(cells: Sequence[Cell], index_by_field: Mapping[str, int], *, sheet_month: Month | None) -> AgentRow:
    """Return what the row says and all that is wrong with it by itself. `sheet_month` stands in for its own month."""
    row = _RowReader(cells, index_by_field)
    month = row.read("month", month_of)
    if month is None and not row.faults:
        month = sheet_month
        if month is None:
            row.faults.append(RowFault("month", "", "mangler: hverken rækken, arket eller filens navn siger den"))
    code = row.require("municipality", municipality_code)
    agent = row.require("agent", agent_id)
    before = len(row.faults)
    figures = row.figures()
    if len(row.faults) > before:
        figures = None
    if figures is not None:
        row.faults.extend(RowFault(field, row.cell(field), reason) for field, reason in impossible(figures))
        row.check_percentage(figures)
    return AgentRow(
        month=month,
        municipality=intern(shown(row.cell("municipality"))),  # some tens of texts in 100,000 rows
        municipality_code=code,
        agent=agent,
        figures=figures,
        faults=tuple(row.faults),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRow:
    """What a totals row states: a value by field, readings of its percentage, and the cells that can't be read."""

    value_by_field: Mapping[str, int]
    percentage: tuple[danish_values.Percentage, ...]
    faults: tuple[RowFault, ...]


def read_stated(cells: Sequence[Cell], index_by_field: Mapping[str, int]) -> StatedRow:
    """Return what a totals row states; a count may be any size."""
    row = _RowReader(cells, index_by_field)
    parser_by_field = dict.fromkeys(COUNT_FIELDS, danish_values.whole_number) | {
        "talk_seconds": average_talk,
        "satisfaction_hundredths": satisfaction,
    }
    values = {field: row.read(field, parse) for field, parse in parser_by_field.items()}
    return StatedRow(
        value_by_field={field: value for field, value in values.items() if value is not None},
        percentage=row.read("percentage", danish_values.percentages) or (),
        faults=tuple(row.faults),
    )


T = TypeVar("T")


class _RowReader:
    """Reads the cells of one row by field and gathers the faults."""

    __slots__ = ("_cells", "_index_by_field", "faults")

    def __init__(self, cells: Sequence[Cell], index_by_field: Mapping[str, int]) -> None:
        self._cells = cells
        self._index_by_field = index_by_field
        self.faults: list[RowFault] = []

    def cell(self, field: str) -> Cell:
        index = self._index_by_field.get(field, len(self._cells))
        return self._cells[index] if index < len(self._cells) else ""

    def read(self, field: str, parse: Callable[[Cell], T]) -> T | None:
        """Return the field's value; None when the cell is blank or, with a fault, can't be read."""
        cell = self.cell(field)
        if is_blank(cell):
            return None
        try:
            return parse(cell)
        except BadValue as bad:
            self.faults.append(RowFault(field, cell, bad.reason))
            return None

    def require(self, field: str, parse: Callable[[Cell], T]) -> T | None:
        if is_blank(self.cell(field)):
            self.faults.append(RowFault(field, "", "mangler"))
            return None
        return self.read(field, parse)

    def figures(self) -> Figures | None:
        answered = self.require("answered", call_count)
        resolved = self.require("resolved", call_count)
        optional = {field: self.read(field, parse) for field, parse in OPTIONAL_PARSERS.items()}
        if answered is None or resolved is None:
            return None
        return Figures(answered=answered, resolved=resolved, **optional)

    def check_percentage(self, figures: Figures) -> None:
        readings = self.read("percentage", danish_values.percentages)
        if readings is None:
            return
        if figures.answered == 0:
            agreed = any(reading.value == 0 for reading in readings)
        else:
            agreed = danish_values.agrees(readings, part=figures.resolved, whole=figures.answered)
        if not agreed:
            cell = self.cell("percentage")
            self.faults.append(RowFault("percentage", cell, "passer ikke med straksafklarede og besvarede opkald"))


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
    if len(agent) > LONGEST_AGENT_ID:
        raise BadValue(f"har mere end {LONGEST_AGENT_ID} tegn")
    if not agent.isprintable():
        raise BadValue("indeholder usynlige tegn")
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


@lru_cache(maxsize=16384, typed=True)
def average_talk(cell: Cell) -> int:
    """Return the mean talk time in seconds.

    Raises:
        BadValue: not a duration, or longer than any mean can be.
    """
    seconds = danish_values.seconds(cell)
    if seconds > LONGEST_AVERAGE_TALK_SECONDS:
        raise BadValue("er urimeligt lang; er timer og minutter skrevet for minutter og sekunder?")
    return seconds


@lru_cache(maxsize=16384, typed=True)
def call_count(cell: Cell) -> int:
    """Return a number of calls or answers of one agent.

    Raises:
        BadValue: not a whole number, negative, or larger than any agent's can be.
    """
    count = danish_values.whole_number(cell)
    if count > LARGEST_COUNT:
        raise BadValue("er urimeligt stort")
    return count


OPTIONAL_PARSERS: Mapping[str, Callable[[Cell], int]] = {
    "cold": call_count,
    "warm": call_count,
    "talk_seconds": average_talk,
    "satisfaction_hundredths": satisfaction,
    "satisfaction_answers": call_count,
}
