"""The what-if page: counts beside today's rule for the steering group; it changes nothing and shows no agent."""

from __future__ import annotations

import re

import pytest

from chalicelib.access.people import Person
from chalicelib.common.months import Month
from tests.access.test_every_route import stored
from tests.evaluation.hotline import HIGH, LOW, Hotline
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, leader_of

PAGE = "/hvad-nu-hvis"
TRY = f"{PAGE}?maal=90&mindst=0&vaern=nej&niveau=2,5&foerste=08-2024"


@pytest.fixture
def with_earlier_months(proposed: Hotline) -> Hotline:
    """Two months before the start, too."""
    for month in (Month(2024, 8), Month(2024, 9)):
        for code in ("190", "240", "751"):
            proposed.figures.put(code, month, {f"{code}-001": LOW, f"{code}-002": HIGH})
    return proposed


def cells(page: str, name: str) -> list[str]:
    """Return the numbers of the row that begins with the name."""
    row = page.split(f">{name}</td>")[1].split("</tr>")[0]
    return [cell.split(">")[1].split("<")[0] for cell in row.split("<td")[1:]]


@pytest.mark.parametrize("person", [SECRETARIAT, CHAIR, STEERING_GROUP], ids=["secretariat", "chair", "group"])
def test_the_page_begins_with_todays_rule_beside_itself(proposed: Hotline, site: Site, person: Person) -> None:
    page = site.signed_in(person).get(PAGE).text

    assert "Felterne står på dagens regel" in page
    assert 'name="maal" type="text" value="60"' in page
    assert 'name="niveau" type="text" value="2,5"' in page
    assert 'name="foerste" type="text" value="10-2024"' in page
    assert cells(page, "Agenter med en pause foreslået") == ["3", "3", "0"]


def test_a_leader_does_not_find_it(proposed: Hotline, site: Site) -> None:
    assert site.signed_in(leader_of("751")).get(PAGE).status_code == 404


def test_another_rule_and_start_are_told_in_words_chart_and_tables(with_earlier_months: Hotline, site: Site) -> None:
    page = site.signed_in(STEERING_GROUP).get(TRY).text

    assert "fra august 2024, 5 måneder med tal" in page
    today, tried, apart = cells(page, "Agenter med en pause foreslået")
    assert (today, int(tried) - int(today)) == ("3", int(apart.removeprefix("+")))
    assert "<svg" in page
    assert "90 % (prøvens)" in page
    assert "60 % (reglens)" in page
    assert "3. kvartal 2024" in page
    assert "den ændrer intet" in page


def test_months_without_figures_are_named_and_starts_compare_by_the_month(proposed: Hotline, site: Site) -> None:
    for code in ("190", "240", "751"):
        proposed.figures.put(code, Month(2024, 5), {f"{code}-001": LOW})
    page = site.signed_in(CHAIR).get(PAGE).text

    assert "4 måneder; tal mangler for april 2024 og juni 2024–september 2024" in page
    assert re.search(r"[0-9],[0-9]\som\småneden</span>", page)


def test_a_level_is_not_asked_for_where_the_guard_is_off(proposed: Hotline, site: Site) -> None:
    assert site.signed_in(CHAIR).get(f"{PAGE}?vaern=nej&niveau=hvad").status_code == 200
    assert site.signed_in(CHAIR).get(f"{PAGE}?vaern=ja&niveau=hvad").status_code == 422


def test_no_agent_is_shown(with_earlier_months: Hotline, site: Site) -> None:
    assert "-001" not in site.signed_in(SECRETARIAT).get(TRY).text


@pytest.mark.parametrize("person", [CHAIR, STEERING_GROUP], ids=["chair", "group"])
def test_municipalities_of_few_agents_stand_together_but_for_the_secretariat(
    with_earlier_months: Hotline, site: Site, person: Person
) -> None:
    with_earlier_months.figures.put("751", Month(2024, 9), {f"751-00{number}": LOW for number in range(1, 7)})

    own, others = (site.signed_in(each).get(TRY).text.split("Kommune for kommune")[1] for each in (SECRETARIAT, person))

    assert [name in own for name in ("Furesø", "Egedal", "Aarhus", "Øvrige")] == [True, True, True, False]
    assert [name in others for name in ("Furesø", "Egedal", "Aarhus", "Øvrige")] == [False, False, True, True]


def test_trying_changes_nothing_at_all(with_earlier_months: Hotline, site: Site) -> None:
    visitor = site.signed_in(STEERING_GROUP)
    before = stored()

    visitor.get(TRY)

    assert stored() == before


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("maal", "0", "Det passer ikke. Målet er et helt tal fra 1 til 100, uden procenttegn."),
        ("maal", "tres", "Det er ikke et helt tal."),
        ("mindst", "-1", "Det er ikke et helt tal."),
        ("vaern", "måske", "Vælg, om værnet er slået til eller fra."),
        ("niveau", "60", "Skriv niveauet i procent fra 0,1 til 50"),
        ("foerste", "oktober", "Skriv måned og år, for eksempel 10-2024."),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field_and_nothing_typed_is_lost(
    proposed: Hotline, site: Site, field: str, text: str, message: str
) -> None:
    typed = {"maal": "61", "mindst": "31", "vaern": "ja", "niveau": "3,5", "foerste": "11-2024"} | {field: text}

    answer = site.signed_in(SECRETARIAT).get(PAGE, query_string=typed)

    assert answer.status_code == 422
    assert f'id="felt-{field}-fejl"' in answer.text
    assert message in answer.text
    for name, kept in typed.items():
        if name != "vaern":
            assert f'name="{name}" type="text" value="{kept}"' in answer.text
    assert "Svaret" not in answer.text


def test_an_empty_field_is_todays_rule(proposed: Hotline, site: Site) -> None:
    page = site.signed_in(SECRETARIAT).get(f"{PAGE}?maal=&foerste=").text

    assert "Felterne står på dagens regel" in page


def test_without_figures_the_page_says_what_is_missing(hotline: Hotline, site: Site) -> None:
    answer = site.signed_in(SECRETARIAT).get(PAGE)

    assert answer.status_code == 200
    assert "Der er ingen måneder med tal endnu" in answer.text
