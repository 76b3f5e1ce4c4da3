"""The kinds of drops, by the folder that they lie in. A new kind is its columns, its fields and a reader.

A reader turns sheets into findings; everything after that (storing, correcting, reporting) is the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

from chalicelib.common.months import Month
from chalicelib.kpi.agents.agent_row import FORM as AGENT_FORM
from chalicelib.kpi.agents.agent_rules import KIND as AGENT_KPI
from chalicelib.kpi.files.sheets import Sheet
from chalicelib.kpi.findings import Findings
from chalicelib.kpi.monthly import file
from chalicelib.kpi.monthly.row import Form
from chalicelib.kpi.partners.partner_row import FORM as PARTNER_FORM
from chalicelib.kpi.partners.partner_rules import KIND as PARTNER_KPI
from chalicelib.kpi.tables.columns import Columns


class Reader(Protocol):
    """Reads a file's sheets; may raise FileRefused."""

    def __call__(
        self, sheets: Iterable[Sheet], *, file_name: str, members_in: Callable[[Month], frozenset[str]], today: date
    ) -> Findings: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `fields` name the figures of a line, in their order; `owner` is the field of whose month a cell is.

    `owners` is what several of them are called in Danish; one without a name is called as it is written.
    `is_evaluated`: whether changed figures are to be followed up; `is_of_persons`: whether they are erased in time.
    """

    name: str
    columns: Columns
    fields: tuple[str, ...]
    owner: str
    owners: str
    owner_name_by_code: Mapping[str, str]
    key: str
    is_evaluated: bool
    is_of_persons: bool
    read: Reader

    @property
    def owner_label(self) -> str:
        """What the owner's column is called."""
        return self.columns.label_by_field[self.owner]

    @property
    def key_label(self) -> str:
        """What the column of a line's key is called."""
        return self.columns.label_by_field[self.key]


def _monthly(name: str, form: Form, *, owners: str, is_evaluated: bool, is_of_persons: bool) -> Kind:
    return Kind(
        name=name,
        columns=form.columns,
        fields=form.fields,
        owner=form.owner,
        owners=owners,
        owner_name_by_code=form.owner_name_by_code,
        key=form.key,
        is_evaluated=is_evaluated,
        is_of_persons=is_of_persons,
        read=partial(file.read, form),
    )


_KINDS = (
    _monthly(AGENT_KPI, AGENT_FORM, owners="kommuner", is_evaluated=True, is_of_persons=True),
    _monthly(PARTNER_KPI, PARTNER_FORM, owners="partnere", is_evaluated=False, is_of_persons=False),
)
KIND_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
#: Kinds that are known and have no reader yet: their files wait in the bucket.
EXPECTED_LATER = frozenset(("citizen-kpi", "queue-kpi", "transfers", "chatbot", "volume", "economy"))
