"""The rulebook as it is stored: read whole in one query, added to, never edited.

One partition holds every rule of every date: some tens of small items that grow by one a decision.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pynamodb.attributes import UnicodeAttribute

from chalicelib.common.errors import Conflict
from chalicelib.rulebook.rules import Rule, RuleBook, RuleName, make_rule
from chalicelib.runtime.tables import InstantAttribute, JSONTextAttribute, Table, conflict_means

_SEED = Path(__file__).with_name("seed.json")
_PARTITION = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Who wrote a rule into the book, and when."""

    by: str
    at: datetime


class _Row(Table):
    feature = "rulebook"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    rule = JSONTextAttribute()
    registered_by = UnicodeAttribute(null=True)  # None: the rule came with the seed
    registered_at = InstantAttribute(null=True)

    @classmethod
    def of(cls, rule: Rule, registration: Registration | None) -> _Row:
        stored = {
            "name": rule.name,
            "in_force_from": rule.in_force_from.isoformat(),
            "value": rule.value,
            "decision_id": rule.decision_id,
            "note": rule.note,
        }
        return cls(
            _PARTITION,
            f"{rule.name}#{rule.in_force_from.isoformat()}",
            rule=stored,
            registered_by=registration.by if registration else None,
            registered_at=registration.at if registration else None,
        )

    def registration(self) -> Registration | None:
        if self.registered_by is None or self.registered_at is None:
            return None
        return Registration(by=self.registered_by, at=self.registered_at)


def load() -> RuleBook:
    """Return all rules as they stand now (strong read)."""
    return RuleBook(tuple(make_rule(row.rule) for row in _Row.query(_PARTITION, consistent_read=True)))


def history(name: RuleName) -> tuple[tuple[Rule, Registration | None], ...]:
    """Return every rule of one name, by date, and who registered it (strong read); None: it came with the seed."""
    rows = _Row.query(_PARTITION, _Row.sk.startswith(f"{name}#"), consistent_read=True)
    return tuple((make_rule(row.rule), row.registration()) for row in rows)


def add(rule: Rule, registration: Registration | None = None) -> None:
    """Store a rule that supersedes the earlier ones of its name from its date on.

    Raises:
        Conflict: a rule of this name begins on the same day already; rules are never edited.
    """
    with conflict_means(
        f"Reglen {rule.name} fra {rule.in_force_from.isoformat()} findes allerede. Vælg en anden dato."
    ):
        _Row.of(rule, registration).save(condition=_Row.pk.does_not_exist())


def seed() -> int:
    """Store the rules of the package's seed file that are not stored yet; return how many were added."""
    added = 0
    for stored in json.loads(_SEED.read_text("utf-8")):
        try:
            add(make_rule(stored))
        except Conflict:
            continue
        added += 1
    return added
