"""What stops the local run and is told in one line: something that the person at the terminal can change."""

from __future__ import annotations

from pathlib import Path


class CannotRun(Exception):
    """Raised when the run can't go on as asked; its text is the one line to show."""


class PortTaken(CannotRun):
    """Raised when another program listens on a port; `option` is the word that chooses another."""

    def __init__(self, port: int, option: str) -> None:
        super().__init__(f"Port {port} is taken. Choose another one with {option} N.")


class NotWritable(CannotRun):
    """Raised when a place that is to be written can't be."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"Cannot write to {path}. Choose another place, or get write access to it.")


class FolderMissing(CannotRun):
    """Raised when the folder of drops isn't there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no folder {path}. Name one with --drops DIR.")


class StateInUse(CannotRun):
    """Raised when another run has the same state open."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"Another run is using the state in {path}. End it first, or choose another --state DIR.")


class StateUnreadable(CannotRun):
    """Raised when the kept state can't be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The state in {path} cannot be read. Remove it to begin anew, or choose another --state DIR.")
