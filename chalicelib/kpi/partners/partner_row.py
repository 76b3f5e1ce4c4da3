"""One row of a partners' sheet: its columns, and what its cells say.

The columns name one row per partner and month, so the partner is both whose month it is and the row's key.
Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from chalicelib.kpi.monthly.calls import average_talk, call_count
from chalicelib.kpi.monthly.row import Form, Mean, RowFault, RowReader
from chalicelib.kpi.partners.partner_name import partner_code
from chalicelib.kpi.partners.partner_rules import Figures, impossible
from chalicelib.kpi.tables.columns import Column, Columns

COLUMNS = Columns(
    Column(
        field="partner",
        label="Partner",
        aliases=("Partnernavn", "Partnerens navn", "Samarbejdspartner"),
        required=True,
    ),
    Column(field="month", label="Måned", aliases=("Periode", "Md", "Måned år")),
    Column(
        field="offered",
        label="Indkomne opkald",
        aliases=("Indkomne", "Indkomne kald", "Antal indkomne opkald", "Antal indkomne"),
        required=True,
    ),
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
        field="talk_seconds",
        label="Gns. samtaletid",
        aliases=("Gennemsnitlig samtaletid", "Samtaletid", "Samtaletid gns."),
    ),
)


def _figures(row: RowReader) -> Figures | None:
    before = len(row.faults)
    offered = row.require("offered", call_count)
    answered = row.require("answered", call_count)
    resolved = row.require("resolved", call_count)
    talk_seconds = row.read("talk_seconds", average_talk)
    if offered is None or answered is None or resolved is None or len(row.faults) > before:
        return None
    figures = Figures(offered=offered, answered=answered, resolved=resolved, talk_seconds=talk_seconds)
    row.faults.extend(RowFault(field, row.cell(field), reason) for field, reason in impossible(figures))
    return figures


FORM = Form(
    columns=COLUMNS,
    owner="partner",
    owner_code=partner_code,
    key="partner",
    key_of=partner_code,
    fields=Figures._fields,
    mean_by_field={"talk_seconds": Mean(weight="answered", parse=average_talk)},
    figures=_figures,
    only_members=False,
)
