"""After the retention period nothing of a person is left anywhere, and what everybody came to is what it was."""

from __future__ import annotations

from datetime import date

from chalicelib.cases import renaming, service, store
from chalicelib.cases.dossier import Event
from chalicelib.mail import outbox
from tests.cases.dossiers import seen
from tests.retention.machine import (
    CANARY_CALLS,
    ERASED_ON,
    LAST,
    LEADER,
    STAFF,
    STAYING,
    Machine,
    aggregates,
    digests,
    files,
    hits,
    kept_lines,
    stored,
    stored_again,
)

ALL_TABLES = ("access", "cases", "evaluation", "kpi", "mail")


def test_erase_leaves_0_hits_everywhere(machine: Machine) -> None:
    """T23, I19."""
    machine.live()
    before, kept = aggregates(), kept_lines()
    assert {place.split("-")[2].split()[0] for place in hits() if place.startswith("ddh-")} == set(ALL_TABLES)
    assert {place.split("/")[0] for place in hits() if not place.startswith("ddh-")} == {
        "drops",
        "reports",
        "documents",
    }

    machine.at(ERASED_ON)
    machine.call("retention-daily")

    assert hits() == []
    assert aggregates() == before
    assert kept_lines() == kept
    assert [case.is_open for case in store.get(STAYING).cases] == [False, True], "nothing goes while a case is open"
    told = outbox.state_of("notice_2024-10_751_r1")
    assert told is not None
    assert (told.mail.to, told.mail.facts, told.state) == ((), {}, outbox.State.DELIVERED)


def test_no_guess_of_what_is_erased_can_be_confirmed_by_a_digest_that_stays(machine: Machine) -> None:
    """A municipality of one agent has few possible rows: whoever reads the tables could try them all."""
    machine.live()
    gone = digests()
    assert len(gone) > 10

    machine.at(ERASED_ON)
    machine.call("retention-daily")

    left = repr(stored())
    assert [each for each in gone if each in left] == []


def test_of_who_is_still_here_what_is_old_goes_and_the_names_stay(machine: Machine) -> None:
    machine.live()
    renaming.rename(
        "751-god", "751-bedre", last_month=LAST, first_month=None, is_elsewhere=False, by=LEADER, clock=machine.clock
    )
    (waiting,) = [case for case in store.get(STAYING).cases if case.is_open]
    machine.call("cases-daily")
    machine.at(date(2025, 4, 30))
    service.decide(STAYING, Event.DECLINED, "Talt om det", seen=seen(STAYING), now_in=(), by=STAFF, clock=machine.clock)

    machine.at(ERASED_ON)
    machine.call("retention-daily")

    left = store.get(STAYING)
    assert [case.number for case in left.cases] == [waiting.number]
    assert {entry.case for entry in store.history(STAYING)} == {waiting.number}
    assert store.get("751-god").renamed_to is not None


def test_a_file_of_a_kind_that_nothing_reads_yet_may_name_anybody_and_goes_by_the_month_it_came(
    machine: Machine,
) -> None:
    machine.live()
    assert {"transfers", "partner-kpi"} <= _dropped()

    machine.at(ERASED_ON)
    machine.call("retention-daily")

    assert "transfers" not in _dropped()
    assert "partner-kpi" in _dropped(), "a kind that is read, and is without persons"


def test_restore_then_reerase(machine: Machine) -> None:
    """F32: what a restored table brings back is erased by the next run, for that goes by the rule alone."""
    machine.live()
    backup = stored()
    machine.at(ERASED_ON)
    machine.call("retention-daily")
    erased = _without_marks()

    stored_again(backup)
    assert len(hits()) > 20
    machine.call("retention-daily")

    assert hits() == []
    assert _without_marks() == erased


def test_a_file_dropped_again_for_an_erased_month_brings_nothing_back(machine: Machine) -> None:
    machine.live()
    before = aggregates()
    machine.at(ERASED_ON)
    machine.call("retention-daily")

    machine.drop("drops/agent-kpi/2024-10.csv", ["Aarhus", "kanariefugl-1", *CANARY_CALLS])
    reports = [text for place, text in files().items() if "er ældre, end tal om personer gemmes" in text]
    assert len(reports) == 2
    assert aggregates() == before
    machine.at(date(2028, 2, 1))
    machine.call("retention-daily")

    assert hits() == []


def _dropped() -> set[str]:
    """Return the kinds of which a file lies in the bucket."""
    return {place.split("/")[1] for place in files() if place.startswith("drops/")}


def _without_marks() -> dict[str, list[str]]:
    """Return all that is stored, but the log of looks, whose chain says that it was erased twice."""
    return {name: sorted(map(repr, found)) for name, found in stored().items() if name != "ddh-local-access"}
