"""Following municipalities month by month: in any order, twice, corrected, and with agents who move."""

import random
from datetime import date
from typing import Any

import pytest

from chalicelib.common.months import Month
from chalicelib.evaluation import reading, service, store
from chalicelib.evaluation.requests import LIVE
from infra.local import aws as emulator
from tests.evaluation.hotline import (
    DECEMBER,
    FEW,
    HIGH,
    JANUARY,
    LOW,
    NOVEMBER,
    OCTOBER,
    Hotline,
    digest,
    mail,
    mail_ids,
)


def fill(hotline: Hotline, month: Month, **changes: dict[str, tuple[int, int]]) -> None:
    """Give all three municipalities figures for a month; `k190={…}` replaces Furesø's."""
    usual = {
        "190": {"190-001": LOW, "190-002": HIGH},
        "240": {"240-001": HIGH, "240-002": FEW},
        "751": {"751-001": LOW, "751-002": LOW, "751-003": HIGH},
    }
    for code, calls in usual.items():
        hotline.figures.put(code, month, changes.get(f"k{code}", calls))


def outcomes(month: Month, *, run: str = LIVE) -> dict[str, str]:
    return {line.agent: line.outcome.value for line in reading.lines(run, month)}


def test_a_started_month_is_evaluated_and_only_those_below_are_told(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)

    hotline.evaluate_up_to(OCTOBER)

    assert outcomes(OCTOBER) == {
        "190-001": "step_1",
        "190-002": "ok",
        "240-001": "ok",
        "240-002": "not_evaluable",
        "751-001": "step_1",
        "751-002": "step_1",
        "751-003": "ok",
    }
    assert mail_ids() == ["notice_2024-10_190_r1", "notice_2024-10_751_r1", "summary_2024-10"]


def test_a_mail_has_its_own_agents_only(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)

    notice = mail("notice_2024-10_751_r1")

    assert notice.to == ("leder751@kommune.example",)
    assert [line["agent"] for line in notice.facts["lines"]] == ["751-001", "751-002"]
    assert "190-" not in str(notice.facts)


def test_a_line_cites_its_source_its_rules_and_the_standing_before(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    fill(hotline, NOVEMBER)
    hotline.evaluate_up_to(NOVEMBER)

    head = store.heads(LIVE, ["190"])["190"]
    evaluated = store.current(LIVE, head, NOVEMBER)

    assert evaluated is not None
    line = evaluated.line_by_agent()["190-001"]
    assert line.source == {
        "drop_id": "drop1",
        "key": "drops/agent-kpi/2024-Q4.xlsx",
        "sheet": "Oktober 2024",
        "row": 5,
        "revision": 1,
    }
    assert evaluated.rules["fcr_target_percent"] == {
        "value": 60,
        "in_force_from": "2022-01-01",
        "decision_id": "2023-01-25",
    }
    assert (line.before.months_below, line.after.months_below) == (1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_messages_come_twice_late_and_in_any_order(hotline: Hotline, seed: int) -> None:
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)

    hotline.evaluate_up_to(DECEMBER, times=3, shuffle=random.Random(seed))
    for code in ("751", "190", "240"):
        hotline.ask(code, random.Random(seed).choice([OCTOBER, NOVEMBER, DECEMBER]))
    before = digest()
    hotline.drain(times=2)

    assert digest() == before
    assert outcomes(DECEMBER)["751-001"] == "step_3_pause_proposed"
    assert [each for each in mail_ids() if each.startswith("notice")] == sorted(
        f"notice_{month}_{code}_r1" for month in (OCTOBER, NOVEMBER, DECEMBER) for code in ("190", "751")
    )


def test_starting_twice_evaluates_once(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)
    before = digest()

    again = service.start_month(OCTOBER, clock=hotline.clock)

    assert again.started == ()
    assert hotline.drain() == 0
    assert digest() == before


def test_a_correction_that_changes_a_standing_is_one_mail_and_a_copy(hotline: Hotline) -> None:
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)
    hotline.evaluate_up_to(DECEMBER)
    told = mail_ids()

    fill(hotline, OCTOBER, k190={"190-001": HIGH, "190-002": HIGH})
    hotline.ask("190", OCTOBER)
    hotline.drain(times=2)

    assert sorted(set(mail_ids()) - set(told)) == ["correction-copy_2024-10_190_r2", "correction_2024-10_190_r2"]
    facts = mail("correction_2024-10_190_r2").facts
    assert [(each["month"], each["was"]["step"], each["now"]["step"]) for each in facts["changes"]] == [
        ("2024-10", "Trin 1", "På eller over målet"),
        ("2024-11", "Trin 2", "Trin 1"),
        ("2024-12", "Trin 3: pause foreslået", "Trin 2"),
    ]
    assert facts["withdrawn"] == ["190-001"]
    assert outcomes(DECEMBER)["190-001"] == "step_2"


