"""Compiles the package's modules, so that no cold start does, into the same bytes each time.

Unchecked-hash files (PEP 552) name no time, and Python takes them without looking at the source. They are compiled in
a bare interpreter of the target's version; infra/packaging/compiling.py says what else makes the bytes the same.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from infra.packaging import target
from infra.packaging.problems import NoCompiler, NotCompiled

_COMPILER = Path(__file__).with_name("compiling.py")
_TAG = f"cpython-{target.PYTHON.replace('.', '')}"


def compiled(sources: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Return, by each module's path, the path where Python looks for its bytecode, and the bytecode.

    Raises:
        NoCompiler: there is no Python of the target's version here.
        NotCompiled: a module has an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, source in sources.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(source)
        # No site, no user's packages, no environment but a fixed seed: what is loaded already shows in marshalled code.
        done = subprocess.run(
            [_interpreter(), "-S", "-s", "-B", str(_COMPILER), target.ROOT],
            cwd=root,
            env={"PYTHONHASHSEED": "0"},
            input="\n".join(sorted(sources)),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotCompiled(done.stderr)
        return {path: (_cached(path), (root / f"{path}c").read_bytes()) for path in sources}


def _cached(path: str) -> str:
    module = PurePosixPath(path)
    return str(module.parent / "__pycache__" / f"{module.stem}.{_TAG}.pyc")


def _interpreter() -> str:
    if f"{sys.version_info.major}.{sys.version_info.minor}" == target.PYTHON:
        return str(Path(sys.executable).resolve())
    if found := shutil.which(f"python{target.PYTHON}"):
        return found
    raise NoCompiler
