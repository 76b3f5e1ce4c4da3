"""Writes the sent mails as files, `0001_notice_2024-10_751_r1.eml`, in place of those of an earlier run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from infra.local.mailbox import SentMail
from infra.local.problems import NotWritable

_OURS = re.compile(r"[0-9]{4,}_[A-Za-z0-9_-]+\.eml")


def write(folder: Path, mails: Iterable[SentMail]) -> None:
    """Write each mail as it was sent, named by its place and its id in the outbox.

    Files that have such names already are removed first; nothing else is.

    Raises:
        NotWritable: a file can't be written or removed.
    """
    path = folder
    try:
        for path in [each for each in folder.iterdir() if _OURS.fullmatch(each.name)]:
            path.unlink()
        for number, mail in enumerate(mails, start=1):
            path = folder / f"{number:04d}_{mail.tags.get('mail_id', mail.message_id)}.eml"
            path.write_bytes(mail.raw)
    except OSError as error:
        raise NotWritable(path) from error
