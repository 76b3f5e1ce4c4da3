"""The network's months: everybody's counts together, and nobody in them."""

from __future__ import annotations

from tests.evaluation.hotline import Hotline
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, leader_of


def test_staff_see_each_month_s_sums_newest_first_and_no_agent(proposed: Hotline, site: Site) -> None:
    pages = {person.role: site.signed_in(person).get("/opfoelgning").text for person in (CHAIR, STEERING_GROUP)}
    page = pages[CHAIR.role]

    assert page.index("december 2024") < page.index("november 2024") < page.index("oktober 2024")
    assert '<td data-title="Løste opkald">331 af 610</td>' in page
    assert "Trin 3: pause foreslået: 3" in page
    assert "751-00" not in page + pages[STEERING_GROUP.role]
    assert "/opfoelgning/751" not in page


def test_the_secretariat_goes_on_to_municipalities_and_leaders_do_not_come_here(proposed: Hotline, site: Site) -> None:
    assert '<a href="/opfoelgning/751">Aarhus</a>' in site.signed_in(SECRETARIAT).get("/opfoelgning").text
    assert site.signed_in(leader_of("751")).get("/opfoelgning").status_code == 404


def test_the_page_leads_on_to_what_each_role_may_open(proposed: Hotline, site: Site) -> None:
    related = ("/sager", "/hvad-nu-hvis", "/proevekoersel", "/indsigt")
    led_to = {
        person.role: [
            each for each in related if f'<li><a href="{each}">' in site.signed_in(person).get("/opfoelgning").text
        ]
        for person in (SECRETARIAT, CHAIR, STEERING_GROUP)
    }

    assert led_to[SECRETARIAT.role] == list(related)
    assert led_to[CHAIR.role] == led_to[STEERING_GROUP.role] == ["/hvad-nu-hvis"]


def test_before_the_first_month_the_page_says_so(hotline: Hotline, site: Site) -> None:
    assert "Der er ikke gjort nogen måned op endnu." in site.signed_in(CHAIR).get("/opfoelgning").text
