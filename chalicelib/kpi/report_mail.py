"""The mail that tells the secretariat of a file with something wrong in it.

Figures of persons don't belong in a mail: it says how many rows, why and where, and links to the report.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from chalicelib.common.danish import clock_time, counted
from chalicelib.kpi.drops import Drop, Status
from chalicelib.kpi.findings import Fault, Findings, Role
from chalicelib.kpi.kinds import Kind
from chalicelib.kpi.outcome import Outcome, advice
from chalicelib.kpi.report import STATUS_NAME
from chalicelib.mail.outbox import Mail
from chalicelib.rulebook import book
from chalicelib.runtime import settings

#: So many places are named for each reason; the report has them all.
PLACES_NAMED = 10


def report_mail(drop: Drop, kind: Kind | None, outcome: Outcome, *, today: date) -> Mail:
    """Return the mail about the drop's report, held in the quiet period. Its id is the drop's: there is one at most."""
    findings = outcome.findings
    facts: dict[str, Any] = {
        "file_name": drop.place.file_name or drop.key,
        "arrived": clock_time(drop.arrived_at),
        "status": STATUS_NAME[outcome.status],
        "reason": outcome.reason,
        "count": dict(outcome.count_by_name),
        "reasons": _reasons(outcome, kind),
        "sheets": _names(findings, Role.REFUSED),
        "hidden_sheets": _names(findings, Role.HIDDEN),
        "differences": len(findings.differences) if findings is not None else 0,
        "advice": advice(outcome),
        "report_url": f"{settings.base_url()}/rapporter/{drop.drop_id}",
        "report_key": f"{drop.report_key}.html",
    }
    return Mail(
        mail_id=f"drop_{drop.drop_id}",
        to=(settings.secretariat_address(),),
        subject=_subject(drop, outcome),
        template="kpi/drop_report",
        facts=facts,
        send_from=book.load().release_date(today),
    )


def _subject(drop: Drop, outcome: Outcome) -> str:
    name = "".join(mark for mark in drop.place.file_name if mark.isprintable())[:80]
    if outcome.status is Status.REFUSED:
        return f"Filen {name} er afvist"
    rejected = outcome.count_by_name.get("rejected", 0)
    if rejected:
        return f"Filen {name}: {counted(rejected, 'afvist række', 'afviste rækker')}"
    return f"Filen {name}: noget passer ikke"


def _names(findings: Findings | None, role: Role) -> list[str]:
    """Return the names of the file's sheets of this role; a CSV's one sheet has none."""
    if findings is None:
        return []
    return [sheet.name for sheet in findings.sheets if sheet.role is role and sheet.name is not None]


def _reasons(outcome: Outcome, kind: Kind | None) -> list[dict[str, Any]]:
    """Return each column and reason with how many faults there are and where the first ones stand."""
    if kind is None:
        return []
    faults_by_reason: dict[tuple[str, str], list[Fault]] = {}
    for fault in outcome.faults(kind.owner_label):
        faults_by_reason.setdefault((fault.column, fault.reason), []).append(fault)
    return [
        {
            "column": column,
            "reason": reason,
            "count": len(faults),
            "places": [_place(fault) for fault in faults[:PLACES_NAMED]],
            "more": max(0, len(faults) - PLACES_NAMED),
        }
        for (column, reason), faults in faults_by_reason.items()
    ]


def _place(fault: Fault) -> str:
    return f"række {fault.row}" if fault.sheet is None else f"{fault.sheet}, række {fault.row}"
