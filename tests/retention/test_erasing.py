"""After the retention period nothing of a person is left anywhere, and what everybody came to is what it was."""

from __future__ import annotations

from tests.retention.machine import ERASED_ON, Machine, aggregates, hits, kept_lines


def test_erase_leaves_0_hits_in_figures_files_and_ledger(machine: Machine) -> None:
    machine.live()
    before, kept = aggregates(), kept_lines()
    assert len(hits()) > 20

    machine.at(ERASED_ON)
    machine.call("retention-daily")

    assert [place for place in hits() if not place.startswith(("ddh-local-cases", "ddh-local-mail"))] == []
    assert aggregates() == before
    assert kept_lines() == kept
