"""The evaluation's ledger: each municipality's months, in revisions that never change.

Keys (a *run* is `live`, or one dry run such as `dry-2024-01-2024-03`):

- `municipality#<run>#<code>` / `head`: the current revision of each of the municipality's months; its version guards
  every write, so that two at once can't both win.
- `municipality#<run>#<code>` / `<month>#r<revision>`: one revision of the ledger. Nothing but erasing changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from chalicelib.common.clock import Clock
from chalicelib.common.errors import Refused
from chalicelib.common.months import Month
from chalicelib.evaluation.erased import without_gone
from chalicelib.evaluation.ledger import MonthCounts, MunicipalityMonth
from chalicelib.evaluation.ledger_json import (
    counts_from_json,
    counts_to_json,
    line_from_json,
    line_to_json,
    standing_from_json,
    standing_to_json,
)
from chalicelib.mail import outbox
from chalicelib.runtime.tables import (
    IntegerAttribute,
    JSONTextAttribute,
    MonthAttribute,
    Table,
    conflict_means,
    transaction,
)

#: A DynamoDB item holds 400 KB; a ledger line with its standing takes some 600 bytes.
MOST_AGENTS = 500


class TooManyAgents(Refused):
    """Raised when a municipality's month has more agents than one ledger revision holds."""

    code = "too_many_agents"

    def __init__(self, municipality_code: str) -> None:
        super().__init__(
            f"Kommune {municipality_code} har flere end {MOST_AGENTS} agenter i en måned. Kontakt driften."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The current revision of each evaluated month of a municipality, and the figures' revision that it judged.

    `version` 0 says there is none yet. `counts_by_month` stays when a month's revisions are erased, which was last done
    up to `erased_until`. What is read by a head with `hidden_until` has nobody who has had no row since.
    """

    municipality_code: str
    version: int = 0
    revision_by_month: Mapping[Month, int] = field(default_factory=dict)
    figures_revision_by_month: Mapping[Month, int] = field(default_factory=dict)
    counts_by_month: Mapping[Month, MonthCounts] = field(default_factory=dict)
    erased_until: Month | None = None
    hidden_until: Month | None = None

    def last_before(self, month: Month) -> Month | None:
        """Return the latest evaluated month before `month`."""
        return max((each for each in self.revision_by_month if each < month), default=None)

    def without_erased(self, last_erased: Month) -> Head:
        """Return it as if the months up to `last_erased` were erased, whether or not they are yet. It isn't stored."""
        kept = {month: number for month, number in self.revision_by_month.items() if month > last_erased}
        return replace(self, revision_by_month=kept, hidden_until=last_erased)


class _HeadRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="head")
    version = IntegerAttribute()
    revisions = JSONTextAttribute()
    counts = JSONTextAttribute(null=True)
    erased_until = MonthAttribute(null=True)

    def head(self) -> Head:
        return Head(
            municipality_code=self.pk.rpartition("#")[2],
            version=self.version,
            revision_by_month={Month.parse(month): told[0] for month, told in self.revisions.items()},
            figures_revision_by_month={Month.parse(month): told[1] for month, told in self.revisions.items()},
            counts_by_month={Month.parse(month): counts_from_json(told) for month, told in (self.counts or {}).items()},
            erased_until=self.erased_until,
        )


class _RevisionRow(Table):
    feature = "evaluation"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    figures_revision = IntegerAttribute()
    snapshot = UnicodeAttribute()
    rules = JSONTextAttribute()
    lines = JSONTextAttribute()
    standings = JSONTextAttribute()
    evaluated_at = UTCDateTimeAttribute()

    def municipality_month(self) -> MunicipalityMonth:
        code = self.pk.rpartition("#")[2]
        month_text, _, revision = self.sk.partition("#r")
        month = Month.parse(month_text)
        return MunicipalityMonth(
            municipality_code=code,
            month=month,
            revision=int(revision),
            figures_revision=self.figures_revision,
            snapshot=self.snapshot,
            rules=self.rules,
            lines=tuple(line_from_json(line, municipality_code=code, month=month) for line in self.lines),
            standings={agent: standing_from_json(stored) for agent, stored in self.standings.items()},
        )


def heads(run: str, municipality_codes: Iterable[str]) -> dict[str, Head]:
    """Return the head of each municipality, by code; an empty one for those never evaluated (strong reads)."""
    codes = list(municipality_codes)
    found = _HeadRow.batch_get(((_municipality(run, code), "head") for code in codes), consistent_read=True)
    head_by_code = {code: Head(municipality_code=code) for code in codes}
    for row in found:
        head = row.head()
        head_by_code[head.municipality_code] = head
    return head_by_code


