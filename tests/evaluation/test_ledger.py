"""The ledger's pure part: lines from rows, and what a correction changed."""

from dataclasses import replace

from chalicelib.common.months import Month
from chalicelib.evaluation.ledger import MunicipalityMonth, Row, changed_standings, evaluate_rows
from chalicelib.evaluation.ledger_json import line_from_json, line_to_json, standing_from_json, standing_to_json
from chalicelib.evaluation.rules import AgentMonth, Outcome, Policy, Standing

OCTOBER = Month(2024, 10)
POLICY = Policy(target_percent=60, minimum_answered=30, guard_level_permille=25)


def row(agent: str, answered: int, resolved: int, *, sheet_row: int = 5) -> Row:
    return Row(
        agent=agent,
        calls=AgentMonth(month=OCTOBER, answered=answered, resolved=resolved),
        source={"drop_id": "d", "key": "drops/agent-kpi/x.csv", "sheet": None, "row": sheet_row, "revision": 1},
    )


def month(*rows: Row, standings: dict[str, Standing] | None = None) -> MunicipalityMonth:
    lines, after = evaluate_rows(
        rows, municipality_code="190", standings=standings or {}, policy=POLICY, effects_by_agent={}
    )
    return MunicipalityMonth(
        municipality_code="190",
        month=OCTOBER,
        revision=1,
        figures_revision=1,
        snapshot="",
        rules={},
        lines=lines,
        standings=after,
    )


def test_lines_stand_by_agent_with_inputs_source_and_municipality() -> None:
    evaluated = month(row("190-002", 100, 80, sheet_row=7), row("190-001", 100, 30, sheet_row=6))

    assert [line.agent for line in evaluated.lines] == ["190-001", "190-002"]
    line = evaluated.line_by_agent()["190-001"]
    assert (line.municipality_code, line.month, line.answered, line.resolved) == ("190", OCTOBER, 100, 30)
    assert (line.outcome, line.source["row"], line.after.months_below) == (Outcome.STEP_1, 6, 1)
    assert evaluated.standings["190-001"] == line.after


def test_who_has_no_row_keeps_the_standing_and_gets_no_line() -> None:
    known = Standing(month=OCTOBER.previous(), months_below=2)

    evaluated = month(row("190-002", 100, 80), standings={"190-001": known})

    assert evaluated.standings["190-001"] == known
    assert "190-001" not in evaluated.line_by_agent()


def test_coming_back_from_a_step_is_an_improvement() -> None:
    known = {"190-001": Standing(month=OCTOBER.previous(), months_below=1)}

    (line,) = month(row("190-001", 100, 80), standings=known).lines

    assert line.is_improvement


def test_only_changed_steps_are_news() -> None:
    was = month(row("190-001", 100, 30), row("190-002", 100, 80), row("190-003", 100, 30), row("190-004", 50, 40))
    now = month(row("190-001", 100, 31), row("190-002", 100, 20), row("190-005", 100, 30), row("190-004", 5, 4))

    changes = changed_standings(was, now)

    assert [(each.agent, each.month) for each in changes] == [
        ("190-002", OCTOBER),
        ("190-003", OCTOBER),
        ("190-005", OCTOBER),
    ]
    improved, gone, new = changes
    assert improved.was is not None
    assert (improved.was.outcome, improved.now and improved.now.outcome) == (Outcome.OK, Outcome.STEP_1)
    assert gone.now is None
    assert new.was is None


def test_a_withdrawn_proposal_is_news_though_the_count_is_the_same() -> None:
    was = month(row("190-001", 100, 30))
    proposed = {"190-001": replace(was.standings["190-001"], proposal_month=OCTOBER)}

    (change,) = changed_standings(replace(was, standings=proposed), was)

    assert change.agent == "190-001"


def test_lines_and_standings_come_back_from_json_as_they_were() -> None:
    known = Standing(
        month=OCTOBER.previous(),
        months_below=2,
        last_three=(
            AgentMonth(month=OCTOBER.plus(-2), answered=100, resolved=40),
            AgentMonth(month=OCTOBER.plus(-1), answered=90, resolved=40),
        ),
    )
    for line in month(row("190-001", 100, 30), row("190-002", 0, 0), standings={"190-001": known}).lines:
        assert line_from_json(line_to_json(line), municipality_code="190", month=OCTOBER) == line
        assert standing_from_json(standing_to_json(line.after)) == line.after
    assert standing_from_json(standing_to_json(Standing())) == Standing()
