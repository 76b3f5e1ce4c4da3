"""The kinds of drops, by the folder that they lie in. A new kind is its columns, its fields and a reader.

A reader turns sheets into findings; everything after that (storing, correcting, reporting) is the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from chalicelib.common.months import Month
from chalicelib.kpi.agents import agent_kpi
from chalicelib.kpi.agents.agent_row import COLUMNS as AGENT_COLUMNS
from chalicelib.kpi.agents.agent_rules import KIND as AGENT_KPI
from chalicelib.kpi.agents.agent_rules import Figures
from chalicelib.kpi.files.sheets import Sheet
from chalicelib.kpi.findings import Findings
from chalicelib.kpi.tables.columns import Columns


class Reader(Protocol):
    """Reads a file's sheets; may raise FileRefused."""

    def __call__(
        self, sheets: Iterable[Sheet], *, file_name: str, members_in: Callable[[Month], frozenset[str]], today: date
    ) -> Findings: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `fields` name the figures of a line, in their order; `key_label` is what a line's key is called."""

    name: str
    columns: Columns
    fields: tuple[str, ...]
    key_label: str
    read: Reader


_KINDS = (Kind(name=AGENT_KPI, columns=AGENT_COLUMNS, fields=Figures._fields, key_label="Agent", read=agent_kpi.read),)
KIND_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
#: Kinds that are known and have no reader yet: their files wait in the bucket.
EXPECTED_LATER = frozenset(("citizen-kpi", "queue-kpi", "transfers", "chatbot", "volume", "economy"))