def revision(run: str, municipality_code: str, month: Month, number: int) -> MunicipalityMonth:
    """Return one revision of a municipality's month, which must exist: its number came from a head."""
    row = _RevisionRow.get(_municipality(run, municipality_code), _revision_key(month, number), consistent_read=True)
    return row.municipality_month()


def current(run: str, head: Head, month: Month | None) -> MunicipalityMonth | None:
    """Return the month's current revision by its head; None when it was never evaluated."""
    number = None if month is None else head.revision_by_month.get(month)
    if month is None or number is None:
        return None
    found = revision(run, head.municipality_code, month, number)
    return found if head.hidden_until is None else without_gone(found, head.hidden_until)


def currents(run: str, head: Head, months: Iterable[Month]) -> tuple[MunicipalityMonth, ...]:
    """Return the current revisions of those months that were evaluated, oldest first (strong reads)."""
    return all_currents(run, [head], months)


def all_currents(run: str, heads: Iterable[Head], months: Iterable[Month]) -> tuple[MunicipalityMonth, ...]:
    """Return the current revisions of those months of several municipalities, by month and code (strong reads)."""
    wanted = set(months)
    keys = [
        (_municipality(run, head.municipality_code), _revision_key(month, number))
        for head in heads
        for month, number in head.revision_by_month.items()
        if month in wanted
    ]
    found = (row.municipality_month() for row in _RevisionRow.batch_get(keys, consistent_read=True))
    return tuple(sorted(found, key=lambda each: (each.month, each.municipality_code)))


def every_revision(run: str, municipality_code: str) -> tuple[MunicipalityMonth, ...]:
    """Return all revisions of all months of a municipality, by month and revision: one strong query."""
    rows = _RevisionRow.query(
        _municipality(run, municipality_code), _RevisionRow.sk.between("0", ":"), consistent_read=True
    )
    return tuple(row.municipality_month() for row in rows)


def check_size(municipality_code: str, agents: int) -> None:
    """Check that a municipality's month fits in one ledger revision.

    Raises:
        TooManyAgents: it doesn't.
    """
    if agents > MOST_AGENTS:
        raise TooManyAgents(municipality_code)


def commit(
    run: str,
    *,
    head: Head,
    evaluated: Sequence[MunicipalityMonth],
    mails: Sequence[outbox.Mail],
    clock: Clock,
) -> None:
    """Store new revisions of a municipality's months and the mails they cause: all of it, or nothing.

    Raises:
        Conflict: somebody else wrote this municipality since `head` was read.
    """
    revisions = dict(head.revision_by_month) | {month.month: month.revision for month in evaluated}
    judged = dict(head.figures_revision_by_month) | {month.month: month.figures_revision for month in evaluated}
    counts = dict(head.counts_by_month) | {month.month: month.counts() for month in evaluated}
    new_head = _HeadRow(
        _municipality(run, head.municipality_code),
        "head",
        version=head.version + 1,
        revisions={str(month): [number, judged[month]] for month, number in revisions.items()},
        counts={str(month): counts_to_json(each) for month, each in counts.items()},
        erased_until=head.erased_until,
    )
    unchanged = _HeadRow.pk.does_not_exist() if head.version == 0 else _HeadRow.version == head.version
    rows = [_revision_row(run, month, at=clock.now()) for month in evaluated]
    with conflict_means(f"kommune {head.municipality_code} blev evalueret samtidig"), transaction() as writes:
        writes.save(new_head, condition=unchanged)
        for row in rows:
            writes.save(row, condition=_RevisionRow.pk.does_not_exist())
        for mail in mails:
            outbox.record(writes, mail, clock=clock)


def _revision_row(run: str, month: MunicipalityMonth, *, at: datetime) -> _RevisionRow:
    standings: dict[str, Any] = {agent: standing_to_json(each) for agent, each in month.standings.items()}
    return _RevisionRow(
        _municipality(run, month.municipality_code),
        _revision_key(month.month, month.revision),
        figures_revision=month.figures_revision,
        snapshot=month.snapshot,
        rules=month.rules,
        lines=[line_to_json(line) for line in month.lines],
        standings=standings,
        evaluated_at=at,
    )


def _municipality(run: str, code: str) -> str:
    return f"municipality#{run}#{code}"


def _revision_key(month: Month, number: int) -> str:
    return f"{month}#r{number:06d}"