def test_a_correction_that_changes_no_standing_is_in_the_ledger_but_mails_nobody(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)
    told = mail_ids()

    fill(hotline, OCTOBER, k190={"190-001": (100, 31), "190-002": HIGH})
    hotline.ask("190", OCTOBER)
    hotline.drain()

    head = store.heads(LIVE, ["190"])["190"]
    assert head.revision_by_month[OCTOBER] == 2
    assert store.revision(LIVE, "190", OCTOBER, 1).line_by_agent()["190-001"].resolved == 30
    assert mail_ids() == told


def test_a_correction_back_and_forth_restores_and_says_so_each_time(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)

    for calls in (HIGH, LOW):
        fill(hotline, OCTOBER, k190={"190-001": calls, "190-002": HIGH})
        hotline.ask("190", OCTOBER)
        hotline.drain()

    assert outcomes(OCTOBER)["190-001"] == "step_1"
    assert [each for each in mail_ids() if each.startswith("correction_")] == [
        "correction_2024-10_190_r2",
        "correction_2024-10_190_r3",
    ]


def test_an_agent_who_is_gone_from_a_correction_loses_the_line_and_is_named(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    hotline.evaluate_up_to(OCTOBER)

    fill(hotline, OCTOBER, k190={"190-002": HIGH})
    hotline.ask("190", OCTOBER)
    hotline.drain()

    (change,) = mail("correction_2024-10_190_r2").facts["changes"]
    assert (change["agent"], change["now"]) == ("190-001", None)
    assert "190-001" not in outcomes(OCTOBER)


def test_an_agent_without_a_row_keeps_the_standing(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    fill(hotline, NOVEMBER, k190={"190-002": HIGH})
    fill(hotline, DECEMBER)

    hotline.evaluate_up_to(DECEMBER)

    assert "190-001" not in outcomes(NOVEMBER)
    assert outcomes(DECEMBER)["190-001"] == "step_2"


def test_history_follows_an_agent_to_another_municipality_and_notices_go_to_the_employer(hotline: Hotline) -> None:
    fill(hotline, OCTOBER)
    fill(hotline, NOVEMBER, k190={"190-002": HIGH}, k240={"240-001": HIGH, "190-001": LOW})

    hotline.evaluate_up_to(NOVEMBER)

    assert outcomes(NOVEMBER)["190-001"] == "step_2"
    assert [line["agent"] for line in mail("notice_2024-11_240_r1").facts["lines"]] == ["190-001"]
    assert "notice_2024-11_190_r1" not in mail_ids()


@pytest.mark.parametrize("order", [("190", "240"), ("240", "190")])
def test_a_correction_where_an_agent_was_reaches_where_the_agent_is(hotline: Hotline, order: tuple[str, str]) -> None:
    fill(hotline, OCTOBER)
    fill(hotline, NOVEMBER, k190={"190-002": HIGH}, k240={"240-001": HIGH, "190-001": LOW})
    hotline.evaluate_up_to(NOVEMBER)

    fill(hotline, OCTOBER, k190={"190-001": HIGH, "190-002": HIGH})
    for code in order:
        hotline.ask(code, OCTOBER)
    hotline.drain()

    assert outcomes(NOVEMBER)["190-001"] == "step_1"
    (change,) = mail("correction_2024-11_240_r2").facts["changes"]
    assert (change["was"]["step"], change["now"]["step"]) == ("Trin 2", "Trin 1")
    assert mail("correction_2024-10_190_r2").to == ("leder190@kommune.example",)


def test_a_proposal_that_waits_is_in_every_summary_until_it_is_decided(hotline: Hotline) -> None:
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)
    fill(hotline, JANUARY, k190={"190-001": HIGH, "190-002": HIGH}, k751={"751-001": LOW, "751-003": HIGH})

    hotline.evaluate_up_to(JANUARY)

    waiting = mail("summary_2025-01").facts["waiting"]
    assert [(each["agent"], each["since"], each["line"] and each["line"]["share"]) for each in waiting] == [
        ("190-001", "2024-12", "80,0 %"),
        ("751-001", "2024-12", "30,0 %"),
        ("751-002", "2024-12", None),
    ]
    assert mail("summary_2024-12").facts["waiting"] == []


def test_a_dry_run_starts_from_nothing_mails_nobody_and_leaves_no_standing(hotline: Hotline) -> None:
    january = Month(2024, 1)
    for month in (january, january.next(), january.plus(2), OCTOBER):
        fill(hotline, month)

    run = service.start_dry_run(january, january.plus(2), clock=hotline.clock)
    hotline.drain(times=2)
    assert outcomes(january.plus(2), run=run)["751-001"] == "step_3_pause_proposed"
    assert mail_ids() == []

    hotline.evaluate_up_to(OCTOBER)
    assert outcomes(OCTOBER)["751-001"] == "step_1"


def test_a_mail_in_the_quiet_period_is_held_until_2_august(hotline: Hotline, clock: Any) -> None:
    clock.set(business_date=date(2025, 7, 5))
    fill(hotline, OCTOBER)

    service.start_month(OCTOBER, clock=clock)
    hotline.drain()

    assert {mail(each).send_from for each in mail_ids()} == {date(2025, 8, 2)}


def test_250_agents_of_one_municipality_fit(hotline: Hotline) -> None:
    everybody = {f"751-{number:03}": LOW for number in range(250)}
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month, k751=everybody)

    hotline.evaluate_up_to(DECEMBER)

    assert sum(outcome == "step_3_pause_proposed" for outcome in outcomes(DECEMBER).values()) == 251


