"""An audit is green only when a source of advisories answered for every package."""

from __future__ import annotations

import json

import pytest

from infra.checks.audit import NOT_AUDITED, findings

_SOUND = {"name": "six", "version": "1", "vulns": []}
_WEAK = {"name": "jinja2", "version": "1", "vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-2"}]}
_UNKNOWN = {"name": "urllib3", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("packages", "exit_code", "told"),
    [
        ([_SOUND], 0, "Audited: 1 packages, none with a known weakness."),
        ([_SOUND, _WEAK, _UNKNOWN], 1, "WEAK: jinja2 (PYSEC-1, GHSA-2)"),
        ([_SOUND, _UNKNOWN], NOT_AUDITED, "NOT AUDITED: urllib3. The other 1 have no known weakness."),
        (
            [_UNKNOWN],
            NOT_AUDITED,
            "NOT AUDITED: no advisory source answered. Run `make audit` where one can be reached.",
        ),
        ([], NOT_AUDITED, "NOT AUDITED: no advisory source answered. Run `make audit` where one can be reached."),
    ],
)
def test_only_an_answer_is_an_audit(packages: list[dict[str, object]], exit_code: int, told: str) -> None:
    found = findings(json.dumps({"dependencies": packages, "fixes": []}))

    assert (found.exit_code, found.told()) == (exit_code, told)


def test_a_source_that_is_not_there_is_no_audit() -> None:
    assert findings("").exit_code == NOT_AUDITED
