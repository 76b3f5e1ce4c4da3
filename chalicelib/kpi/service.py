"""Ingests a drop: registers it, reads it, stores its figures, reports, asks for evaluations, and ends it, once.

Every step may be interrupted and the whole repeated: a drop is registered under its natural key, a month is applied in
one transaction that a repetition finds, reports and messages may be sent again, and the end is one conditional write.
After the end a repetition does nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.common.notices import Notice
from chalicelib.kpi import (
    applying,
    drop_store,
    dropped_file,
    erased_months,
    erasure_store,
    figure_store,
    outcome,
    report,
)
from chalicelib.kpi.changes import earliest_changed
from chalicelib.kpi.dropped_file import FileGone
from chalicelib.kpi.drops import Drop, Place, Status, is_folder
from chalicelib.kpi.files.sheets import FileRefused
from chalicelib.kpi.kinds import EXPECTED_LATER, KIND_BY_NAME, Kind
from chalicelib.kpi.outcome import Outcome
from chalicelib.kpi.report_mail import report_mail
from chalicelib.mail import outbox
from chalicelib.members import register
from chalicelib.rulebook import book, retention
from chalicelib.runtime import clients, correlation, metrics, queues, settings
from chalicelib.runtime.entrypoints import logger
from chalicelib.runtime.metrics import Metric

_KEPT_IN_MEMORY = 8 * 1024 * 1024


def ingest(notice: Notice, *, clock: Clock = system_clock) -> None:
    """Ingest the version of a file that the notice tells of, unless that is done.

    Raises:
        TryLater: others were in the way all the time; so may any fault of S3, DynamoDB or SQS. Then call it again.
    """
    if is_folder(notice.key):
        return
    drop = drop_store.register(notice, clock=clock)
    if drop.status is not Status.RECEIVED:
        return
    with correlation.following(drop.drop_id):
        _ingest(drop, clock=clock)


def _ingest(drop: Drop, *, clock: Clock) -> None:
    kind = KIND_BY_NAME.get(drop.place.kind) if drop.place.is_plain else None
    became = _read_and_apply(drop, kind, clock.today())
    if kind is not None and kind.is_evaluated:
        _ask_for_evaluations(became)
    _put_report(drop, kind, became)
    mail = report_mail(drop, kind, became, today=clock.today()) if became.asks_for_attention else None
    try:
        drop_store.finish(
            drop,
            became.status,
            reason=became.reason,
            count_by_name=became.count_by_name,
            mail=mail,
            clock=clock,
        )
    except Conflict:
        # A lost response, or the same message at the same time: somebody ended it, in the same way.
        ended = drop_store.get(drop.drop_id)
        if ended is None or ended.status is Status.RECEIVED:
            raise
    else:
        _tell(drop, became)
    if mail is not None:
        outbox.nudge([mail.mail_id])


def _tell(drop: Drop, became: Outcome) -> None:
    """Count and log what a drop became: once, however often and by however many it was read."""
    metrics.count(Metric.DROPS)
    metrics.count(Metric.ROWS_ACCEPTED, became.count_by_name.get("accepted", 0))
    metrics.count(Metric.ROWS_REJECTED, became.count_by_name.get("rejected", 0))
    logger().info("drop ended", extra={"drop_id": drop.drop_id, "status": became.status.value, **became.count_by_name})


def _read_and_apply(drop: Drop, kind: Kind | None, today: date) -> Outcome:
    if kind is None:
        return Outcome(status=Status.UNHANDLED, reason=_why_unhandled(drop.place))
    if drop.superseded_by is not None:
        return Outcome(status=Status.SUPERSEDED, reason="En nyere udgave af samme fil er modtaget før denne.")
    try:
        with dropped_file.fetched(drop) as file:
            findings = kind.read(
                dropped_file.sheets(file, extension=drop.place.extension, columns=kind.columns),
                file_name=drop.place.file_name,
                members_in=_members(),
                today=today,
            )
    except FileGone as gone:
        return Outcome(status=Status.MISSING, reason=gone.message)
    except FileRefused as refusal:
        return Outcome(status=Status.REFUSED, reason=refusal.message)
    if kind.is_of_persons:
        erased = erased_months.named(findings, _is_erased(kind, today))
        erasure_store.note_named(drop.drop_id, erased)
        findings = erased_months.rejected(findings, erased, month_label=kind.columns.label_by_field["month"])
    return outcome.of(findings, applying.apply(kind.name, drop, findings))


def _why_unhandled(place: Place) -> str:
    if place.is_plain and place.kind in EXPECTED_LATER:
        return f"Filer i mappen {place.kind} bliver endnu ikke indlæst. Filen bliver liggende."
    if place.is_plain:
        return f"Mappen {place.kind} er ikke en af dem, vi indlæser fra. Filen bliver liggende."
    return "Filen ligger ikke i drops/<slags>/<filnavn>. Den bliver liggende uden at være indlæst."


def _members() -> Callable[[Month], frozenset[str]]:
    """Return who takes part in the contact centre in a month, each month looked up once."""

    @cache
    def codes(month: Month) -> frozenset[str]:
        return frozenset(member.municipality_code for member in register.active_in(month))

    return codes


def _is_erased(kind: Kind, today: date) -> Callable[[Month], bool]:
    """Say of a month whether its rows are erased: by the rule of today, or when it was shorter."""
    last = retention.last_erased(book.load(), today)
    return cache(lambda month: month <= last or figure_store.head(kind.name, month).is_erased)


def _ask_for_evaluations(became: Outcome) -> None:
    """Ask for each municipality's evaluation from its first changed month on; asking again is harmless."""
    messages = (
        {"run": "live", "municipality_code": code, "from_month": str(month)}
        for code, month in earliest_changed(became.months).items()
    )
    queues.send(settings.evaluations_queue_url(), messages)


def _put_report(drop: Drop, kind: Kind | None, became: Outcome) -> None:
    with SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as file:
        report.write_json(cast(BinaryIO, file), drop, kind, became)
        file.seek(0)
        _put(f"{drop.report_key}.json", file, "application/json; charset=utf-8")
    _put(f"{drop.report_key}.html", report.page(drop, kind, became).encode(), "text/html; charset=utf-8")


def _put(key: str, body: Any, content_type: str) -> None:
    clients.s3().put_object(
        Bucket=settings.files_bucket(),
        Key=key,
        Body=body,
        ContentType=content_type,
        CacheControl="no-store",
        ServerSideEncryption="AES256",
    )
