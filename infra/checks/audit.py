"""`python -m infra.checks.audit [LOCK]`: whether a package that is shipped has a known weakness; or that nobody said.

pip-audit answers "no known vulnerabilities" also for packages that its source doesn't know, and for none at all. Here
a package counts as audited only when the source answered for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

_PROJECT = Path(__file__).resolve().parents[2]
#: Exit code of an audit that didn't take place: neither good nor bad.
NOT_AUDITED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an audit found out: weak packages with the advisories' ids, and packages that nobody answered for."""

    weak: dict[str, tuple[str, ...]]
    audited: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        if self.weak:
            return 1
        return NOT_AUDITED if self.unknown or not self.audited else 0

    def told(self) -> str:
        """Return the one line that says it."""
        if self.weak:
            return "WEAK: " + "; ".join(f"{name} ({', '.join(ids)})" for name, ids in sorted(self.weak.items()))
        if not self.audited:
            return "NOT AUDITED: no advisory source answered. Run `make audit` where one can be reached."
        if self.unknown:
            return f"NOT AUDITED: {', '.join(self.unknown)}. The other {len(self.audited)} have no known weakness."
        return f"Audited: {len(self.audited)} packages, none with a known weakness."


def findings(report: str) -> Findings:
    """Return what pip-audit's JSON says; no JSON says nothing."""
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"] if report.strip() else []
    answered = [each for each in packages if "skip_reason" not in each]
    return Findings(
        weak={each["name"]: tuple(weakness["id"] for weakness in each["vulns"]) for each in answered if each["vulns"]},
        audited=tuple(each["name"] for each in answered),
        unknown=tuple(each["name"] for each in packages if "skip_reason" in each),
    )


def main() -> int:
    """Return the exit code: 0 audited and clean, 1 weak, 3 not audited."""
    lock = sys.argv[1] if len(sys.argv) > 1 else "requirements.txt"
    command = [".venv/checks/bin/pip-audit", "--requirement", lock, "--require-hashes", "--disable-pip"]
    options = ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    done = subprocess.run([*command, *options], cwd=_PROJECT, capture_output=True, text=True, check=False)
    found = findings(done.stdout)
    style = {0: "green", 1: "bold red", NOT_AUDITED: "bold yellow"}[found.exit_code]
    Console().print(f"{lock}: {found.told()}", style=style, highlight=False, soft_wrap=True)
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
