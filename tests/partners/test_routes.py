"""The pages of partners through the site: what staff do, what stands beside a field, and the partner's own form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from html import unescape

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.access import partner_keys
from chalicelib.access.people import Role
from chalicelib.access.routing import declared
from chalicelib.access.table import ROLES_BY_ROUTE
from chalicelib.partners import naming, store
from chalicelib.partners.agreements import Event, Partnership, State
from chalicelib.rulebook import decisions
from tests.partners.dealing import END, MANDATE, OPEN_TERMS, RENOSYD, Dealing, mail, mail_ids
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor, leader_of

NEW: Mapping[str, str] = {
    "navn": "RenoSyd",
    "cvr": "12 34 56 78",
    "koe": "RenoSyd",
    "kontakter": "drift@renosyd.example\r\nchef@renosyd.example\r\n",
}
TERMS: Mapping[str, str] = {
    "start": "01-03-2025",
    "slut": "30-09-2025",
    "gennemgang": "",
    "daekning": "Opkald om affald",
    "opkald": "1.200",
    "pris": "25,50",
}
EXTENSION: Mapping[str, str] = {
    "til": "31-03-2026",
    "til_gennemgang": "",
    "til_opkald": "1000",
    "til_pris": "",
    "beslutning": MANDATE,
}
PRESSED = {"": ""}
PAGE = "/partnere/renosyd"


def errors_of(page: str) -> dict[str, str]:
    """What the page says beside each field."""
    found = re.findall(r'id="felt-([a-z_]+)-fejl"><span class="sr-only">Fejl: </span>([^<]*)<', page)
    return {name: unescape(message) for name, message in found}


def actions_on(page: str) -> set[str]:
    """What can be done on the page of a partner."""
    return set(re.findall(rf'action="{PAGE}/([a-z]+)"', page))


def public_pem(private: Ed25519PrivateKey) -> str:
    return (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def renosyd() -> Partnership:
    found = store.get("renosyd")
    assert found is not None
    return found


@pytest.fixture
def secretariat(dealing: Dealing, site: Site) -> Visitor:
    return site.signed_in(SECRETARIAT)


def test_a_partner_is_taken_from_its_first_form_to_an_extension_by_its_page(
    dealing: Dealing, secretariat: Visitor
) -> None:
    created = secretariat.post("/partnere/ny", NEW)
    assert (created.status_code, created.headers["Location"]) == (303, PAGE)
    for action, fields in (
        ("forslag", TERMS),
        ("aktiver", {"mandat": MANDATE}),
        ("forlaeng", EXTENSION),
        ("slut", {"sidste_dag": "31-12-2025", "aarsag": "Opsagt af partneren"}),
    ):
        assert secretariat.post(f"{PAGE}/{action}", fields).status_code == 303, action

    partnership = renosyd()
    assert partnership.partner == RENOSYD
    first, second = partnership.granted
    assert (first.terms.calls_per_month, first.terms.price_per_call_oere) == (1200, 2550)
    assert (second.period.start, second.period.end) == (date(2025, 10, 1), date(2025, 12, 31))
    page = secretariat.get(PAGE).text
    for shown in (
        "1. marts 2025 – 30. september 2025",
        "7 hele måneder",
        "25,50",
        MANDATE,
        "Opsagt af partneren",
        "<svg",
    ):
        assert shown in page
    assert "1. marts 2025 – 30. september 2025" not in secretariat.get("/partnere/ny").text
    assert "RenoSyd" in secretariat.get("/partnere").text


def test_every_role_sees_what_it_may_do_and_nothing_else(dealing: Dealing, site: Site) -> None:
    dealing.active()
    dealing.ask()
    pages = {person.role: site.signed_in(person).get(PAGE).text for person in (SECRETARIAT, CHAIR, STEERING_GROUP)}

    assert actions_on(pages[Role.SECRETARIAT]) == {
        "forlaeng",
        "afvis",
        "forslag",
        "slut",
        "noegler",
        "oplysninger",
        "kontakter",
    }
    assert actions_on(pages[Role.CHAIR]) == {"forlaeng", "afvis"}
    assert actions_on(pages[Role.STEERING_GROUP]) == set()
    assert 'value="31-03-2026"' in pages[Role.CHAIR], "the wish fills the form"
    assert site.signed_in(leader_of("250")).get(PAGE).status_code == 404
    assert site.visitor().get(PAGE).status_code == 303


def test_what_is_shown_can_be_done_and_what_is_hidden_is_refused(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.active(OPEN_TERMS)
    assert actions_on(secretariat.get(PAGE).text) == {"gennemgaaet", "slut", "noegler", "oplysninger", "kontakter"}

    refused = secretariat.post(f"{PAGE}/forlaeng", EXTENSION)
    assert (refused.status_code, "kan ikke forlænges" in refused.text) == (409, True)
    assert secretariat.post(f"{PAGE}/aktiver", {"mandat": MANDATE}).status_code == 409
    assert secretariat.post(f"{PAGE}/opgiv", PRESSED).status_code == 409
    assert secretariat.post(f"{PAGE}/gennemgaaet", {"naeste": "01-03-2027"}).status_code == 303


def test_a_review_that_is_overdue_stands_out_in_the_list_and_on_the_page(dealing: Dealing, site: Site) -> None:
    dealing.active(OPEN_TERMS)
    for day, is_overdue in ((date(2026, 3, 1), False), (date(2026, 3, 2), True)):
        dealing.move_to(day)
        secretariat = site.signed_in(SECRETARIAT)
        assert ("den overskredne gennemgang" in secretariat.get("/partnere").text) is is_overdue
        badge = '<span class="badge badge-warning">Gennemgang overskredet</span>'
        assert (badge in secretariat.get(PAGE).text) is is_overdue


@pytest.mark.parametrize(
    ("action", "fields", "field"),
    [
        ("forslag", {**TERMS, "start": "i morgen"}, "start"),
        ("forslag", {**TERMS, "slut": "31-02-2025"}, "slut"),
        ("forslag", {**TERMS, "slut": "28-02-2025"}, "slut"),
        ("forslag", {**TERMS, "slut": ""}, "gennemgang"),
        ("forslag", {**TERMS, "gennemgang": "01-09-2025"}, "gennemgang"),
        ("forslag", {**TERMS, "daekning": ""}, "daekning"),
        ("forslag", {**TERMS, "opkald": "mange"}, "opkald"),
        ("forslag", {**TERMS, "opkald": "9.999.999"}, "opkald"),
        ("forslag", {**TERMS, "pris": "25,5"}, "pris"),
        ("kontakter", {"kontakter": "drift@renosyd"}, "kontakter"),
        ("kontakter", {"kontakter": ""}, "kontakter"),
        ("noegler", {"noegle": "hej"}, "noegle"),
    ],
)
def test_what_can_t_be_taken_is_said_beside_its_field_and_nothing_typed_is_lost(
    dealing: Dealing, secretariat: Visitor, action: str, fields: Mapping[str, str], field: str
) -> None:
    dealing.registered()
    answer = secretariat.post(f"{PAGE}/{action}", fields)

    assert answer.status_code == 422
    assert list(errors_of(answer.text)) == [field]
    if action == "forslag" and fields["daekning"]:
        assert "Opkald om affald" in answer.text
    assert renosyd().version == 1


@pytest.mark.parametrize(
    ("action", "fields", "field", "status"),
    [
        ("forlaeng", {**EXTENSION, "til": "30-09-2025"}, "til", 422),
        ("forlaeng", {**EXTENSION, "til": ""}, "til_gennemgang", 422),
        ("forlaeng", {**EXTENSION, "beslutning": "nej"}, "beslutning", 422),
        ("forlaeng", {**EXTENSION, "beslutning": "2024-06-19/99"}, "beslutning", 422),
        ("afvis", {"afslag": MANDATE, "begrundelse": ""}, "begrundelse", 422),
        ("afvis", {"afslag": "", "begrundelse": "Nej"}, "afslag", 422),
        ("slut", {"sidste_dag": "04-02-2025", "aarsag": "Opsagt"}, "sidste_dag", 422),
        ("slut", {"sidste_dag": "01-09-2025", "aarsag": ""}, "aarsag", 422),
        ("forslag", TERMS, "start", 409),
    ],
)
def test_what_the_rules_say_stands_beside_the_field_it_is_about(
    dealing: Dealing, secretariat: Visitor, action: str, fields: Mapping[str, str], field: str, status: int
) -> None:
    version = dealing.active().version
    dealing.ask()
    answer = secretariat.post(f"{PAGE}/{action}", fields)

    assert (answer.status_code, list(errors_of(answer.text))) == (status, [field])
    assert renosyd().version == version + 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({**NEW, "navn": ""}, "navn"),
        ({**NEW, "navn": "Ny"}, "navn"),
        ({**NEW, "navn": "…"}, "navn"),
        ({**NEW, "cvr": "1234567"}, "cvr"),
        ({**NEW, "koe": ""}, "koe"),
        ({**NEW, "kontakter": "a@b.example, c@d.example"}, "kontakter"),
    ],
)
def test_a_new_partner_that_can_t_be_taken_is_asked_again(
    secretariat: Visitor, fields: Mapping[str, str], field: str
) -> None:
    answer = secretariat.post("/partnere/ny", fields)
    assert (answer.status_code, list(errors_of(answer.text))) == (422, [field])
    assert store.all_partners() == ()


def test_a_second_partner_of_the_name_is_told_and_keeps_its_form(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.registered()
    answer = secretariat.post("/partnere/ny", NEW)
    assert (answer.status_code, "chef@renosyd.example" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("name", "partner_id"),
    [
        ("RenoSyd", "renosyd"),
        ("Reno Djurs", "reno-djurs"),
        ("Affald & Ærø I/S", "affald-aeroe-i-s"),
        ("A" * 60, "a" * 40),
    ],
)
def test_a_partner_s_id_is_made_of_its_name(name: str, partner_id: str) -> None:
    assert naming.id_of(name) == partner_id


def test_decisions_are_shown_with_their_words_where_one_is_to_be_named(dealing: Dealing, site: Site) -> None:
    dealing.proposed()
    decision = decisions.get(MANDATE)
    assert decision is not None

    page = unescape(site.signed_in(CHAIR).get(PAGE).text)

    assert f"/moeder/{decision.meeting}#punkt-{decision.item}" in page
    assert decision.text[:40] in page
    assert "De seneste beslutninger" not in site.signed_in(STEERING_GROUP).get(PAGE).text


def test_a_wish_is_declined_by_the_chair(dealing: Dealing, site: Site) -> None:
    dealing.active()
    dealing.ask()
    chair = site.signed_in(CHAIR)
    fields = {"afslag": MANDATE, "begrundelse": "Ingen plads"}

    assert chair.post(f"{PAGE}/afvis", fields).status_code == 303
    assert chair.post(f"{PAGE}/afvis", fields).status_code == 409
    assert store.history("renosyd")[-1].what is Event.EXTENSION_DECLINED


def test_a_public_key_is_registered_shown_by_its_fingerprint_and_revoked(
    dealing: Dealing, secretariat: Visitor, site: Site
) -> None:
    dealing.registered()
    assert secretariat.post(f"{PAGE}/noegler", {"noegle": public_pem(Ed25519PrivateKey.generate())}).status_code == 303
    (key,) = partner_keys.keys("renosyd")
    assert key.fingerprint in secretariat.get(PAGE).text.replace("<wbr>", "")
    revoke = f"{PAGE}/noegler/{key.key_id}/tilbagekald"
    assert revoke in secretariat.get(PAGE).text
    assert site.signed_in(CHAIR).post(revoke, PRESSED).status_code == 404

    assert secretariat.post(revoke, PRESSED).status_code == 303

    assert partner_keys.live_keys("renosyd", clock=dealing.clock) == []
    page = secretariat.get(PAGE).text
    assert "Nøgle tilbagekaldt" in page
    assert revoke not in page


def test_another_partner_s_key_can_t_be_revoked_here(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.registered()
    key = partner_keys.register(
        "reno-djurs", public_pem(Ed25519PrivateKey.generate()), by="s@ddh.example", clock=dealing.clock
    )
    for key_id in (key.key_id, "unknown"):
        assert secretariat.post(f"{PAGE}/noegler/{key_id}/tilbagekald", PRESSED).status_code == 404
    assert key == partner_keys.find(key.key_id)


def test_a_private_key_is_refused_and_never_shown_again(
    dealing: Dealing, secretariat: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    dealing.registered()
    private = (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
    answer = secretariat.post(f"{PAGE}/noegler", {"noegle": private})

    assert list(errors_of(answer.text)) == ["noegle"]
    secret = private.splitlines()[1]
    assert secret not in answer.text
    assert secret not in "".join(str(vars(record)) for record in caplog.records)


def test_a_third_key_waits_until_one_is_revoked(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.registered()
    answers = [
        secretariat.post(f"{PAGE}/noegler", {"noegle": public_pem(Ed25519PrivateKey.generate())}) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 422]


def test_both_sides_evaluate_by_a_short_form(dealing: Dealing, site: Site) -> None:
    dealing.active()
    dealing.morning(END - timedelta(days=60))
    secretariat = site.signed_in(SECRETARIAT)
    by_link = next(mail(each).facts["evaluation_url"] for each in mail_ids() if each.endswith("_60"))
    path = by_link.removeprefix("https://ddh.example")
    partner = site.visitor()
    form = {"fortsaette": "ja", "opkald": "1.300", "godt": "Hurtige <svar>", "bedre": ""}

    assert partner.get(path).status_code == 200
    assert list(errors_of(partner.post(path, {**form, "fortsaette": "", "opkald": "?"}).text)) == [
        "fortsaette",
        "opkald",
    ]
    assert "Tak" in partner.post(path, form).text
    assert partner.post(path, form).status_code == 410
    assert partner.get(path).status_code == 410
    assert secretariat.get(f"{PAGE}/evaluering").status_code == 200
    assert secretariat.post(f"{PAGE}/evaluering", form).status_code == 303
    assert secretariat.post(f"{PAGE}/evaluering", form).status_code == 422

    page = secretariat.get(PAGE).text
    assert "Venter 1.300 opkald om måneden" in page
    assert "Hurtige &lt;svar&gt;" in page


def test_a_partner_without_an_agreement_has_nothing_to_evaluate(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.registered()
    assert secretariat.get(f"{PAGE}/evaluering").status_code == 404
    assert secretariat.get("/partnere/ukendt").status_code == 404


def test_the_timeline_draws_each_period_that_counts(dealing: Dealing, secretariat: Visitor) -> None:
    dealing.active()
    dealing.extend()
    page = secretariat.get(PAGE).text
    assert page.count("<rect ") == 2
    assert all(each.state is State.ACTIVE for each in renosyd().granted)


def test_every_page_of_partners_is_in_the_table_and_none_is_open_but_the_link_s() -> None:
    ours = [each for each in declared if each.path.startswith("/partner") and not each.path.startswith("/partner/")]
    public = {each.path for each in ours if not ROLES_BY_ROUTE[each.method, each.path]}
    assert public == {"/partneraftale/evaluering/{token}"}
