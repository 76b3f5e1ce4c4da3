"""Runs the months before unmetered, then one month day by day, and counts what the functions consume in it.

Done for real are the drop, the evaluation with its mails and receipts, and the mornings around it. What is alike is
done once and stands for the others: a quiet morning, a sweep that finds nothing, a visit of each kind, a partner's
call.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from chalicelib.common.clock import system_clock
from chalicelib.common.months import Month
from chalicelib.partners.forecasts.weeks import Week
from chalicelib.runtime import clients, settings, tables
from infra import first_start, packaged
from infra.costing import figures
from infra.costing.capacity import index_entries
from infra.costing.inputs import Assumption
from infra.costing.meter import Counts, Meter, Metered, Unit
from infra.costing.sizes import OVERHEAD_BYTES, item_bytes
from infra.costing.visits import Browser, Partner, leader_visit, public_visit, secretariat_visit, through
from infra.local import aws, seed_partners
from infra.local.aws import Emulated
from infra.local.clockwork import DAILY
from infra.local.functions import Function, functions_of
from infra.local.gateway import Gateway
from infra.local.heartbeat import SWEEPERS
from infra.local.pump import Pump
from infra.local.rest_api import RestApi

FIRST = Month(2024, 10)  # the procedure's first month in force
_SWEEPS_A_DAY = 288
_DROP_DAY, _EVALUATION_DAY = 3, 5
_BUSY_DAYS = (4, 5, 6)  # on the 6th the days to answer begin
_LEADERS_COUNTED = 5
PEOPLE = "people who drop files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a month came to. Sizes are bytes at its end; `grown` is what the month added to the tables."""

    municipalities: int
    agents: int
    months_kept: int
    days: int
    counts: Counts
    memory_by_function: Mapping[str, int]
    queues: int
    scheduled: tuple[str, ...]
    table_bytes: int
    grown_bytes: int
    bucket_bytes: int


class _Clock:
    """Stands where it is put; each look at it takes a millisecond, so that what comes later is later."""

    def __init__(self) -> None:
        self._now = datetime.combine(FIRST.first_day, time(), UTC)

    def put(self, day: date, hour: int, minute: int = 0) -> None:
        self._now = datetime.combine(day, time(hour, minute), UTC)

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now


def count(emulated: Emulated, municipalities: int, *, months_kept: int, given: Mapping[str, Assumption]) -> Counted:
    """Count the month in which the figures of the `months_kept`-th month in force come: the third has proposals.

    The emulated AWS is empty before; afterwards it isn't.
    """
    return _Run(emulated, municipalities, given).count(months_kept)


