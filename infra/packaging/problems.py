"""What stops the packaging and is told in one line: something that the person at the terminal can change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from infra.packaging import target


class CannotPackage(Exception):
    """Raised when no package can be made; its text is what to show."""


class NoPackages(CannotPackage):
    """Raised when a locked package can't be had for the target: no such wheel, another hash, no network."""

    def __init__(self, said: str) -> None:
        super().__init__(f"The packages in requirements.txt could not be fetched for {target.WHEELS}: {said.strip()}")


class NoCompiler(CannotPackage):
    """Raised when there is no Python of the target's version to compile with."""

    def __init__(self) -> None:
        super().__init__(
            f"Lambda runs Python {target.PYTHON}, and the package's modules are compiled by it: install "
            f"python{target.PYTHON}, or run .venv/bin/uv python install {target.PYTHON}. Any Python may run make."
        )


class NotCompiled(CannotPackage):
    """Raised when a module has an error."""

    def __init__(self, said: str) -> None:
        super().__init__(f"A module could not be compiled: {said.strip()}")


class NotForLambda(CannotPackage):
    """Raised when what was gathered would not run on Lambda as it is."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("Not packaged:\n" + "\n".join(f"- {problem}" for problem in problems))


class NoPackageMade(CannotPackage):
    """Raised when a package is asked for before it was made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no package in {folder}: run make package.")
