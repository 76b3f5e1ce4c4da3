"""Keeps the emulated AWS between runs: one compressed JSON file, replaced as a whole or not at all.

It holds the tables' items, every version of every object under its id, the messages that still wait, the mails, and the
run's date.
"""

from __future__ import annotations

import gzip
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from moto.dynamodb import dynamodb_backends
from moto.s3 import s3_backends
from moto.s3.models import FakeDeleteMarker
from moto.sqs import sqs_backends

from chalicelib.common.clock import system_clock
from infra.local import mailbox
from infra.local.mailbox import SentMail
from infra.local.resources import ACCOUNT_ID, REGION

_FILE_NAME = "state.json.gz"
_VERSION = 1


class UnreadableState(ValueError):
    """Raised when the state file is not one, or of a version that this program does not know."""


def save(directory: Path) -> None:
    """Write the state. A crash on the way leaves the file that was there."""
    state = {
        "version": _VERSION,
        "business_date": system_clock.business_date.isoformat() if system_clock.business_date else None,
        "tables": {name: _items(table) for name, table in dynamodb_backends[ACCOUNT_ID][REGION].tables.items()},
        "objects": {name: _versions(bucket) for name, bucket in s3_backends[ACCOUNT_ID]["aws"].buckets.items()},
        "queues": {name: _messages(queue) for name, queue in sqs_backends[ACCOUNT_ID][REGION].queues.items()},
        "mails": [_mail_as_json(mail) for mail in mailbox.sent],
    }
    unfinished = directory / f"{_FILE_NAME}.{os.getpid()}"
    with unfinished.open("wb") as file:
        # mtime 0: the same state is the same bytes.
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as compressed:
            compressed.write(json.dumps(state, ensure_ascii=False, sort_keys=True).encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(directory / _FILE_NAME)


def restore(directory: Path) -> bool:
    """Put the saved state into the emulated AWS, which is empty; False when there is none.

    A later date than the run's becomes the run's date: what is stored has happened.

    Raises:
        UnreadableState: the file can't be understood.
    """
    try:
        state = json.loads(gzip.decompress((directory / _FILE_NAME).read_bytes()))
    except FileNotFoundError:
        return False
    except (OSError, EOFError, ValueError) as error:
        raise UnreadableState(str(error)) from error
    if not isinstance(state, dict) or state.get("version") != _VERSION:
        raise UnreadableState("unknown version")
    for name, items in state["tables"].items():
        table = dynamodb_backends[ACCOUNT_ID][REGION].tables[name]
        for item in items:
            table.put_item(item)
    for name, versions in state["objects"].items():
        for version in versions:
            _restore_version(name, version)
    for name, messages in state["queues"].items():
        for message in messages:
            _restore_message(name, message)
    _go_on_from(state.get("business_date"))
    mailbox.sent.extend(_mail_from_json(mail) for mail in state["mails"])
    return True


def _go_on_from(kept: str | None) -> None:
    if kept is not None:
        day = date.fromisoformat(kept)
        system_clock.business_date = max(day, system_clock.business_date or day)


def _items(table: Any) -> list[dict[str, Any]]:
    items = [item.to_json()["Attributes"] for item in table.all_items()]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _versions(bucket: Any) -> list[dict[str, Any]]:
    """Return every version of every object; those of one key oldest first."""
    versions = []
    for key in sorted(bucket.keys):
        for version in bucket.keys.getlist(key):
            entry = {"key": key, "id": version.version_id, "at": version.last_modified.isoformat(), "body": None}
            if not isinstance(version, FakeDeleteMarker):
                entry["body"] = b64encode(version.value).decode("ascii")
                entry["metadata"] = dict(version.metadata)
            versions.append(entry)
    return versions


def _restore_version(bucket_name: str, version: Mapping[str, Any]) -> None:
    s3 = s3_backends[ACCOUNT_ID]["aws"]
    restored: Any
    if version["body"] is None:
        keys = s3.get_bucket(bucket_name).keys
        restored = FakeDeleteMarker(key=keys[version["key"]])
        keys[version["key"]] = restored
    else:
        body = b64decode(version["body"])
        restored = s3.put_object(bucket_name, version["key"], body, disable_notification=True)
        restored.set_metadata(dict(version["metadata"]))
    restored._version_id = version["id"]
    restored.last_modified = datetime.fromisoformat(version["at"])


def _messages(queue: Any) -> list[dict[str, Any]]:
    return [{"body": message.body, "received": message.approximate_receive_count} for message in queue._messages]


def _restore_message(queue_name: str, message: Mapping[str, Any]) -> None:
    restored = sqs_backends[ACCOUNT_ID][REGION].send_message(queue_name=queue_name, message_body=message["body"])
    restored.approximate_receive_count = message["received"]


def _mail_as_json(mail: SentMail) -> dict[str, Any]:
    return {
        "message_id": mail.message_id,
        "sent_at": mail.sent_at.isoformat(),
        "sender": mail.sender,
        "to": list(mail.to),
        "tags": dict(mail.tags),
        "configuration_set": mail.configuration_set,
        "raw": b64encode(mail.raw).decode("ascii"),
    }


def _mail_from_json(mail: Mapping[str, Any]) -> SentMail:
    return SentMail(
        message_id=mail["message_id"],
        sent_at=datetime.fromisoformat(mail["sent_at"]),
        sender=mail["sender"],
        to=tuple(mail["to"]),
        tags=mail["tags"],
        configuration_set=mail["configuration_set"],
        raw=b64decode(mail["raw"]),
    )
