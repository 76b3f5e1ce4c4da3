"""The only module that reads the environment. Each setting is a function, read at its first use, never at import.

Settings say *where* things are and are the same for a whole deployment. What the business decided (targets, dates,
days of notice) is not a setting but a dated rule: see chalicelib/rulebook.
"""

from __future__ import annotations

import os

from chalicelib.common.errors import SettingMissing

#: Every variable that the application reads, with what it means. A test holds docs/operations.md against this list.
MEANING_BY_NAME = {
    "DDH_STAGE": "Name of the deployment (local, test, prod); part of every table name",
    "DDH_FILES_BUCKET": "Bucket that files are dropped in, reports are put in, and documents of proofs are sent to",
    "DDH_EVALUATIONS_QUEUE_URL": "Queue that asks for evaluations of a municipality",
    "DDH_OUTBOX_QUEUE_URL": "Queue that says a mail waits to be sent",
    "DDH_WEBHOOKS_QUEUE_URL": "Queue that says an event waits to be told to a partner",
    "DDH_WEBHOOK_LOOPBACK": "Empty; in the local run the one receiver of webhooks on this machine",
    "DDH_MAIL_FROM": "Sender of every mail",
    "DDH_MAIL_CONFIGURATION_SET": "SES configuration set whose events are the receipts",
    "DDH_SECRETARIAT_ADDRESS": "Where the secretariat gets its mail",
    "DDH_BASE_URL": "Address of the web pages, without a slash at the end",
}


def stage() -> str:
    return _read("DDH_STAGE")


def files_bucket() -> str:
    return _read("DDH_FILES_BUCKET")


def evaluations_queue_url() -> str:
    return _read("DDH_EVALUATIONS_QUEUE_URL")


def outbox_queue_url() -> str:
    return _read("DDH_OUTBOX_QUEUE_URL")


def webhooks_queue_url() -> str:
    return _read("DDH_WEBHOOKS_QUEUE_URL")


def webhook_loopback() -> str | None:
    """Return the address that webhooks may go to though it is this machine's own; None in every deployment."""
    return os.environ.get("DDH_WEBHOOK_LOOPBACK", "").strip() or None


def mail_from() -> str:
    return _read("DDH_MAIL_FROM")


def mail_configuration_set() -> str:
    return _read("DDH_MAIL_CONFIGURATION_SET")


def secretariat_address() -> str:
    return _read("DDH_SECRETARIAT_ADDRESS")


def base_url() -> str:
    return _read("DDH_BASE_URL")


def table_name(feature: str) -> str:
    """Return the name of a feature's table, `ddh-prod-kpi`."""
    return f"ddh-{stage()}-{feature}"


def _read(name: str) -> str:
    assert name in MEANING_BY_NAME, name
    value = os.environ.get(name, "").strip()
    if not value:
        raise SettingMissing(name)
    return value