def test_more_agents_than_a_revision_holds_are_refused_clearly(hotline: Hotline) -> None:
    fill(hotline, OCTOBER, k751={f"751-{number:03}": LOW for number in range(501)})
    service.start_month(OCTOBER, clock=hotline.clock)

    with pytest.raises(store.TooManyAgents, match="flere end 500 agenter"):
        hotline.drain()


def test_the_summary_comes_once_when_the_last_municipality_is_evaluated(hotline: Hotline) -> None:
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        fill(hotline, month)

    hotline.evaluate_up_to(DECEMBER, times=2)

    facts = mail("summary_2024-12").facts
    assert facts["agents_count"] == 7
    assert facts["page_url"].endswith("/sager")
    assert [(each["municipality"], each["agent"], each["answered"]) for each in facts["proposed"]] == [
        ("Furesø", "190-001", 300),
        ("Aarhus", "751-001", 300),
        ("Aarhus", "751-002", 300),
    ]
    assert facts["municipalities_told"] == 2


def test_the_order_of_messages_leaves_no_trace(hotline: Hotline) -> None:
    """Three months, one agent who moves, a correction: whatever the order and repetition, the same ledger and mails."""
    digests = set()
    for seed in (None, 1, 2, 3):
        emulator.empty()
        hotline.begin_again()
        shuffle = None if seed is None else random.Random(seed)
        fill(hotline, OCTOBER)
        fill(hotline, NOVEMBER, k190={"190-002": HIGH}, k240={"240-001": HIGH, "190-001": LOW})
        fill(hotline, DECEMBER, k190={"190-002": LOW}, k240={"240-001": LOW, "190-001": LOW})
        hotline.evaluate_up_to(DECEMBER, times=1 if seed is None else 2, shuffle=shuffle)
        fill(hotline, OCTOBER, k190={"190-001": HIGH, "190-002": LOW})
        hotline.ask("190", OCTOBER)
        hotline.ask("751", NOVEMBER)
        hotline.drain(times=1 if seed is None else 3, shuffle=shuffle)
        digests.add(digest())

    assert outcomes(DECEMBER)["190-001"] == "step_2"
    assert len(digests) == 1
