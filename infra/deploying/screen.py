"""What a deployment shows at the terminal, and what it asks there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from infra.deploying.change_sets import ChangeSet, Progress

_STYLE_BY_ACTION = {"Add": "green", "Modify": "yellow", "Remove": "bold red"}


class Screen:
    """A terminal. `agrees` answers instead of a person where it is set."""

    def __init__(self, console: Console | None = None, *, agrees: bool | None = None) -> None:
        self._console = console or Console()
        self._agrees = agrees

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def changes(self, change_set: ChangeSet) -> None:
        """Show what would change, what is replaced or removed in red."""
        if not change_set.changes:
            self.say(f"{change_set.stack}: outputs and settings alone would change.")
            return
        table = Table(title=f"{change_set.stack} would change", title_justify="left")
        for name in ("action", "resource", "type", "replaced"):
            table.add_column(name)
        for change in change_set.changes:
            style = _STYLE_BY_ACTION.get(change.action, "")
            replaced = {"True": "[bold red]yes[/]", "Conditional": "[bold red]perhaps[/]"}.get(change.replacement, "no")
            replaced = replaced if change.action == "Modify" else ""
            table.add_row(
                f"[{style}]{change.action}[/]" if style else change.action, change.logical_id, change.type, replaced
            )
        self._console.print(table)

    def asks(self, question: str) -> bool:
        """Return whether the person says yes. Where nobody can be asked, nobody has said it."""
        if self._agrees is not None:
            return self._agrees
        return sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    @contextmanager
    def working(self, stack: str, resources: int) -> Iterator[Progress]:
        """Show how far it is while something is applied."""
        with self._console.status(f"{stack}: applying") as status:
            yield lambda done: status.update(f"{stack}: {min(done, resources)} of {resources} resources")
