"""What became of a drop as a whole: its final status, the reason in Danish, and the account of its rows.

Pure: no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.common import municipalities
from chalicelib.kpi.changes import CellReport, MonthReport
from chalicelib.kpi.corrections import Result
from chalicelib.kpi.drops import Status
from chalicelib.kpi.findings import Fault, Findings, Line

_NOTHING_FOUND = "Der er ingen rækker med tal for en måned i filen."
_ALL_REJECTED = "Alle filens rækker er afvist."
_SUPERSEDED = "Alle filens tal er overhalet: der gælder en nyere fil for dem."
_NO_CHANGE = "Filen siger det samme som de tal, der gælder allerede."

_FILE_REFUSED = "Ret filen, og læg den op igen; de tal, der gælder i forvejen, bliver stående så længe."
_ROWS_REJECTED = "De afviste rækker er ikke indlæst; for dem gælder de tidligere tal. Ret dem, og læg filen op igen."
_SHEETS_UNREAD = (
    "Det, der står på ark, som ikke er læst, er ikke indlæst; dér gælder de tidligere tal. "
    "Ret filen, og læg den op igen."
)
_ROWS_ACCEPTED = "Rækkerne er indlæst."
_SUMS_DIFFER = "Se efter, om summerne eller rækkerne skal rettes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A drop's final status with everything that its report tells. `findings` is None when the file wasn't read."""

    status: Status
    reason: str = ""
    findings: Findings | None = None
    months: Sequence[MonthReport] = ()

    @property
    def cells(self) -> tuple[CellReport, ...]:
        return tuple(cell for month in self.months for cell in month.cells)

    def faults(self, columns_label: str) -> Iterator[Fault]:
        """Yield every fault of the file's rows, those found against the stored figures last."""
        if self.findings is not None:
            yield from self.findings.faults
        for month in self.months:
            for line, code in month.elsewhere:
                yield _elsewhere(line, code, columns_label)

    @property
    def count_by_name(self) -> Mapping[str, int]:
        """The account: accepted, rejected, repeated, superseded and the other rows add up to `rows`."""
        if self.findings is None:
            return {}
        sheets = [sheet.rows for sheet in self.findings.sheets]
        elsewhere = sum(len(month.elsewhere) for month in self.months)
        superseded = sum(month.superseded for month in self.months)
        return {
            "rows": sum(rows.all for rows in sheets),
            "accepted": len(self.findings.lines) - elsewhere - superseded,
            "rejected": len({(fault.sheet, fault.row) for fault in self.findings.faults}) + elsewhere,
            "repeated": len(self.findings.repeats),
            "superseded": superseded,
            "blank": sum(rows.blank for rows in sheets),
            "texts": sum(rows.texts for rows in sheets),
            "headers": sum(rows.headers for rows in sheets),
            "totals": sum(rows.totals for rows in sheets),
            "quarter": sum(rows.quarter for rows in sheets),
            "unread": sum(rows.unread for rows in sheets),
        }

    @property
    def asks_for_attention(self) -> bool:
        """Whether somebody must be told by mail: rows were rejected, sheets left unread, or sums don't add up."""
        if self.status is Status.REFUSED:
            return True
        if self.findings is None:
            return False
        return bool(self.count_by_name["rejected"] or self.findings.unread_sheets or self.findings.differences)


def of(findings: Findings, months: Sequence[MonthReport]) -> Outcome:
    """Return the outcome of a file that was read, by what became of its cells."""
    results = {cell.result for month in months for cell in month.cells}
    status, reason = Status.REFUSED, _ALL_REJECTED
    if Result.REVISED in results:
        status, reason = Status.INGESTED, ""
    elif Result.SAME in results:
        status, reason = Status.NO_CHANGE, _NO_CHANGE
    elif Result.SUPERSEDED in results:
        status, reason = Status.SUPERSEDED, _SUPERSEDED
    elif not findings.faults:
        reason = " ".join(sheet.note for sheet in findings.unread_sheets) or _NOTHING_FOUND
    return Outcome(status=status, reason=reason, findings=findings, months=months)


def advice(outcome: Outcome) -> str:
    """Return what to do about a file that asks for attention, and which figures stand until then."""
    if outcome.status is Status.REFUSED:
        return _FILE_REFUSED
    count = outcome.count_by_name
    if count.get("rejected"):
        return _ROWS_REJECTED
    if count.get("unread"):
        return _SHEETS_UNREAD
    return f"{_ROWS_ACCEPTED} {_SUMS_DIFFER}" if count.get("accepted") else _SUMS_DIFFER


def _elsewhere(line: Line, code: str, columns_label: str) -> Fault:
    municipality = municipalities.by_code.get(code)
    where = municipality.name if municipality is not None else "en anden kommune"
    return Fault(
        sheet=line.sheet,
        row=line.row,
        column=columns_label,
        value=line.owner,
        reason=f"passer ikke: agenten står allerede under {where} i måneden",
    )
