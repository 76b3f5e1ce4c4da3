"""A partner's load on its page: forecasts against the calls that came, where these come from, and calls to the API."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access import call_limits
from chalicelib.common.months import Month
from chalicelib.kpi.drops import Drop
from chalicelib.kpi.figures import PartnerFigures, Source
from chalicelib.partners import load_pages, sparkline
from chalicelib.partners.forecasts import store as forecast_store
from chalicelib.partners.forecasts.comparison import compared, window
from chalicelib.partners.forecasts.weeks import Week
from tests.kpi.conftest import Desk
from tests.kpi.files import csv_bytes
from tests.partners.dealing import Dealing
from tests.partners.test_routes import PAGE
from tests.web import CHAIR, SECRETARIAT, Site

TODAY = date(2025, 2, 5)  # in 2025-W06
HEADINGS = ("Partner", "Måned", "Indkomne opkald", "Besvarede opkald", "Straksafklarede", "Gns. samtaletid")


def told_forecast(dealing: Dealing, week: Week, *calls: int, partner_id: str = "renosyd") -> None:
    forecast_store.put(partner_id, week, calls, by=f"partner:{partner_id}", clock=dealing.clock)


def january(desk: Desk, calls: int = 310) -> Drop:
    row = ["RENOSYD", "01-2025", calls, 90, 60, "03:41"]
    return desk.drop(csv_bytes(row, headings=HEADINGS), key="drops/partner-kpi/partnere.csv")


@pytest.fixture
def desk(dealing: Dealing, clock: Any, queued: Callable[[str], list[Any]]) -> Desk:
    return Desk(clock, queued)


def rows_of(page: str, caption: str) -> list[list[str]]:
    """The cells of a table's rows, as they are read."""
    body = re.search(rf"<caption>{re.escape(caption)}</caption>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert body is not None, caption
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    return [[unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def weeks_of(page: str) -> dict[str, list[str]]:
    rows = rows_of(page, "Ventede og indkomne opkald, uge for uge")
    return {name: rest for name, *rest in rows}


def test_forecasts_stand_against_the_calls_of_their_weeks(dealing: Dealing, desk: Desk, site: Site) -> None:
    dealing.registered()
    dealing.move_to(date(2025, 1, 6))
    told_forecast(dealing, Week(2025, 2), 10, 10, 10, 10, 10, 5, 5)
    told_forecast(dealing, Week(2025, 3), 10, 10, 10, 10, 10, 15, 15)
    dealing.move_to(TODAY)
    told_forecast(dealing, Week(2025, 7), 0, 0, 0, 0, 0, 0, 0)
    told_forecast(dealing, Week(2025, 7), 200, 200, 200, 200, 200, 0, 1)
    told_forecast(dealing, Week(2025, 7), 999, 0, 0, 0, 0, 0, 0, partner_id="reno-djurs")
    january(desk)

    page = site.signed_in(SECRETARIAT).get(PAGE).text
    weeks = weeks_of(page)

    assert len(weeks) == 21
    assert weeks["Uge 2 fra 6. januar 2025"] == ["60", "70", "+10"]
    assert weeks["Uge 3 fra 13. januar 2025"] == ["80", "70", "−10"]
    assert weeks["Uge 7 fra 10. februar 2025"] == ["1.001 (revision 2)", "–", "–"]
    assert weeks["Uge 4 fra 20. januar 2025"] == ["–", "70", "–"]
    assert weeks["Uge 1 fra 30. december 2024"] == ["–", "–", "–"], "December isn't known"
    assert "I 2 uger, hvor begge dele kendes, ventede partneren 140 opkald. Der kom omkring 140." in page
    assert "Den seneste prognose kom 5. februar 2025 kl. 06.00." in page
    assert page.count('fill="#8fbce8"') == 3
    assert page.count('fill="#ededed"') == 21 - 4, "of weeks 2, 3, 4 and 7 something is known"


def test_a_month_leads_to_the_report_of_the_file_it_came_in_for_who_may_read_that(
    dealing: Dealing, desk: Desk, site: Site
) -> None:
    dealing.registered()
    january(desk, 500)
    dropped = january(desk)
    caption = "Månederne bag de indkomne opkald"
    secretariat, chair = (site.signed_in(person) for person in (SECRETARIAT, CHAIR))
    page = secretariat.get(PAGE).text

    assert rows_of(page, caption) == rows_of(chair.get(PAGE).text, caption)
    assert rows_of(page, caption) == [
        ["november 2024", "–", "Ingen tal"],
        ["december 2024", "–", "Ingen tal"],
        ["januar 2025", "310", "Revision 2, partnere.csv, række 2"],
        ["februar 2025", "–", "Ingen tal"],
    ]
    report = f"/rapporter/{dropped.drop_id}"
    assert f'href="{report}"' in page
    assert secretariat.get(report).status_code == 200
    assert "/rapporter/" not in chair.get(PAGE).text


def test_where_nothing_is_known_nothing_is_drawn(dealing: Dealing, site: Site) -> None:
    dealing.registered()
    page = site.signed_in(SECRETARIAT).get(PAGE).text

    assert "Der er hverken prognoser eller tal for ugerne omkring i dag." in page
    assert "Partnerens system har ikke kaldt de seneste 30 dage." in page
    assert "<svg" not in page


def test_calls_to_the_api_are_shown_by_day(dealing: Dealing, site: Site) -> None:
    dealing.registered()
    for days_ago, times in ((30, 5), (29, 1), (2, 3), (0, 2)):
        dealing.clock.set(instant=datetime(2025, 2, 5, 5, tzinfo=UTC) - timedelta(days=days_ago))
        for _ in range(times):
            call_limits.count("renosyd", clock=dealing.clock)
    page = site.signed_in(SECRETARIAT).get(PAGE).text

    assert "6 kald de seneste 30 dage, højst 3 på én dag." in page
    assert rows_of(page, "Dage med kald, den seneste først") == [
        ["5. februar 2025", "2"],
        ["3. februar 2025", "3"],
        ["7. januar 2025", "1"],
    ]
    assert f'href="{PAGE}/webhooks"' in page


@given(counts=st.lists(st.integers(0, 200_000), max_size=30))
def test_a_day_with_calls_has_a_bar_and_a_day_without_has_none(counts: list[int]) -> None:
    bars = sparkline.drawn(counts)

    assert len(bars) == sum(count > 0 for count in counts)
    for bar in bars:
        assert 0 <= bar.x < bar.x + bar.width <= sparkline.WIDTH
        assert 0 <= bar.y < bar.y + bar.height == sparkline.HEIGHT


@pytest.mark.parametrize(
    ("expected", "came", "summary"),
    [
        pytest.param(50, 310, "ventede partneren 50 opkald. Der kom omkring 70: 40,0 % flere end ventet.", id="more"),
        pytest.param(80, 310, "ventede partneren 80 opkald. Der kom omkring 70: 12,5 % færre end ventet.", id="fewer"),
        pytest.param(70, 310, "ventede partneren 70 opkald. Der kom omkring 70.", id="as many"),
        pytest.param(0, 310, "ventede partneren 0 opkald. Der kom omkring 70.", id="none expected"),
        pytest.param(0, 0, "ventede partneren 0 opkald. Der kom omkring 0.", id="none, as expected"),
    ],
)
def test_the_weeks_are_summed_up_in_a_sentence(expected: int, came: int, summary: str) -> None:
    week, month = Week(2025, 2), Month(2025, 1)
    loads = compared(window(TODAY), forecast_by_week={week: expected}, calls_by_month={month: came})

    facts = load_pages.load_facts(loads, forecast_by_week={}, figures_by_month={}, reads_reports=False)

    assert facts["summary"] == f"I 1 uge, hvor begge dele kendes, {summary}"


def test_a_source_in_a_workbook_names_its_sheet() -> None:
    source = Source(drop_id="00", key="drops/partner-kpi/2025.xlsx", sheet="Januar", row=9, revision=1)
    told = PartnerFigures(
        month=Month(2025, 1), revision=3, offered=1310, answered=90, resolved=60, talk_seconds=None, source=source
    )

    facts = load_pages.load_facts((), forecast_by_week={}, figures_by_month={told.month: told}, reads_reports=False)

    assert facts["months"] == [
        {
            "month": "januar 2025",
            "calls": "1.310",
            "source": "Revision 3, 2025.xlsx, ark Januar, række 9",
            "report": None,
        }
    ]
