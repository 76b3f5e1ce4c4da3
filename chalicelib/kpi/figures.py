"""The read door of the figures: the only part of kpi that other features may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.common.months import Month, months_from
from chalicelib.kpi import figure_store
from chalicelib.kpi.agents.agent_rules import KIND, Figures
from chalicelib.kpi.cells import Entry, Source
from chalicelib.kpi.partners import partner_name, partner_rules
from chalicelib.kpi.tables.danish_values import BadValue

__all__ = [
    "AgentFigure",
    "MunicipalityFigures",
    "PartnerFigures",
    "Source",
    "agent_months",
    "is_partner_name",
    "municipality_month",
    "partner_code",
    "partner_month",
    "revisions",
    "stored_months",
    "stored_revisions",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigure:
    """An agent's figures of a month. None is unknown, which is not 0.

    `talk_seconds` is the mean of the answered calls; `satisfaction_hundredths` the mean score (100–900) of the answers.
    """

    municipality_code: str
    month: Month
    agent: str
    answered: int
    resolved: int
    cold: int | None
    warm: int | None
    talk_seconds: int | None
    satisfaction_hundredths: int | None
    satisfaction_answers: int | None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityFigures:
    """The figures of a municipality's agents in a month, by agent. `revision` counts from 1 without gaps."""

    revision: int
    figures: tuple[AgentFigure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFigures:
    """The figures of a partner's own queue in a month. None is unknown, which is not 0.

    `talk_seconds` is the mean of the answered calls. `revision` counts from 1 without gaps.
    """

    month: Month
    revision: int
    offered: int
    answered: int
    resolved: int
    talk_seconds: int | None
    source: Source


def municipality_month(code: str, month: Month) -> MunicipalityFigures | None:
    """Return the current figures of the municipality's agents; None when there are none."""
    cell = figure_store.head(KIND, month).cell_by_code.get(code)
    if cell is None:
        return None
    rows = figure_store.entries(KIND, month, {code: cell.body})[code]
    return MunicipalityFigures(
        revision=cell.body.revision, figures=tuple(_agent_figure(code, month, row) for row in rows)
    )


def agent_months(agent: str, months: Iterable[Month]) -> tuple[AgentFigure, ...]:
    """Return an agent's current figures of these months, in whatever municipality, by month and municipality.

    Whose month the agent stands in isn't known before it is read, so all are: for each month one read of its head, and
    one batch of a hundred keys, of which a municipality has one or a few.
    """
    return tuple(figure for month in months for figure in _agent_month(agent, month))


def _agent_month(agent: str, month: Month) -> list[AgentFigure]:
    body_by_code = {code: cell.body for code, cell in figure_store.head(KIND, month).cell_by_code.items()}
    return [
        _agent_figure(code, month, row)
        for code, rows in sorted(figure_store.entries(KIND, month, body_by_code).items())
        for row in rows
        if row.key == agent
    ]


def partner_code(name: str) -> str:
    """Return what all spellings of a partner's name share: two names of one code have the same figures."""
    return partner_name.code_of(name)


def is_partner_name(name: str) -> bool:
    """Whether a file can call a partner so: else there will never be figures by that name."""
    try:
        partner_name.partner_code(name)
    except BadValue:
        return False
    return True


def partner_month(name: str, month: Month) -> PartnerFigures | None:
    """Return the current figures of the partner that files call by this name, in any case; None when there are none."""
    code = partner_code(name)
    cell = figure_store.head(partner_rules.KIND, month).cell_by_code.get(code)
    if cell is None:
        return None
    (row,) = figure_store.entries(partner_rules.KIND, month, {code: cell.body})[code]
    told = partner_rules.Figures._make(row.values)
    return PartnerFigures(month=month, revision=cell.body.revision, source=row.source, **told._asdict())


def revisions(month: Month) -> dict[str, int]:
    """Return the current revision of each municipality that has figures for the month."""
    return {code: cell.body.revision for code, cell in figure_store.head(KIND, month).cell_by_code.items()}


def stored_revisions(since: Month, until: Month) -> dict[Month, dict[str, int]]:
    """Return the revisions by municipality of each month from `since` to `until` that has figures, oldest first."""
    return {
        month: {code: cell.body.revision for code, cell in head.cell_by_code.items()}
        for month, head in figure_store.heads(KIND, months_from(since, until)).items()
    }


def stored_months(since: Month, until: Month) -> dict[Month, tuple[AgentFigure, ...]]:
    """Return the current figures of all agents in each month from `since` to `until` that has any, oldest first.

    Within a month by municipality and agent. Read in batches: what takes a read per municipality and month is slow.
    """
    heads = figure_store.heads(KIND, months_from(since, until))
    bodies = {(month, code): cell.body for month, head in heads.items() for code, cell in head.cell_by_code.items()}
    found: dict[Month, list[AgentFigure]] = {}
    for (month, code), rows in sorted(figure_store.entries_of_months(KIND, bodies).items(), key=lambda item: item[0]):
        found.setdefault(month, []).extend(_agent_figure(code, month, row) for row in rows)
    return {month: tuple(figures) for month, figures in found.items() if figures}


def _agent_figure(code: str, month: Month, row: Entry) -> AgentFigure:
    told = Figures._make(row.values)
    return AgentFigure(municipality_code=code, month=month, agent=row.key, source=row.source, **told._asdict())
