"""The local run says in one line what is wrong, and how to put it right; never a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.packaged import PROJECT


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "infra.local", *words]
    return subprocess.run(program, cwd=PROJECT, env=dict(os.environ), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--months", "2024-13"], "2024-13"),
        (["--months", "2025-01..2024-10"], "ends before it begins"),
        (["--today", "5. februar"], "not a date"),
        (["--months", "2024-10..2025-01", "--today", "2025-01-31"], "2025-01 is not over on 2025-01-31"),
        (["--port", "0"], "not a port"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_argument_is_told_in_one_line(words: list[str], named: str) -> None:
    done = _run(*words)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr


def test_help_tells_every_exit_code() -> None:
    done = _run("--help")

    assert done.returncode == 0
    told = done.stdout.partition("exit code:")[2]
    assert [code for code in ("0", "1", "2", "3", "130") if f"{code} when" not in " ".join(told.split())] == []


def test_a_missing_folder_of_drops_is_told_in_one_line(tmp_path: Path) -> None:
    done = _run("--drops", str(tmp_path / "nowhere"))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "nowhere" in done.stderr


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    a_file = tmp_path / "file"
    a_file.write_text("x")

    done = _run("--mails", str(a_file / "below"))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Cannot write" in done.stderr


def test_a_broken_state_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state.json.gz").write_bytes(b"x")

    done = _run("--once", "--state", str(tmp_path))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert (tmp_path / "state.json.gz").read_bytes() == b"x"


@pytest.mark.parametrize(("option", "other"), [("--port", "--site-port"), ("--site-port", "--port")])
def test_a_taken_port_is_told_in_one_line(option: str, other: str) -> None:
    with socket.socket() as taken, socket.socket() as free:
        for each in (taken, free):
            each.bind(("127.0.0.1", 0))
        taken.listen()
        port, free_port = taken.getsockname()[1], free.getsockname()[1]
        free.close()

        done = _run(option, str(port), other, str(free_port))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Port {port} is taken. Choose another one with {option} N." in done.stderr
