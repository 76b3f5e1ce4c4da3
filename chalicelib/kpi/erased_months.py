"""What a file says of months whose persons are erased: its rows are rejected, so that nothing comes back.

Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.common.danish import month_name
from chalicelib.common.months import Month
from chalicelib.kpi.findings import Fault, Findings

_REASON = "er slettet: måneden er ældre, end tal om personer gemmes. Rækken indlæses ikke; tag den ud af filen"


def named(findings: Findings, is_erased: Callable[[Month], bool]) -> frozenset[Month]:
    """Return the erased months that rows of the file are about."""
    months = {line.month for line in findings.lines} | {whom.month for whom in findings.rejected if whom.month}
    return frozenset(month for month in months if is_erased(month))


def rejected(findings: Findings, months: frozenset[Month], *, month_label: str) -> Findings:
    """Return the findings with the lines of these months rejected. `month_label`: what the month's column is called."""
    if not months:
        return findings
    faults = [
        Fault(sheet=line.sheet, row=line.row, column=month_label, value=month_name(line.month), reason=_REASON)
        for line in findings.lines
        if line.month in months
    ]
    return replace(
        findings,
        lines=[line for line in findings.lines if line.month not in months],
        faults=[*findings.faults, *faults],
    )
