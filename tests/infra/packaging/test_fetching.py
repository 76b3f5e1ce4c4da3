"""Wheels are chosen for Lambda's Python and machine, whatever Python and machine they are chosen on."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.packaging import contents, target


def _fetched(folder: Path, tag: str) -> subprocess.CompletedProcess[str]:
    """Fetch the package `only`, which has a wheel of that tag and no other, from `folder` alone."""
    wheel, described = folder / f"only-1-{tag}.whl", "only-1.dist-info"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("only.py", "")
        archive.writestr(f"{described}/METADATA", "Metadata-Version: 2.1\nName: only\nVersion: 1\n")
        archive.writestr(f"{described}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        archive.writestr(f"{described}/RECORD", f"only.py,,\n{described}/RECORD,,\n")
    lock = folder / "lock.txt"
    lock.write_text(f"only==1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n", "utf-8")
    from_there = ("--no-index", "--find-links", str(folder), "--no-cache")
    command = [*contents.fetching(lock, str(folder / "fetched")), *from_there]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("tag", ["cp311-cp311-manylinux2014_x86_64", "cp38-abi3-manylinux_2_17_x86_64", "py3-none-any"])
def test_a_wheel_for_lambda_is_fetched(tmp_path: Path, tag: str) -> None:
    done = _fetched(tmp_path, tag)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "fetched" / "only.py").exists()


@pytest.mark.parametrize(
    "tag",
    [
        "cp312-cp312-manylinux2014_x86_64",
        "cp311-cp311-manylinux2014_aarch64",
        "cp311-cp311-manylinux_2_34_x86_64",
        "cp311-cp311-macosx_11_0_arm64",
    ],
)
def test_a_wheel_for_another_python_or_machine_or_a_newer_glibc_is_not(tmp_path: Path, tag: str) -> None:
    done = _fetched(tmp_path, tag)

    assert f"--python-version {target.PYTHON} " in " ".join(done.args)  # or else it would go by the Python that runs
    assert done.returncode != 0
    assert "only" in done.stderr
    assert not (tmp_path / "fetched" / "only.py").exists()
