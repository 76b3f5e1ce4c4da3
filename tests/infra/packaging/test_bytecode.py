"""Compiled code is the same bytes each time, says where it lies on Lambda, and is taken whatever the source says."""

from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from infra.packaging import bytecode, target
from infra.packaging.problems import NoCompiler, NotCompiled

_MODULE = b"""
def told(name):
    return {'known', name, 'other'} | {told.__name__} if name in {'x', 'y', 'z', 'u', 'v', 'w'} else {1.5, 10**6}
"""
_CACHED = "feature/__pycache__/store.cpython-311.pyc"


def _compiled(**neighbours: bytes) -> tuple[str, bytes]:
    others = {f"feature/{name}.py": source for name, source in neighbours.items()}
    return bytecode.compiled({**others, "feature/store.py": _MODULE})["feature/store.py"]


def test_a_module_s_bytes_tell_neither_of_other_modules_nor_of_the_process_that_compiled_it() -> None:
    # Each process has its own order of sets: Python hashes strings by a seed of the process.
    once = _compiled()

    assert all(_compiled(a=b"def told(known, other, name): ...\n" * 50, b=_MODULE) == once for _ in range(5))


def test_another_python_has_the_modules_compiled_by_one_of_the_target_s_version() -> None:
    found = bytecode.interpreter(running=(3, 13))

    version = "import sys; print(*sys.version_info[:2], sep='.')"
    done = subprocess.run([found, "-I", "-c", version], capture_output=True, text=True, check=True, env={})
    assert done.stdout.strip() == target.PYTHON


def test_where_there_is_no_python_of_the_target_s_version_it_is_told_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(target, "PYTHON", "3.99")

    with pytest.raises(NoCompiler, match=r"install python3\.99, or run .venv/bin/uv python install 3\.99"):
        bytecode.compiled({"store.py": _MODULE})


def test_a_traceback_names_the_place_on_lambda() -> None:
    path, content = _compiled()

    code = marshal.loads(content[16:])
    assert isinstance(code, CodeType)
    assert path == _CACHED
    assert code.co_filename == f"{target.ROOT}/feature/store.py"


def test_the_source_s_time_and_content_are_not_looked_at(tmp_path: Path) -> None:
    path, content = _compiled()
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_bytes(content)
    (tmp_path / "feature" / "store.py").write_text("told = lambda name: 'from the source'", "utf-8")

    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from feature.store import told; print(sorted(told('x')))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['known', 'other', 'told', 'x']"


def test_a_module_with_an_error_is_named() -> None:
    with pytest.raises(NotCompiled, match=r"broken\.py"):
        _compiled(broken=b"def told(:\n")
