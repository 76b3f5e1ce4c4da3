"""Compiles the package's modules, so that no cold start does, into the same bytes each time.

Unchecked-hash files (PEP 552) name no time, and Python takes them without looking at the source. They are compiled by
an interpreter of the target's version, as if they lay where Lambda unpacks them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from infra.packaging import target
from infra.packaging.contents import UV
from infra.packaging.problems import NoCompiler, NotCompiled

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
        how = ("-q", "-d", target.ROOT, "--invalidation-mode", "unchecked-hash")
        command = [interpreter(), "-I", "-m", "compileall", *how, "."]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotCompiled(done.stdout)
        return {path: (_cached(path), (root / _cached(path)).read_bytes()) for path in sources}


def interpreter(running: tuple[int, int] = sys.version_info[:2]) -> str:
    """Return the path of a Python of the target's version: the `running` one, or one that uv finds on this machine.

    Raises:
        NoCompiler: there is none.
    """
    if running == tuple(map(int, target.PYTHON.split("."))):
        return str(Path(sys.executable).resolve())
    # Not by shutil.which: what it finds may be a shim of pyenv's, which runs only where its version was chosen.
    command = [UV, "--no-config", "python", "find", "--system", "--no-project", "--no-python-downloads", target.PYTHON]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise NoCompiler
    return found.stdout.strip()


def _cached(path: str) -> str:
    module = PurePosixPath(path)
    return str(module.parent / "__pycache__" / f"{module.stem}.{_TAG}.pyc")
