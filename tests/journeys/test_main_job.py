"""The main job as a person runs it: files dropped, months evaluated, mails sent, by `python -m infra.local --once`."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.runtime import clients
from infra.local import snapshot
from infra.packaged import PROJECT
from tests.conftest import EmulatedAWS
from tests.journeys.conftest import LocalRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run left."""

    code: int
    shown: str
    outcomes: list[str]
    mails: dict[str, str]  # digest by file name


def _main_job(local_run: LocalRun, folder: Path, *words: str) -> Done:
    outcomes, mails = folder / "outcomes.csv", folder / "mails"
    ran = local_run("--once", "--outcomes", str(outcomes), "--mails", str(mails), *words)
    assert ran.stderr == ""
    return Done(
        code=ran.returncode,
        shown=ran.stdout,
        outcomes=outcomes.read_text("utf-8").splitlines(),
        mails={path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in mails.iterdir()},
    )


@pytest.mark.campaign
def test_a_month_is_evaluated_and_mailed_once_however_often_it_is_run(
    local_run: LocalRun, tmp_path: Path, expected: Callable[[str, str], list[str]]
) -> None:
    (tmp_path / "again").mkdir()
    drops = shutil.copytree(PROJECT / "events" / "drops", tmp_path / "drops", ignore=shutil.ignore_patterns("2024-Q1*"))
    words = ("--drops", str(drops), "--months", "2024-10", "--state", str(tmp_path / "state"))

    first = _main_job(local_run, tmp_path, *words)
    again = _main_job(local_run, tmp_path / "again", *words)

    assert (first.code, again.code) == (0, 0)
    assert first.outcomes[1:] == expected("live_2024_10", "2024-10")
    assert again.outcomes == first.outcomes
    assert len([name for name in first.mails if "notice_2024-10" in name]) == 34
    assert len([name for name in first.mails if "summary_2024-10" in name]) == 1
    assert again.mails == first.mails
    assert "no change" in again.shown
    assert "left over" not in first.shown + again.shown


@pytest.mark.campaign
def test_a_month_in_force_can_be_computed_as_a_dry_run_that_mails_nobody(
    local_run: LocalRun, tmp_path: Path, expected: Callable[[str, str], list[str]]
) -> None:
    (tmp_path / "drops" / "agent-kpi").mkdir(parents=True)
    shutil.copy(PROJECT / "events" / "drops" / "agent-kpi" / "2024-Q4.xlsx", tmp_path / "drops" / "agent-kpi")

    done = _main_job(local_run, tmp_path, "--drops", str(tmp_path / "drops"), "--dry-run", "--months", "2024-10")

    assert done.code == 0
    assert done.outcomes[1:] == expected("live_2024_10", "2024-10")
    assert done.mails == {}
    assert "dry run 2024-10 " in done.shown


@pytest.mark.campaign
def test_a_later_month_alone_is_evaluated_after_those_before_it(local_run: LocalRun, tmp_path: Path) -> None:
    done = _main_job(local_run, tmp_path, "--months", "2024-12")

    assert {line[:7] for line in done.outcomes[1:]} == {"2024-12"}
    assert [name[5:20] for name in sorted(done.mails) if "summary" in name] == [
        "summary_2024-10",
        "summary_2024-11",
        "summary_2024-12",
    ]


@pytest.mark.campaign
def test_a_message_that_ends_in_the_dead_letters_makes_the_exit_code_say_so(
    aws: EmulatedAWS, local_run: LocalRun, tmp_path: Path
) -> None:
    url = clients.sqs().get_queue_url(QueueName="ddh-local-drops")["QueueUrl"]
    clients.sqs().send_message(QueueUrl=url, MessageBody="not what S3 tells")
    for _ in range(4):  # the fifth time is the last
        clients.sqs().receive_message(QueueUrl=url, VisibilityTimeout=0)
    snapshot.save(tmp_path)
    (tmp_path / "drops").mkdir()

    done = local_run("--once", "--state", str(tmp_path), "--drops", str(tmp_path / "drops"), "--months", "2024-10")

    assert done.returncode == 3
    assert "1 messages ended in the dead letters of ddh-local-drops" in done.stdout
    assert "2024-10 waits for figures" in done.stdout
    assert "Nothing to drop" in done.stdout


@pytest.mark.campaign
def test_every_month_of_the_sample_drops_comes_out_as_computed_independently(
    local_run: LocalRun, tmp_path: Path
) -> None:
    trial, live = (
        (PROJECT / "tests" / "expected" / f"{name}.csv").read_text("utf-8").splitlines()
        for name in ("trial_2024_q1", "live_2024_10")
    )

    done = _main_job(local_run, tmp_path)

    assert done.code == 0
    assert done.outcomes == trial + live[1:]
    assert not [name for name in done.mails if "2024-01" in name or "2024-02" in name or "2024-03" in name]
