"""A month is counted by doing it: the same numbers each time, and those that docs/cost.md tells."""

from __future__ import annotations

import csv
import io

from chalicelib.common.months import Month
from chalicelib.runtime.metrics import Metric
from infra import packaged
from infra.costing import document, figures, inputs, month
from infra.costing.__main__ import SMALL
from infra.costing.bill import Basis, amounts, usd_by_service
from infra.costing.chart import Point, drawn
from infra.costing.meter import Unit
from infra.local.aws import Emulated
from tests.conftest import EmulatedAWS
from tests.infra import roles


def test_docs_cost_tells_what_a_small_month_comes_to(aws: EmulatedAWS) -> None:
    """Within a tenth, so that one read more somewhere needs no new counting; a new habit does."""
    rows = document.part(document.PATH.read_text(encoding="utf-8"), "small").splitlines()[2:]
    told = dict(row.strip("| ").split(" | ") for row in rows)

    emulated = Emulated(environment=aws.environment, references=aws.references)
    with roles.unwatched():  # the meter looks at items before and after each call, as part of it
        counted = month.count(emulated, SMALL, months_kept=1, given=inputs.assumptions())

    now = dict(document.units(counted))
    assert told.keys() == now.keys()
    outdated = {unit: (told[unit], now[unit]) for unit in now if not _is_near(float(told[unit]), float(now[unit]))}
    assert not outdated, "count again: python -m infra.costing"
    # Each step of the month left its trace, so nothing was skipped in silence.
    functions = {name for name, unit in counted.counts if unit is Unit.INVOCATIONS}
    assert functions >= {
        "app",
        "ingest-drop",
        "start-evaluation",
        "evaluate-municipality",
        "deliver-mail",
        "settle-receipts",
    }
    assert counted.counts["evaluate-municipality", Unit.INVOCATIONS] >= SMALL
    basis = Basis(prices=inputs.prices(), given=inputs.assumptions(), template=packaged.template())
    assert all(usd >= 0 for usd in usd_by_service(counted, basis).values())
    polls = counted.queues * 5 * 3 * 60 * 24 * counted.days  # five polls of 20 seconds at each queue
    assert amounts(counted, basis)["SQS requests"] == polls + month.by_unit(counted.counts)[Unit.SQS_REQUESTS]


def test_docs_cost_tells_of_every_alarm_and_metric_there_is_and_of_the_years_that_figures_are_kept() -> None:
    text = document.PATH.read_text(encoding="utf-8")
    amount_by_bought = {
        row.split("|")[2].strip(): row.split("|")[4].strip() for row in document.part(text, "bill").splitlines()[2:]
    }
    alarms = [each for each in packaged.template()["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    months = [row.split("|")[3].strip() for row in document.part(text, "years").splitlines()[2:]]

    assert amount_by_bought["alarms"] == str(len(alarms)), "count again: python -m infra.costing"
    assert amount_by_bought["metrics of ours"] == str(len(Metric)), "count again: python -m infra.costing"
    assert months == ["3", "12", "24", "36"]


def _is_near(told: float, now: float) -> bool:
    return abs(told - now) <= 0.1 * max(told, now)


def test_a_made_up_month_is_the_same_every_time_and_about_a_third_falls_short() -> None:
    files = figures.files_of(Month(2024, 12), municipalities=40)

    assert files == figures.files_of(Month(2024, 12), municipalities=40)
    rows = list(csv.DictReader(io.StringIO(files[0].content.decode("cp1252")), delimiter=";"))
    assert len({row["Kommune"] for row in rows}) == 40
    assert 6 <= len(rows) / 40 <= 7
    short = sum(int(row["Straksafklarede"]) < 0.6 * int(row["Besvarede opkald"]) for row in rows)
    assert 0.2 < short / len(rows) < 0.45


def test_everything_that_is_bought_has_a_price_with_its_source() -> None:
    for price in inputs.prices():
        assert price.source, price
        assert price.as_of, price
        assert price.usd > 0, price


def test_the_picture_stacks_to_the_sum() -> None:
    few, many = {"SQS": 1.0, "CloudWatch": 3.0, "Lambda": 0.5}, {"SQS": 1.0, "CloudWatch": 3.0, "Lambda": 1.5}

    picture = drawn([Point(agents=60, usd_by_service=few), Point(agents=600, usd_by_service=many)])

    assert all(text in picture for text in (">4.50<", ">5.50<", ">60 agents<", ">600 agents<", ">CloudWatch<"))
