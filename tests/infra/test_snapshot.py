"""The state that is kept between runs comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.access import grants, staff
from chalicelib.access.people import Person, Role
from chalicelib.common.clock import system_clock
from chalicelib.members import register
from chalicelib.runtime import clients
from infra.local import aws as emulator
from infra.local import mailbox, seed, snapshot
from tests.conftest import EmulatedAWS

_KEY = "drops/agent-kpi/år 1.csv"


def _fill(aws: EmulatedAWS) -> None:
    s3 = clients.s3()
    seed.seed()
    s3.put_object(Bucket=aws.files_bucket, Key=_KEY, Body=b"one", ContentType="text/csv")
    s3.put_object(Bucket=aws.files_bucket, Key=_KEY, Body=b"two", Metadata={"kind": "agent-kpi"})
    s3.delete_object(Bucket=aws.files_bucket, Key=_KEY)
    s3.put_object(Bucket=aws.files_bucket, Key="reports/a.json", Body=b"{}")
    mailbox.sent.append(
        mailbox.SentMail(
            message_id="1",
            sent_at=system_clock.now(),
            sender="hotline@ddh.example",
            to=("leder@x.example",),
            tags={"mail_id": "notice"},
            configuration_set="ddh-local-mail",
            raw=b"Subject: x\r\n\r\n\xe6\r\n",
        )
    )


def _versions(aws: EmulatedAWS) -> Any:
    listed = clients.s3().list_object_versions(Bucket=aws.files_bucket)
    return listed["Versions"], listed["DeleteMarkers"]


def test_items_versions_messages_and_mails_come_back(
    aws: EmulatedAWS, queued: Callable[[str], list[Any]], tmp_path: Path
) -> None:
    _fill(aws)
    before = (_versions(aws), tuple(mailbox.sent), register.get("751"))
    snapshot.save(tmp_path)
    messages = queued("ddh-drops")
    emulator.empty()

    assert snapshot.restore(tmp_path)

    assert (_versions(aws), tuple(mailbox.sent), register.get("751")) == before
    assert queued("ddh-drops") == messages
    first = before[0][0][-2]["VersionId"]
    body = clients.s3().get_object(Bucket=aws.files_bucket, Key=_KEY, VersionId=first)["Body"].read()
    assert body in (b"one", b"two")


def test_a_restored_state_is_saved_as_the_same_bytes(aws: EmulatedAWS, tmp_path: Path) -> None:
    _fill(aws)
    snapshot.save(tmp_path)
    saved = (tmp_path / "state.json.gz").read_bytes()
    emulator.empty()

    snapshot.restore(tmp_path)
    snapshot.save(tmp_path)

    assert (tmp_path / "state.json.gz").read_bytes() == saved
    assert [path.name for path in tmp_path.iterdir()] == ["state.json.gz"]


@pytest.mark.parametrize(
    ("today", "goes_on_from"), [(date(2025, 2, 5), date(2025, 7, 1)), (date(2025, 9, 1), date(2025, 9, 1))]
)
def test_a_run_never_goes_back_behind_the_kept_date(
    aws: EmulatedAWS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: date, goes_on_from: date
) -> None:
    monkeypatch.setattr(system_clock, "business_date", date(2025, 7, 1))
    snapshot.save(tmp_path)
    system_clock.business_date = today

    snapshot.restore(tmp_path)

    assert system_clock.today() == goes_on_from


def test_who_may_sign_in_is_seeded_once(aws: EmulatedAWS) -> None:
    seed.seed()
    chair = Person(address="formand@ddh.example", role=Role.CHAIR)
    assert grants.stands(chair)
    assert grants.stands(Person(address="leder.aarhus@aarhus.example", role=Role.LEADER, municipality_code="751"))

    staff.take(chair, by="sekretariat@ddh.example", clock=system_clock)
    seed.seed()

    assert not grants.stands(chair)


def test_without_a_saved_state_nothing_is_restored(aws: EmulatedAWS, tmp_path: Path) -> None:
    assert not snapshot.restore(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"not gzip"])
def test_a_broken_state_is_refused(aws: EmulatedAWS, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.json.gz").write_bytes(content)

    with pytest.raises(snapshot.UnreadableState):
        snapshot.restore(tmp_path)
