"""The folder of mails holds those of the last run, and whatever else a person keeps there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local import mail_files
from infra.local.mailbox import SentMail
from infra.local.problems import NotWritable


def _mail(mail_id: str) -> SentMail:
    return SentMail(
        message_id="0100",
        sent_at=datetime(2025, 2, 5, tzinfo=UTC),
        sender="hotline@ddh.example",
        to=("leder@aarhus.example",),
        tags={"mail_id": mail_id},
        configuration_set=None,
        raw=mail_id.encode(),
    )


def test_mails_are_numbered_in_the_order_they_were_sent(tmp_path: Path) -> None:
    mail_files.write(tmp_path, [_mail("notice_2024-10_751_r1"), _mail("summary_2024-10_r1")])

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "0001_notice_2024-10_751_r1.eml": "notice_2024-10_751_r1",
        "0002_summary_2024-10_r1.eml": "summary_2024-10_r1",
    }


def test_the_mails_of_an_earlier_run_are_removed(tmp_path: Path) -> None:
    mail_files.write(tmp_path, [_mail("notice_2024-10_751_r1"), _mail("summary_2024-10_r1")])

    mail_files.write(tmp_path, [_mail("summary_2024-10_r1")])

    assert [path.name for path in tmp_path.iterdir()] == ["0001_summary_2024-10_r1.eml"]


@pytest.mark.parametrize("name", ["mine.eml", "2024_.eml", "001_short.eml", "0001_notice.eml.bak", "0001 notice.eml"])
def test_nothing_else_is_removed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    mail_files.write(tmp_path, [])

    assert (tmp_path / name).read_text() == "mine"


def test_what_cannot_be_removed_is_named(tmp_path: Path) -> None:
    (tmp_path / "0001_a_folder.eml").mkdir()

    with pytest.raises(NotWritable, match="0001_a_folder"):
        mail_files.write(tmp_path, [])
