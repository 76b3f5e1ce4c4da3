"""The desk of somebody who drops files: members and rulebook are seeded; a file is ingested as its S3 event tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.common import municipalities
from chalicelib.common.months import Month
from chalicelib.common.notices import Notice
from chalicelib.kpi import drop_store, figures, service
from chalicelib.kpi.drops import Drop
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings
from tests.conftest import SettableClock
from tests.kpi.files import csv_bytes

JANUARY = Month(2025, 1)
KEY = "drops/agent-kpi/2025-01.csv"


class Desk:
    """Drops files and looks at what came of them. Each drop's event is a second after the one before."""

    def __init__(self, clock: SettableClock, queued: Callable[[str], list[Any]]) -> None:
        self.clock = clock
        self.queued = queued
        self._event_at = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)
        book.seed()
        for code in ("190", "240", "751"):
            register.put(
                Member(
                    municipality_code=code,
                    name=municipalities.by_code[code].name,
                    leaders=(f"leder{code}@kommune.example",),
                    services=frozenset({Service.CONTACT_CENTRE}),
                    active_from=date(2022, 1, 1),
                )
            )

    def put(self, content: bytes, key: str = KEY) -> Notice:
        """Put a file into the bucket and return what S3 tells of it."""
        self._event_at += timedelta(seconds=1)
        answer = clients.s3().put_object(Bucket=settings.files_bucket(), Key=key, Body=content)
        return Notice(
            key=key,
            version_id=answer["VersionId"],
            sequencer=f"{int(self._event_at.timestamp()):x}",
            size=len(content),
            event_at=self._event_at,
        )

    def ingest(self, notice: Notice) -> Drop:
        service.ingest(notice, clock=self.clock)
        drop = drop_store.get(notice.natural_key)
        assert drop is not None
        return drop

    def drop(self, *rows: object, key: str = KEY, **told: Any) -> Drop:
        """Put a CSV with these rows (or bytes) and ingest it; `told` changes its notice."""
        content = rows[0] if rows and isinstance(rows[0], bytes) else csv_bytes(*rows)  # type: ignore[arg-type]
        assert isinstance(content, bytes)
        return self.ingest(replace(self.put(content, key), **told))

    def counts(self, code: str = "190", month: Month = JANUARY) -> dict[str, tuple[int, int]]:
        """Return answered and resolved calls by agent."""
        found = figures.municipality_month(code, month)
        return {each.agent: (each.answered, each.resolved) for each in found.figures} if found is not None else {}

    def revision(self, code: str = "190", month: Month = JANUARY) -> int:
        return figures.revisions(month).get(code, 0)

    def report(self, drop: Drop) -> Any:
        return json.loads(self._body(f"{drop.report_key}.json"))

    def page(self, drop: Drop) -> str:
        return self._body(f"{drop.report_key}.html").decode()

    def _body(self, key: str) -> bytes:
        body: bytes = clients.s3().get_object(Bucket=settings.files_bucket(), Key=key)["Body"].read()
        return body

    def asked(self) -> list[tuple[str, str]]:
        """Return and remove which municipalities are to be evaluated, from which month on."""
        messages = self.queued("ddh-evaluations")
        assert all(message["version"] == 1 and message["run"] == "live" for message in messages)
        return [(message["municipality_code"], message["from_month"]) for message in messages]


@pytest.fixture
def desk(aws: object, clock: SettableClock, queued: Callable[[str], list[Any]]) -> Desk:
    return Desk(clock, queued)
