"""Dry runs: the secretariat starts one, sees each municipality's months, and reads mails that nobody was sent."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from chalicelib.access.people import Person
from chalicelib.common.months import Month
from chalicelib.evaluation import letters, run_store, schedule, store
from chalicelib.mail import outbox
from chalicelib.rulebook import book
from tests.access.looks import looks_at
from tests.conftest import SettableClock
from tests.evaluation.hotline import HIGH, LOW, Hotline, digest, mail_ids
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, leader_of

LIST = "/proevekoersel"
JANUARY, FEBRUARY, MARCH = (Month(2024, number) for number in (1, 2, 3))
RUN = f"{LIST}/dry-2024-01-2024-03"
LETTER = f"{RUN}/2024-03/751"


@pytest.fixture
def before_the_start(hotline: Hotline) -> Hotline:
    """Three months before the start: 751-001 is below target in all, 240's agent never."""
    for month in (JANUARY, FEBRUARY, MARCH):
        hotline.figures.put("751", month, {"751-001": LOW, "751-002": HIGH})
        hotline.figures.put("240", month, {"240-001": HIGH})
    return hotline


def run(site: Site, *, first: str = "2024-01", last: str = "2024-03") -> TestResponse:
    return site.signed_in(SECRETARIAT).post(LIST, {"fra": first, "til": last})


def test_a_run_is_under_way_until_every_municipality_is_there(before_the_start: Hotline, site: Site) -> None:
    answer = run(site)
    assert (answer.status_code, answer.headers["Location"]) == (303, RUN)
    staff = site.signed_in(SECRETARIAT)

    at_first = staff.get(RUN).text
    before_the_start.drain(times=2)
    afterwards = staff.get(RUN).text

    assert "Prøven er i gang" in at_first
    assert "januar 2024: Aarhus og Egedal" in at_first
    assert "i gang" not in afterwards
    assert f'href="{LETTER}"' in afterwards
    assert "Ingen: intet at fortælle" in afterwards
    assert "1 kommune ville have fået en mail om 1 agent." in afterwards
    assert '<td class="number" data-title="Pause foreslået">1</td>' in afterwards
    assert "751-001" not in afterwards
    assert f'href="{RUN}"' in staff.get(LIST).text


def test_figures_corrected_since_are_said_and_another_run_takes_them_in(before_the_start: Hotline, site: Site) -> None:
    run(site)
    before_the_start.drain()
    before_the_start.figures.put("751", MARCH, {"751-001": HIGH})

    outdated = site.signed_in(SECRETARIAT).get(RUN).text
    run(site)
    before_the_start.drain()

    assert "Tallene er rettet siden prøven" in outdated
    assert "marts 2024: Aarhus" in outdated
    assert "rettet" not in site.signed_in(SECRETARIAT).get(RUN).text


def test_the_mail_is_the_one_that_would_have_gone_out_and_nothing_is_recorded(
    before_the_start: Hotline, site: Site
) -> None:
    run(site)
    before_the_start.drain()
    staff, before = site.signed_in(SECRETARIAT), digest()

    page, alone = staff.get(LETTER), staff.get(f"{LETTER}/mail")

    now = store.current("dry-2024-01-2024-03", store.heads("dry-2024-01-2024-03", ["751"])["751"], MARCH)
    assert now is not None
    real = letters.notice(now, book=book.load(), today=schedule.evaluation_day(MARCH))
    assert real is not None
    text, html = outbox.rendered(real)
    assert alone.text == html
    (policy,) = alone.headers.getlist("Content-Security-Policy")
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "Prøvekørsel: mailen er ikke sendt" in page.text
    assert real.subject in page.text
    assert text.strip().splitlines()[0] in page.text
    assert "Kommunens ledere" in page.text
    assert "leder751@kommune.example" not in page.text
    assert (mail_ids(), digest()) == ([], before)


def test_each_look_at_a_mail_is_noted_with_everybody_in_the_months_figures(
    before_the_start: Hotline, site: Site, clock: SettableClock
) -> None:
    run(site)
    before_the_start.drain()

    site.signed_in(SECRETARIAT).get(LETTER)
    site.signed_in(SECRETARIAT).get(f"{LETTER}/mail")

    for agent in ("751-001", "751-002"):
        assert [(each.who, each.purpose) for each in looks_at(agent)] == 2 * [(SECRETARIAT.address, "Prøvekørsel")]


def test_a_municipality_with_nothing_to_tell_says_so(before_the_start: Hotline, site: Site) -> None:
    run(site)
    before_the_start.drain()
    staff = site.signed_in(SECRETARIAT)

    assert "intet at fortælle" in staff.get(f"{RUN}/2024-03/240").text
    assert staff.get(f"{RUN}/2024-03/240/mail").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{LIST}/dry-2024-01-2024-02",
        f"{LIST}/live",
        f"{LIST}/live/2024-10/751",
        f"{RUN}/2024-04/751",
        f"{RUN}/march/751",
        f"{RUN}/2024-03/190",
        f"{RUN}/2024-03/000",
        f"{RUN}/2024-03/000/mail",
    ],
)
def test_what_was_never_run_is_not_found(before_the_start: Hotline, site: Site, path: str) -> None:
    run(site)
    before_the_start.drain()

    assert site.signed_in(SECRETARIAT).get(path).status_code == 404


@pytest.mark.parametrize(
    ("first", "last", "field", "message"),
    [
        ("2024-02", "2024-01", "til", "Vælg februar 2024 eller en måned efter den."),
        ("", "2024-01", "fra", "Vælg en af månederne på listen."),
        ("2024-01", "2024-10", "til", "Vælg en af månederne på listen."),
    ],
)
def test_months_that_cannot_be_run_are_told_at_their_field(
    before_the_start: Hotline, site: Site, first: str, last: str, field: str, message: str
) -> None:
    before_the_start.figures.put("751", Month(2024, 10), {"751-001": LOW})

    answer = run(site, first=first, last=last)

    assert answer.status_code == 422
    assert f'id="felt-{field}-fejl"' in answer.text
    assert message in answer.text
    assert run_store.runs() == ()


def test_without_earlier_months_the_page_says_what_is_missing(hotline: Hotline, site: Site) -> None:
    page = site.signed_in(SECRETARIAT).get(LIST).text

    assert "ikke kørt nogen prøve endnu" in page
    assert "ingen tal fra måneder før proceduren" in page


@pytest.mark.parametrize("person", [CHAIR, STEERING_GROUP, leader_of("751")], ids=["chair", "group", "leader"])
def test_dry_runs_are_the_secretariats_alone(before_the_start: Hotline, site: Site, person: Person) -> None:
    run(site)
    before_the_start.drain()
    visitor = site.signed_in(person)

    for path in (LIST, RUN, LETTER, f"{LETTER}/mail"):
        assert visitor.get(path).status_code == 404
