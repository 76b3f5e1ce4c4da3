"""What is counted for those who watch: gathered while an entry point works, and printed once when it ends.

CloudWatch reads the numbers from the log (its embedded metric format). Alarms and the dashboard ask for these names
(infra/watching.py). Counts and ages alone: nothing here is about a person.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from chalicelib.runtime import settings

NAMESPACE = "DDH"


class Metric(StrEnum):
    """What is counted. docs/operations.md says what each means."""

    DROPS = "Drops"
    ROWS_ACCEPTED = "RowsAccepted"
    ROWS_REJECTED = "RowsRejected"
    MUNICIPALITY_MONTHS_EVALUATED = "MunicipalityMonthsEvaluated"
    MONTHS_WAITING = "MonthsWaiting"
    MAILS_SENT = "MailsSent"
    MAILS_DELIVERED = "MailsDelivered"
    MAILS_BOUNCED = "MailsBounced"
    MAILS_COMPLAINED = "MailsComplained"
    MAILS_FAILED = "MailsFailed"
    MAILS_AMBIGUOUS = "MailsAmbiguous"
    OLDEST_MAIL_MINUTES = "OldestMailMinutes"
    MESSAGES_FAILED = "MessagesFailed"
    WEBHOOKS_DELIVERED = "WebhooksDelivered"
    WEBHOOKS_FAILED = "WebhooksFailed"
    WEBHOOKS_GIVEN_UP = "WebhooksGivenUp"


#: What was counted since the last time it was told. powertools' own store tells by itself when it is full, without our
#: dimension, and keeps what it may not tell.
_counted: Counter[Metric] = Counter()


def count(metric: Metric, value: int = 1) -> None:
    """Add to what was counted. A metric that is a reading (an age, a number waiting) is given also when it is 0."""
    _counted[metric] += value


def flush() -> None:
    """Print what was counted since the last time, if anything."""
    if not _counted:
        return
    told = EphemeralMetrics(namespace=NAMESPACE, service="ddh")
    told.add_dimension("stage", settings.stage())
    for metric, value in _counted.items():
        told.add_metric(metric.value, MetricUnit.Count, value)
    _counted.clear()
    told.flush_metrics()
