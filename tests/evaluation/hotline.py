"""A small hotline for the evaluation's tests: members, rules, figures that can be corrected, and a queue to drain."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import pytest

from chalicelib.cases import lists, store
from chalicelib.common import municipalities
from chalicelib.common.clock import Clock
from chalicelib.common.months import Month
from chalicelib.evaluation import following, service
from chalicelib.evaluation.requests import request_from
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings, tables
from tests.infra import roles

OCTOBER, NOVEMBER, DECEMBER, JANUARY = (Month(2024, 10).plus(count) for count in range(4))
LOW, HIGH, FEW = (100, 30), (100, 80), (10, 1)


class FakeFigures:
    """Figures with the semantics of kpi's read door: a revision per municipality and month, bumped by a correction."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Month], figures.MunicipalityFigures] = {}

    def put(self, code: str, month: Month, calls_by_agent: Mapping[str, tuple[int, int]]) -> None:
        before = self._found.get((code, month))
        revision = 1 if before is None else before.revision + 1
        self._found[code, month] = figures.MunicipalityFigures(
            revision=revision,
            figures=tuple(
                figures.AgentFigure(
                    municipality_code=code,
                    month=month,
                    agent=agent,
                    answered=answered,
                    resolved=resolved,
                    cold=None,
                    warm=None,
                    talk_seconds=None,
                    satisfaction_hundredths=None,
                    satisfaction_answers=None,
                    source=figures.Source(
                        drop_id=f"drop{revision}",
                        key="drops/agent-kpi/2024-Q4.xlsx",
                        sheet="Oktober 2024",
                        row=5 + index,
                        revision=revision,
                    ),
                )
                for index, (agent, (answered, resolved)) in enumerate(sorted(calls_by_agent.items()))
            ),
        )

    def municipality_month(self, code: str, month: Month) -> figures.MunicipalityFigures | None:
        return self._found.get((code, month))

    def stored_months(self, since: Month, until: Month) -> dict[Month, tuple[figures.AgentFigure, ...]]:
        found: dict[Month, tuple[figures.AgentFigure, ...]] = {}
        for (_, month), each in sorted(self._found.items(), key=lambda item: (item[0][1], item[0][0])):
            if since <= month <= until:
                found[month] = found.get(month, ()) + each.figures
        return found

    def stored_revisions(self, since: Month, until: Month) -> dict[Month, dict[str, int]]:
        months = sorted({month for _, month in self._found if since <= month <= until})
        return {month: self.revisions(month) for month in months}

    def revisions(self, month: Month) -> dict[str, int]:
        return {code: found.revision for (code, each), found in self._found.items() if each == month}


class Hotline:
    """The members, their figures and the evaluations queue."""

    def __init__(self, queued: Callable[[str], list[Any]], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self._queued = queued
        self.clock = clock
        self._waiting: list[Any] = []
        self._monkeypatch = monkeypatch
        self.begin_again()

    def begin_again(self) -> None:
        """Start over on an empty AWS: the rules, the three members, no figures."""
        self.figures = FakeFigures()
        self._waiting.clear()
        self._monkeypatch.setattr(figures, "municipality_month", self.figures.municipality_month)
        self._monkeypatch.setattr(figures, "revisions", self.figures.revisions)
        self._monkeypatch.setattr(figures, "stored_revisions", self.figures.stored_revisions)
        self._monkeypatch.setattr(figures, "stored_months", self.figures.stored_months)
        book.seed()
        self.enter("190", "240", "751")

    def enter(self, *codes: str) -> None:
        for code in codes:
            name = municipalities.by_code[code].name
            register.put(
                Member(
                    municipality_code=code,
                    name=name,
                    leaders=(f"leder{code}@kommune.example",),
                    services=frozenset({Service.CONTACT_CENTRE}),
                    active_from=date(2022, 1, 1),
                )
            )

    def evaluate_up_to(self, month: Month, *, times: int = 1, shuffle: random.Random | None = None) -> None:
        """Start and evaluate the months in force up to `month`, as the schedule and the watchdog do day by day."""
        started = service.start_month(month, clock=self.clock)
        self.drain(times=times, shuffle=shuffle)
        while started.waiting_for is not None:
            assert not started.missing, f"{started.waiting_for} waits for {started.missing}"
            started = service.start_month(month, clock=self.clock)
            self.drain(times=times, shuffle=shuffle)

    def ask(self, code: str, month: Month, *, run: str = "live") -> None:
        """Ask for a municipality as a correction of its figures does."""
        message = {"version": 1, "run": run, "municipality_code": code, "from_month": str(month)}
        clients.sqs().send_message(QueueUrl=settings.evaluations_queue_url(), MessageBody=json.dumps(message))

    def drain(self, *, times: int = 1, shuffle: random.Random | None = None) -> int:
        """Deliver the waiting messages until none is left, each `times` times; return how many were delivered."""
        delivered = 0
        while self._waiting or self._take(times, shuffle):
            with roles.acting_as("EvaluateMunicipality") as refused:
                following.bring_up_to_date(request_from(self._waiting[0]), clock=self.clock)
            assert not refused
            # Only now: what a crash interrupts is delivered again.
            del self._waiting[0]
            delivered += 1
            assert delivered < 2000, "messages keep causing messages"
        return delivered

    def _take(self, times: int, shuffle: random.Random | None) -> bool:
        self._waiting.extend(self._queued("ddh-evaluations") * times)
        if shuffle is not None:
            shuffle.shuffle(self._waiting)
        return bool(self._waiting)


def mail_ids() -> list[str]:
    """Return the ids of all recorded mails."""
    return sorted(item["pk"].removeprefix("mail#") for item in _items("mail"))


def mail(mail_id: str) -> outbox.Mail:
    state = outbox.state_of(mail_id)
    assert state is not None, mail_ids()
    return state.mail


def digest() -> str:
    """Return a digest of every evaluation, case and mail that is stored, apart from moments, tokens and aliases.

    Nor what leads erasure to newcomers: for which month they were noted depends on the order.
    """
    items = [item for feature in ("cases", "evaluation", "mail") for item in _items(feature)]
    kept = [_without_moments(item) for item in items if not item["pk"].startswith("newcomers#")]
    texts = [json.dumps(item, sort_keys=True) for item in kept]
    for agent in lists.every_agent():
        alias = store.get(agent).alias
        texts = [text.replace(alias, f"<{agent}>").replace(alias[:16], f"<{agent}>") for text in texts]
    text = json.dumps(sorted(texts))
    return hashlib.sha256(text.encode()).hexdigest()


def _items(feature: str) -> list[dict[str, Any]]:
    """Return every stored item: only a test may scan."""
    client: Any = tables.connection().client
    found = client.scan(TableName=settings.table_name(feature))["Items"]
    return [{name: next(iter(value.values())) for name, value in item.items()} for item in found]


_MOMENTS = frozenset({"evaluated_at", "recorded_at", "due_at", "recorded_by", "written_by"})


def _without_moments(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sorted(value) if _is_texts(value) else value for name, value in item.items() if name not in _MOMENTS}


def _is_texts(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