class _Run:
    def __init__(self, emulated: Emulated, municipalities: int, given: Mapping[str, Assumption]) -> None:
        self._given = given
        self._members = figures.members(municipalities)
        self._template = packaged.template(aws.STAGE)
        self._base_url = emulated.environment["DDH_BASE_URL"]
        self._clock = _Clock()
        self._meter = Meter()
        self._unmetered = functions_of(self._template, emulated.references)
        self._functions: dict[str, Function] = dict(self._unmetered)
        self._pump = Pump(self._unmetered.values())

    def count(self, months_kept: int) -> Counted:
        with patch.object(system_clock, "now", self._clock.now), self._meter.quiet():
            self._begin()
            for number in range(months_kept - 1):
                self._pass_month(FIRST.plus(number))
            before, _ = _stored()
            self._functions = {name: Metered.of(each, self._meter) for name, each in self._unmetered.items()}
            self._pump = Pump(self._functions.values())
            month = FIRST.plus(months_kept)
            self._count_days(month)
            table_bytes, bucket_bytes = _stored()
        return Counted(
            municipalities=len(self._members),
            agents=sum(len(figures.agents_of(each.municipality_code)) for each in self._members),
            months_kept=months_kept,
            days=_days(month),
            counts=dict(self._meter.counts),
            memory_by_function={each.name: each.memory_megabytes for each in self._functions.values()},
            queues=sum(each.consumer is not None for each in self._functions.values()),
            scheduled=("start-evaluation", *DAILY),
            table_bytes=table_bytes,
            grown_bytes=table_bytes - before,
            bucket_bytes=bucket_bytes,
        )

    def _begin(self) -> None:
        self._clock.put(FIRST.first_day, 6)
        first_start.start(self._members)
        seed_partners.seed()
        self._drain()

    def _pass_month(self, figures_of: Month) -> None:
        """Let the files of a month come and be evaluated, as the month after does."""
        month = figures_of.next()
        self._clock.put(_day(month, _DROP_DAY), 9)
        self._drop(figures_of)
        self._drain()
        self._clock.put(_day(month, _EVALUATION_DAY), 5)
        self._call("start-evaluation")
        self._call("sweep-outbox")
        self._clock.put(month.last_day, 5)
        self._call("cases-daily")

    def _count_days(self, month: Month) -> None:
        gateway = Gateway(
            RestApi(self._template),
            lambda event: self._functions["app"].call(event),
            base_url=self._base_url,
            working=nullcontext(),
            afterwards=self._pump.work,
        )
        partner = Partner(through(gateway, self._base_url), self._base_url, clock=system_clock)
        days = _days(month)
        with self._meter.running():
            self._clock.put(_day(month, _DROP_DAY), 9)
            with self._meter.working_as(PEOPLE):
                self._drop(month.previous())
            self._drain()
            for number in _BUSY_DAYS:
                self._count_morning(_day(month, number))
            quiet = _day(month, _BUSY_DAYS[-1] + 1)
            with self._standing_for(days - len(_BUSY_DAYS)):
                self._count_morning(quiet)
            for name in SWEEPERS:
                with self._standing_for((_SWEEPS_A_DAY - 1) * days):
                    self._call(name)
            self._count_visits(gateway, quiet)
            self._count_partners(partner, quiet)

    def _count_morning(self, day: date) -> None:
        self._clock.put(day, 5)
        if day.day == _EVALUATION_DAY:
            self._call("start-evaluation")
        for name in DAILY:
            self._call(name)

    def _count_visits(self, gateway: Gateway, day: date) -> None:
        browser = partial(Browser, gateway, self._base_url)
        self._clock.put(day, 8)
        with self._standing_for(self._given["public_visits"].value):
            public_visit(browser())
        with self._standing_for(self._given["secretariat_visits"].value):
            secretariat_visit(browser(), settings.secretariat_address())
        leaders = self._members[:_LEADERS_COUNTED]
        with self._standing_for(self._given["leader_visits"].value * len(self._members) / len(leaders)):
            for each in leaders:
                leader_visit(browser(), each.municipality_code, figures.leader_of(each.municipality_code))

    def _count_partners(self, partner: Partner, day: date) -> None:
        partners, days = self._given["partners"].value, _days(Month.of(day))
        with self._standing_for(partners * days * self._given["partner_calls_a_day"].value):
            partner.asks(Month.of(day).previous(), at=system_clock.now())
        with self._standing_for(partners * (days // 7)):
            partner.forecasts(Week.of(day + timedelta(days=7)), at=system_clock.now())

    @contextmanager
    def _standing_for(self, times: float) -> Iterator[None]:
        """Count what happens inside so many times."""
        before = dict(self._meter.counts)
        yield
        for key, amount in self._meter.counts.items():
            self._meter.counts[key] += (amount - before.get(key, 0.0)) * (times - 1)

    def _drop(self, month: Month) -> None:
        for file in figures.files_of(month, municipalities=len(self._members)):
            clients.s3().put_object(Bucket=settings.files_bucket(), Key=file.key, Body=file.content)

    def _call(self, name: str) -> Any:
        answer = self._functions[name].call({})
        self._drain()
        return answer

    def _drain(self) -> None:
        self._pump.drain()


def _days(month: Month) -> int:
    return calendar.monthrange(month.year, month.number)[1]


def _day(month: Month, number: int) -> date:
    return date(month.year, month.number, number)


def _stored() -> tuple[int, int]:
    """Return how many bytes lie in the tables with their indexes, and in the bucket. Only a reckoning may scan."""
    dynamodb: Any = tables.connection().client
    in_tables = 0
    for name in dynamodb.list_tables()["TableNames"]:
        described = dynamodb.describe_table(TableName=name)["Table"]
        for page in dynamodb.get_paginator("scan").paginate(TableName=name):
            for item in page["Items"]:
                stored = [item, *(entry for _, entry in index_entries(described, item))]
                in_tables += sum(item_bytes(each) + OVERHEAD_BYTES for each in stored)
    pages = clients.s3().get_paginator("list_object_versions").paginate(Bucket=settings.files_bucket())
    in_bucket = sum(version["Size"] for page in pages for version in page.get("Versions", ()))
    return in_tables, in_bucket


def by_unit(counts: Counts) -> dict[Unit, float]:
    """Return the counts of all functions together."""
    together: defaultdict[Unit, float] = defaultdict(float)
    for (_, unit), amount in counts.items():
        together[unit] += amount
    return dict(together)
