"""From what was counted to what is paid for: each line of the price list with its amount in a month.

Counted are units, mails and requests. Reckoned, from the template and the assumptions, is what no function does:
Lambda's polling of queues, alarms, metrics, stored logs; and GB-seconds, from CPU time on this machine. No free
allowance is taken off: they are an account's, and may be used up by something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.runtime.metrics import Metric
from infra.costing.inputs import Assumption, Price
from infra.costing.meter import Unit
from infra.costing.month import Counted, by_unit
from infra.local.heartbeat import SWEEPERS

_GB = 1024**3
#: The memory at which a function has one whole vCPU. Source: AWS Lambda Developer Guide, "Configure memory".
_MEGABYTES_OF_A_CPU = 1769


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a bill rests on beside what was counted. `template` is the packaged one."""

    prices: Sequence[Price]
    given: Mapping[str, Assumption]
    template: Mapping[str, Any]


def amounts(counted: Counted, basis: Basis) -> dict[str, float]:
    """Return the month's amount of each thing that is bought, by its name in the price list."""
    units, given = by_unit(counted.counts), basis.given
    invocations = {name: units for (name, unit), units in counted.counts.items() if unit is Unit.INVOCATIONS}
    logged = (units[Unit.LOG_BYTES] + units[Unit.INVOCATIONS] * given["log_bytes_a_call"].value) / _GB
    polls = counted.queues * given["pollers_a_queue"].value * counted.days * 86400 / given["poll_seconds"].value
    kinds = [each["Type"] for each in basis.template["Resources"].values()]
    return {
        "API requests": units[Unit.API_REQUESTS],
        "GB answered": units[Unit.BYTES_OUT] / _GB,
        "invocations": units[Unit.INVOCATIONS],
        "GB-seconds": sum(gb_seconds(counted, name, given=given) for name in invocations),
        "write request units": units[Unit.WRITE_UNITS],
        "read request units": units[Unit.READ_UNITS],
        "GB-months in tables": counted.table_bytes / _GB,
        "GB-months recoverable": counted.table_bytes / _GB,
        "SQS requests": units[Unit.SQS_REQUESTS] + polls,
        "S3 puts, copies, lists": units[Unit.S3_WRITES],
        "S3 gets": units[Unit.S3_READS],
        "GB-months in the bucket": counted.bucket_bytes / _GB,
        "events of bucket and mails": units[Unit.S3_EVENTS] + units[Unit.MAIL_EVENTS],
        "scheduled calls": sum(invocations[name] for name in counted.scheduled if name in invocations),
        "mails, by receiver": units[Unit.MAILS],
        "GB logged": logged,
        "GB-months of logs": logged * given["log_months"].value,
        "metrics of ours": len(Metric),
        "alarms": kinds.count("AWS::CloudWatch::Alarm"),
        "dashboards": kinds.count("AWS::CloudWatch::Dashboard"),
    }


def gb_seconds(counted: Counted, function: str, *, given: Mapping[str, Assumption]) -> float:
    """Return a function's GB-seconds in the month: its share of a CPU makes it slower, its calls make it wait."""
    memory = counted.memory_by_function[function]
    calls, cpu_seconds, aws_calls = (
        counted.counts.get((function, unit), 0.0) for unit in (Unit.INVOCATIONS, Unit.CPU_SECONDS, Unit.CALLS)
    )
    ratio, share = given["cpu_ratio"].value, min(1.0, memory / _MEGABYTES_OF_A_CPU)
    working = cpu_seconds * ratio / share + aws_calls * given["milliseconds_a_call"].value / 1000
    # Lambda starts a function on a whole CPU: seen by many, promised by nobody.
    starting = 0.0 if function in SWEEPERS else calls * given["cold_start_cpu_seconds"].value * ratio
    return (working + starting) * memory / 1024


def usd(price: Price, amount: float) -> float:
    return amount / price.per * price.usd


def usd_by_service(counted: Counted, basis: Basis) -> dict[str, float]:
    """Return what the month comes to, by service in the price list's order."""
    bought, sums = amounts(counted, basis), dict.fromkeys((price.service for price in basis.prices), 0.0)
    for price in basis.prices:
        sums[price.service] += usd(price, bought[price.bought])
    return sums
