"""The program that infra/packaging/bytecode.py runs: compiles the modules named on its input, beside themselves.

How a name is marshalled shows whether something else in the process holds the same name. So each module is compiled in
a fork of its own, which knows nothing of the others.
"""

import os
import sys
from importlib._bootstrap_external import SourceFileLoader, _code_to_hash_pyc  # type: ignore[attr-defined]
from importlib.util import source_hash


def compile_one(path: str, root: str) -> None:
    """Write `path`c: bytecode that names the source's place under `root`, to be taken without looking at the source."""
    with open(path, "rb") as file:  # noqa: PTH123  # pathlib would be one more thing in the process
        source = file.read()
    code = SourceFileLoader("<package>", path).source_to_code(source, f"{root}/{path}")
    with open(f"{path}c", "wb") as file:  # noqa: PTH123
        file.write(_code_to_hash_pyc(code, source_hash(source), False))


def compile_each(paths: list[str], root: str) -> int:
    """Compile each in a fork; return 1 when one has an error, which its fork printed."""
    failed = 0
    for path in paths:
        child = os.fork()
        if child == 0:
            compile_one(path, root)
            os._exit(0)
        failed |= os.waitpid(child, 0)[1]
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(compile_each(sys.stdin.read().splitlines(), sys.argv[1]))
