"""The package itself: the same bytes wherever and whenever it is made, small, and every handler in it runs alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra import packaged
from infra.packaging import target
from infra.packaging.contents import PROJECT
from infra.packaging.package import BILL_NAME, TEMPLATE_NAME, ZIP_NAME

pytestmark = pytest.mark.campaign  # it takes half a minute


def _made_in(folder: Path, *, day: int, **environment: str) -> Path:
    """Make the package from a copy of the sources in `folder`, whose files are of that day; return its folder."""
    skipped = shutil.ignore_patterns("__pycache__")
    for name in ("chalicelib", "infra", ".chalice"):
        shutil.copytree(PROJECT / name, folder / name, copy_function=shutil.copyfile, ignore=skipped)
    for name in ("app.py", "requirements.txt", "package-lock.json", "pyproject.toml"):
        shutil.copyfile(PROJECT / name, folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (day * 86_400, day * 86_400))
    command = [sys.executable, "-m", "infra.packaging", "test"]
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    return folder / "build"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made_in(tmp_path_factory.mktemp("here"), day=20_000, TZ="Europe/Copenhagen", PYTHONHASHSEED="1")


def test_two_builds_on_other_days_and_in_other_folders_give_the_same_bytes(build: Path, tmp_path: Path) -> None:
    time.sleep(2)  # a zip's clock goes by two seconds
    other = _made_in(tmp_path / "another place", day=15_000, TZ="Asia/Tokyo", PYTHONHASHSEED="2")

    for name in (ZIP_NAME, TEMPLATE_NAME, BILL_NAME):
        assert (build / name).read_bytes() == (other / name).read_bytes(), name


def test_it_is_small_and_each_module_is_compiled(build: Path) -> None:
    with ZipFile(build / ZIP_NAME) as package:
        names = package.namelist()

    modules, compiled = ([name for name in names if name.endswith(end)] for end in (".py", ".pyc"))
    assert (build / ZIP_NAME).stat().st_size < target.MOST_MEGABYTES * 10**6
    assert len(modules) == len(compiled) > 500
    assert not [name for name in names if name.startswith(("bin/", "tests/", "infra/", "moto/", "boto3/"))]


def test_every_handler_in_it_runs_with_it_alone(build: Path, tmp_path: Path) -> None:
    with ZipFile(build / ZIP_NAME) as package:
        package.extractall(tmp_path)
    resources = packaged.template()["Resources"].values()
    handlers = [each["Properties"]["Handler"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    python = str(Path(sys.executable).resolve())  # not the .venv's, which has the packages too

    for module, _, name in (handler.rpartition(".") for handler in handlers):
        program = (
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module} as m; assert callable(m.{name}); "
            "from chalicelib.runtime import clients; clients.s3(), clients.sqs(), clients.ses(); "
            "from chalicelib.runtime.tables import connection; connection().client"
        )
        command = [python, "-I", "-S", "-B", "-c", program]
        environment = {"AWS_DEFAULT_REGION": "eu-north-1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (module, done.stderr)
