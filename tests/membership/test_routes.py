"""The pages of membership through the site: the form and the API, staff's steps, and what leaders do."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from chalicelib.access import limits
from chalicelib.access.people import Person, Role
from chalicelib.members import register
from chalicelib.membership import api_body, cancelling, daily, deciding, forms, leaving_store, store
from chalicelib.membership.requests import State
from tests.membership.joining import (
    ASKED,
    CONTACT,
    DECISION,
    ENTRY,
    Joining,
    confirmation_of,
    mail,
    mail_ids,
    token_in,
)
from tests.web import CHAIR, SECRETARIAT, STEERING_GROUP, Site, Visitor, leader_of

FORM: Mapping[str, Any] = {
    "kommune": "Frederikssund",
    "ydelser": ["contact_centre", "chatbot"],
    "dato": "2025-04-01",
    "dispensationsdato": "",
    "begrundelse": "",
    "rolle": "Borgerservicechef",
    "email": CONTACT,
}
BODY: Mapping[str, Any] = {
    "municipality_code": "250",
    "services": ["contact_centre", "chatbot"],
    "entry_date": "2025-04-01",
    "contact": {"role": "Borgerservicechef", "email": CONTACT},
    "dispensation_reason": None,
}
DISPENSATION: Mapping[str, Any] = {
    **FORM,
    "dato": "dispensation",
    "dispensationsdato": "15-05-2025",
    "begrundelse": "Vores aftale udløber",
}
#: A browser that presses a button without fields says that it sends a form; the test's client needs one for that.
PRESSED = {"": ""}


def errors_of(page: str) -> dict[str, str]:
    """What the page says beside each field."""
    found = re.findall(r'id="felt-([a-z]+)-fejl"><span class="sr-only">Fejl: </span>([^<]*)<', page)
    return {name: unescape(message) for name, message in found}


def asked_by(address: str = CONTACT) -> Any:
    """What the one request of an address asks for."""
    (request,) = store.of_contact(address)
    return request.asked


@pytest.fixture
def visitor(joining: Joining, site: Site) -> Visitor:
    return site.visitor()


def test_form_and_api_store_the_same(joining: Joining, site: Site) -> None:
    by_form = site.visitor().post("/indmeldelse", FORM)
    contact = {**BODY["contact"], "email": "a@b.example"}
    by_program = site.visitor().post_json("/api/membership-requests", {**BODY, "contact": contact})

    assert (by_form.status_code, by_form.headers["Location"]) == (303, "/indmeldelse/modtaget")
    assert by_program.status_code == 202
    answer = by_program.json
    assert answer is not None
    assert answer["status_url"].endswith(f"/indmeldelse/status/{answer['request_id']}")
    first, second = asked_by(), asked_by("a@b.example")
    assert replace(first, contact_address="") == replace(second, contact_address="")


@pytest.mark.parametrize("name", ["Frederikssund", "frederikssund kommune", "0250", "250"])
def test_the_municipality_is_found_by_name_or_code(visitor: Visitor, name: str) -> None:
    assert visitor.post("/indmeldelse", {**FORM, "kommune": name}).status_code == 303
    assert asked_by().municipality_code == "250"


def test_an_empty_form_says_what_to_do_by_each_field(visitor: Visitor) -> None:
    page = visitor.post("/indmeldelse", {"kommune": ""})

    assert page.status_code == 422
    assert set(errors_of(page.text)) == {"kommune", "ydelser", "dato", "rolle", "email"}
    assert "autofocus" in page.text


def test_nothing_typed_is_lost(visitor: Visitor) -> None:
    page = visitor.post("/indmeldelse", {**DISPENSATION, "kommune": "Frederikssunde", "rolle": "<Chef> & co"})

    assert errors_of(page.text) == {"kommune": "Vælg en af de 98 kommuner. Skriv navnet, for eksempel Frederikssund."}
    assert all(
        typed in page.text
        for typed in (
            'value="Frederikssunde"',
            "&lt;Chef&gt; &amp; co",
            'value="15-05-2025"',
            "Vores aftale udløber",
            CONTACT,
        )
    )
    assert page.text.count(" checked") == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dato": "2025-05-01"}, "dato"),
        ({"dato": "dispensation", "dispensationsdato": "", "begrundelse": "x"}, "dispensationsdato"),
        ({"dato": "dispensation", "dispensationsdato": "31-02-2026", "begrundelse": "x"}, "dispensationsdato"),
        ({"dato": "dispensation", "dispensationsdato": "01-07-2025", "begrundelse": "x"}, "dispensationsdato"),
        ({"dato": "dispensation", "dispensationsdato": "05-02-2025", "begrundelse": "x"}, "dispensationsdato"),
        ({"dato": "dispensation", "dispensationsdato": "15-05-2025", "begrundelse": " "}, "begrundelse"),
        ({"dato": "dispensation", "dispensationsdato": "15-05-2025", "begrundelse": "x" * 2001}, "begrundelse"),
        ({"dato": "dispensation", "dispensationsdato": "01-05-2205", "begrundelse": "x"}, "dispensationsdato"),
        ({"dispensationsdato": "15-05-2025"}, "dispensationsdato"),
        ({"begrundelse": "Vores aftale udløber"}, "begrundelse"),
        ({"rolle": "x" * 101}, "rolle"),
        ({"rolle": "Chef\x00"}, "rolle"),
        ({"email": "a@b.example, c@d.example"}, "email"),
        ({"ydelser": ["telefon"]}, "ydelser"),
    ],
)
def test_each_mistake_is_told_by_its_field(visitor: Visitor, changes: dict[str, Any], field: str) -> None:
    page = visitor.post("/indmeldelse", {**FORM, **changes})

    assert page.status_code == 422
    assert list(errors_of(page.text)) == [field]
    assert mail_ids() == []


def test_a_dispensation_is_never_dropped_in_silence_nor_asked_for_in_half(visitor: Visitor) -> None:
    beside = visitor.post("/indmeldelse", {**DISPENSATION, "dato": "2025-04-01"})
    half = visitor.post("/indmeldelse", {**FORM, "dato": "dispensation"})

    assert errors_of(beside.text) == {
        "dispensationsdato": "Slet datoen her, eller vælg »En anden dato: anmod om dispensation« ovenfor.",
        "begrundelse": "Slet begrundelsen, eller vælg »En anden dato: anmod om dispensation« ovenfor.",
    }
    assert errors_of(half.text) == {
        "dispensationsdato": "Skriv den dato, I ønsker, som dag-måned-år, for eksempel 15-05-2025.",
        "begrundelse": "Skriv, hvorfor I ønsker en anden dato.",
    }
    assert "frivilligt" not in half.text


def test_a_program_is_told_to_name_the_municipality_by_its_code(visitor: Visitor) -> None:
    for wrong in ("Nyborg", "999", "٤٥٠", ""):
        answer = visitor.post_json("/api/membership-requests", {**BODY, "municipality_code": wrong}).json
        assert answer is not None
        assert [each["detail"] for each in answer["errors"]] == ["Skriv kommunekoden, tre cifre, for eksempel 250."]


def test_a_duplicate_is_told_by_the_municipality(joining: Joining, visitor: Visitor) -> None:
    request_id = joining.confirmed()

    page = visitor.post("/indmeldelse", FORM)

    assert page.status_code == 409
    assert request_id in errors_of(page.text)["kommune"]


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"entry_date": "2025-05-01"}, 422, "entry_date_not_allowed", "/entry_date"),
        ({"entry_date": "2025-02-30"}, 422, "form_refused", "/entry_date"),
        ({"entry_date": "01-04-2025"}, 400, "malformed", "/entry_date"),
        ({"entry_date": 20250401}, 400, "malformed", "/entry_date"),
        ({"municipality_code": "Frederikssund"}, 422, "form_refused", "/municipality_code"),
        ({"municipality_code": "411"}, 422, "form_refused", "/municipality_code"),
        ({"services": []}, 422, "form_refused", "/services"),
        ({"services": ["chatbot", 1]}, 400, "malformed", "/services/1"),
        ({"contact": {"role": "x", "email": "nobody"}}, 422, "form_refused", "/contact/email"),
        ({"contact": {"role": "x"}}, 400, "malformed", "/contact/email"),
        ({"contact": None}, 400, "malformed", "/contact"),
        ({"state": "active"}, 400, "malformed", "/state"),
        ({"a/b~c": 1}, 400, "malformed", "/a~1b~0c"),
        ({"contact": {"role": "\ud800", "email": "a@b.example"}}, 422, "form_refused", "/contact/role"),
        ({"dispensation_reason": "x"}, 422, "dispensation_not_needed", "/dispensation_reason"),
        ({"entry_date": "2025-02-05", "dispensation_reason": "x"}, 422, "entry_not_ahead", "/entry_date"),
        ({"entry_date": "2205-04-01"}, 422, "entry_date_too_far", "/entry_date"),
    ],
)
def test_a_program_is_told_the_code_and_the_field(
    visitor: Visitor, changes: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    answer = visitor.post_json("/api/membership-requests", {**BODY, **changes})

    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert mail_ids() == []


def test_a_refused_date_names_the_nearest(visitor: Visitor) -> None:
    for wanted, nearest in (("2025-05-01", ["2025-04-01", "2025-07-01"]), ("2025-03-01", [None, "2025-04-01"])):
        answer = visitor.post_json("/api/membership-requests", {**BODY, "entry_date": wanted}).json
        assert answer is not None
        assert answer["nearest"] == nearest


def test_a_program_is_told_of_a_duplicate(joining: Joining, visitor: Visitor) -> None:
    request_id = joining.confirmed()

    answer = visitor.post_json("/api/membership-requests", BODY)

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (409, "duplicate_request")
    assert request_id in answer.json["detail"]


@pytest.mark.parametrize("body", [[], 3, "x", True, {**BODY, "\ud800": 1}])
def test_a_body_that_is_no_request_at_all_is_refused(visitor: Visitor, body: Any) -> None:
    answer = visitor.post_json("/api/membership-requests", body)

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert "errors" not in answer.json


def test_however_often_an_address_is_typed_it_gets_one_mail_a_day(joining: Joining, site: Site) -> None:
    visitor = site.visitor()
    for name in ("Ballerup", "Brøndby", "Dragør", "Gentofte", "Gladsaxe", "Glostrup"):
        sent = visitor.post("/indmeldelse", {**FORM, "kommune": name, "email": "offer@kommune.example"})
        assert sent.status_code == 303

    assert len(mail_ids()) == 1


def test_the_contact_confirms_by_a_button_and_follows_the_request(joining: Joining, site: Site) -> None:
    visitor = site.visitor()
    visitor.post("/indmeldelse", FORM)
    (asked,) = mail_ids()
    path = f"/indmeldelse/bekraeft/{token_in(asked)}"
    for _ in range(3):
        (request_id,) = re.findall(r'name="anmodning" value="([0-9a-f]{16})"', visitor.get(path).text)

    confirmed = visitor.post(path, {"anmodning": request_id})

    assert confirmed.status_code == 303
    status = visitor.get(confirmed.headers["Location"])
    assert status.status_code == 200
    assert "Sekretariatet gennemgår anmodningen" in status.text
    assert "Frederikssund" in visitor.get("/indmeldelse/status").text
    assert visitor.post(path, PRESSED).status_code == 410
    assert visitor.get(path).status_code == 410


def test_the_link_lists_every_request_of_the_address_and_says_why_one_can_not_be_confirmed(
    joining: Joining, site: Site
) -> None:
    nyborg = joining.submit(replace(ASKED, municipality_code="450"))
    own = joining.submit()
    joining.confirmed(replace(ASKED, municipality_code="450", contact_address="anden@nyborg.example"))
    visitor = site.visitor()
    path = f"/indmeldelse/bekraeft/{confirmation_of(nyborg)}"
    page = visitor.get(path).text
    assert set(re.findall(r'name="anmodning" value="([0-9a-f]{16})"', page)) == {own, nyborg}
    assert "Indmeldelse af Frederikssund" in page

    answer = visitor.post(path, {"anmodning": nyborg})

    assert answer.headers["Location"] == f"/indmeldelse/status/{nyborg}"
    told = visitor.get(f"/indmeldelse/status/{nyborg}").text
    assert "Anmodningen kan ikke bekræftes" in told
    assert f"/indmeldelse/status/{nyborg}/bekraeft" not in told
    assert f"/indmeldelse/status/{own}" in visitor.get("/indmeldelse/status").text


def test_a_link_whose_requests_are_settled_still_opens_the_list(joining: Joining, site: Site) -> None:
    request_id = joining.submit()
    path = f"/indmeldelse/bekraeft/{confirmation_of(request_id)}"
    cancelling.cancel_own(request_id, address=CONTACT, clock=joining.clock)
    visitor = site.visitor()
    assert "Bekræft adressen" in visitor.get(path).text

    assert visitor.post(path, PRESSED).headers["Location"] == "/indmeldelse/status"
    assert request_id in visitor.get("/indmeldelse/status").text


def test_a_contact_takes_a_request_back_by_saying_so_twice(joining: Joining, site: Site) -> None:
    request_id = joining.confirmed()
    contact = site.signed_in(Person(address=CONTACT, role=Role.CONTACT))
    path = f"/indmeldelse/status/{request_id}"
    assert "Træk anmodningen tilbage" in contact.get(path).text
    refused = contact.post(f"{path}/traek-tilbage")
    assert (refused.status_code, list(errors_of(refused.text))) == (422, ["sikker"])

    assert contact.post(f"{path}/traek-tilbage", {"sikker": "ja"}).status_code == 303

    assert deciding.request(request_id).state is State.CANCELLED
    assert "traek-tilbage" not in contact.get(path).text


def test_a_network_that_sends_too_much_is_told_and_loses_nothing(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SUBMISSION_LIMIT", replace(limits.SUBMISSION_LIMIT, most=1))
    assert visitor.post("/indmeldelse", {**FORM, "email": "ingen"}).status_code == 422, "costs nothing"
    assert visitor.post("/indmeldelse", FORM).status_code == 303

    page = visitor.post("/indmeldelse", {**FORM, "kommune": "Nyborg"})
    answer = visitor.post_json("/api/membership-requests", {**BODY, "municipality_code": "450"})

    assert page.status_code == 429
    assert "Der er sendt mange anmodninger fra jeres netværk" in page.text
    assert 'value="Nyborg"' in page.text
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_submissions")


def test_another_contact_finds_nothing(joining: Joining, site: Site) -> None:
    request_id = joining.confirmed()
    other = site.signed_in(Person(address="en@anden.example", role=Role.CONTACT))

    assert other.get(f"/indmeldelse/status/{request_id}").status_code == 404
    assert other.post(f"/indmeldelse/status/{request_id}/bekraeft").status_code == 404
    assert other.post(f"/indmeldelse/status/{request_id}/traek-tilbage", {"sikker": "ja"}).status_code == 404
    assert other.post(f"/indmeldelse/status/{request_id}/ny-dato", {"dato": "2025-07-01"}).status_code == 404
    assert other.get(f"/indmeldelse/status/{'x' * 3000}").status_code == 404
    assert "ingen anmodninger" in other.get("/indmeldelse/status").text


def test_a_signed_in_contact_confirms_the_other_requests_too(joining: Joining, site: Site) -> None:
    joining.confirmed()
    asked = forms.submission(
        api_body.from_json({**BODY, "entry_date": "2025-05-15", "dispensation_reason": "<Haster>"})
    )
    other = joining.submit(replace(asked, municipality_code="151"))
    contact = site.signed_in(Person(address=CONTACT, role=Role.CONTACT))
    path = f"/indmeldelse/status/{other}"
    assert "&lt;Haster&gt;" in contact.get(path).text

    assert contact.post(f"{path}/bekraeft").status_code == 303

    assert deciding.request(other).state is State.CONFIRMED
    assert contact.post(f"{path}/bekraeft").status_code == 422


def test_a_contact_chooses_a_new_date_when_the_old_one_is_missed(joining: Joining, site: Site) -> None:
    request_id = joining.approved()
    joining.move_to(ENTRY)
    contact = site.signed_in(Person(address=CONTACT, role=Role.CONTACT))
    path = f"/indmeldelse/status/{request_id}"
    assert "Vælg en ny dato" in contact.get(path).text
    for wrong in ({}, {"dato": "2025-05-01"}):
        refused = contact.post(f"{path}/ny-dato", wrong)
        assert (refused.status_code, list(errors_of(refused.text))) == (422, ["dato"])

    assert contact.post(f"{path}/ny-dato", {"dato": "2025-07-01"}).status_code == 303

    assert deciding.request(request_id).entry_date == date(2025, 7, 1)
    assert "Ny indmeldelsesdato" not in contact.get(path).text.partition("Vejen til medlemskab")[0]


def test_the_secretariat_takes_a_request_to_the_entry_date(joining: Joining, site: Site) -> None:
    request_id = joining.confirmed()
    secretary = site.signed_in(SECRETARIAT)
    path = f"/anmodninger/{request_id}"
    assert request_id in secretary.get("/anmodninger").text

    for action, fields in (
        ("valider", {}),
        ("godkend", {"beslutning": "19-06-2024/12"}),
        ("aftale-sendt", {}),
        ("aftale-underskrevet", {"rolle": "Kommunaldirektør", "underskrevet": "05-02-2025"}),
    ):
        assert f"{path}/{action}" in secretary.get(path).text, action
        taken = secretary.post(f"{path}/{action}", fields)
        assert (taken.status_code, taken.headers["Location"]) == (303, path), action

    assert deciding.request(request_id).state is State.SIGNED
    assert deciding.request(request_id).decision_id == DECISION, "however its day was written"
    page = secretary.get(path).text
    assert page.count(SECRETARIAT.address) >= 4
    assert "/anmodninger/" in secretary.get("/anmodninger").text


@pytest.mark.parametrize(
    ("action", "fields", "errors"),
    [
        ("godkend", {"beslutning": "2024-06-19/99"}, ["beslutning"]),
        ("godkend", {"beslutning": "i går"}, ["beslutning"]),
        ("afvis", {"afslag": "", "begrundelse": "nej"}, ["afslag"]),
        ("afvis", {"afslag": DECISION, "begrundelse": ""}, ["begrundelse"]),
        ("afvis", {"afslag": DECISION, "begrundelse": "x" * 2001}, ["begrundelse"]),
        ("aftale-sendt", {}, []),
    ],
)
def test_what_the_rules_say_against_a_step_stands_by_its_field(
    joining: Joining, site: Site, action: str, fields: dict[str, str], errors: list[str]
) -> None:
    request_id = joining.validated()
    secretary = site.signed_in(SECRETARIAT)

    page = secretary.post(f"/anmodninger/{request_id}/{action}", fields)

    assert page.status_code == 422
    assert list(errors_of(page.text)) == errors
    assert "fejlopsummering" in page.text
    assert all(typed in page.text for typed in fields.values())
    assert deciding.request(request_id).state is State.VALIDATED


def test_a_signature_needs_role_and_day(joining: Joining, site: Site) -> None:
    request_id = joining.approved()
    deciding.send_agreement(request_id, by="s@ddh.example", clock=joining.clock)
    secretary = site.signed_in(SECRETARIAT)
    path = f"/anmodninger/{request_id}/aftale-underskrevet"

    for fields, field in (
        ({"rolle": "", "underskrevet": "05-02-2025"}, "rolle"),
        ({"rolle": "Direktør", "underskrevet": "06-02-2025"}, "underskrevet"),
        ({"rolle": "Direktør", "underskrevet": "snart"}, "underskrevet"),
    ):
        page = secretary.post(path, fields)
        assert (page.status_code, list(errors_of(page.text))) == (422, [field])


def test_the_chair_decides_and_the_steering_group_reads(joining: Joining, site: Site) -> None:
    request_id = joining.validated()
    chair, group = site.signed_in(CHAIR), site.signed_in(STEERING_GROUP)
    path = f"/anmodninger/{request_id}"
    for page in ("/anmodninger", path, "/medlemmer", "/udmeldelser"):
        assert chair.get(page).status_code == group.get(page).status_code == 200
    assert "godkend" in chair.get(path).text
    assert "<form" not in group.get(path).text.partition("<main")[2]

    assert group.post(f"{path}/godkend", {"beslutning": DECISION}).status_code == 404
    assert chair.post(f"{path}/valider").status_code == 404
    assert chair.post(f"{path}/godkend", {"beslutning": DECISION}).status_code == 303


@pytest.fixture
def leader(joining: Joining, site: Site) -> Visitor:
    """The leader of Frederikssund, which is a member since today."""
    joining.active()
    return site.signed_in(Person(address=CONTACT, role=Role.LEADER, municipality_code="250"))


def test_a_leader_sees_the_membership_and_ticks_own_tasks(leader: Visitor, site: Site) -> None:
    page = leader.get("/medlemskab/250").text
    assert all(said in page for said in ("Kommunaldirektør", "6 måneder", "Send velkomstpakken", CONTACT))
    assert "/medlemskab/250/opgaver/training" in page
    assert "/medlemskab/250/opgaver/welcome-pack" not in page

    assert leader.post("/medlemskab/250/opgaver/training").headers["Location"] == "/medlemskab/250#opgaver"
    assert leader.post("/medlemskab/250/opgaver/welcome-pack").status_code == 404
    assert site.signed_in(SECRETARIAT).post("/medlemskab/250/opgaver/welcome-pack").status_code == 303

    assert leader.get("/medlemskab/250").text.count('badge-success">Udført') == 2
    assert site.signed_in(leader_of("151")).get("/medlemskab/250").status_code == 404


def test_a_leader_invites_a_contact_who_confirms_and_removes_one(leader: Visitor, site: Site) -> None:
    assert leader.post("/medlemskab/250/kontakter", {"email": "ny@frederikssund.example"}).status_code == 303
    again = leader.post("/medlemskab/250/kontakter", {"email": "ny@frederikssund.example"})
    assert (again.status_code, list(errors_of(again.text))) == (422, ["email"])
    wrong = leader.post("/medlemskab/250/kontakter", {"email": "ny"})
    assert errors_of(wrong.text) == {"email": "Skriv én e-mailadresse som navn@kommune.dk."}
    alone = leader.post("/medlemskab/250/kontakter/fjern", {"fjern": CONTACT})
    assert (alone.status_code, "mindst én kontakt" in alone.text) == (422, True)
    (asked,) = [mail_id for mail_id in mail_ids() if mail_id.startswith("confirm-contact")]
    path = f"/kontakt/bekraeft/{token_in(asked)}"
    stranger = site.visitor()
    assert "Bliv kontakt for Frederikssund" in stranger.get(path).text

    thanks = stranger.post(path, PRESSED)

    assert "Tak, adressen er bekræftet" in stranger.get(thanks.headers["Location"]).text
    assert stranger.get(path).status_code == 410
    left = leader.post("/medlemskab/250/kontakter/fjern", {"fjern": CONTACT})
    assert left.headers["Location"] == "/"
    assert leader.get("/medlemskab/250").status_code == 303, "signed out at once"


def test_a_leader_gives_notice_and_answers_once(leader: Visitor, site: Site) -> None:
    path = "/medlemskab/250/udmeldelse"
    for fields, field in (
        ({}, "dato"),
        ({"dato": "2025-12-31"}, "sikker"),
        ({"dato": "2025-06-30", "sikker": "ja"}, "dato"),
    ):
        page = leader.post(path, fields)
        assert (page.status_code, list(errors_of(page.text))) == (422, [field])

    assert leader.post(path, {"dato": "2025-12-31", "sikker": "ja"}).status_code == 303

    member = register.get("250")
    assert member is not None
    assert member.active_until == date(2025, 12, 31)
    assert "allerede meldt ud" in leader.get(path).text
    assert leader.post(path, {"dato": "2025-12-31", "sikker": "ja"}).status_code == 422
    assert "meldt ud" in leader.get("/medlemskab/250").text
    survey = f"/udmeldelse/svar/{token_in('exit-survey_250_2025-12-31')}"
    anybody = site.visitor()
    refused = anybody.post(survey, {"tekst": "Vi er <få>"})
    assert (list(errors_of(refused.text)), "Vi er &lt;få&gt;" in refused.text) == (["aarsager"], True)
    too_long = anybody.post(survey, {"aarsager": "economy", "tekst": "x" * 2001})
    assert list(errors_of(too_long.text)) == ["tekst"]
    thanks = anybody.post(survey, {"aarsager": ["economy", "other"], "tekst": "Tak", "interview": "ja"})
    assert "Tak for svaret" in anybody.get(thanks.headers["Location"]).text
    assert anybody.get(survey).status_code == 410
    (answer,) = leaving_store.answers()
    assert answer.may_interview
    shown = site.signed_in(SECRETARIAT).get("/udmeldelser").text
    assert all(said in shown for said in ("31. december 2025", "vises fra 3 svar", "Frederikssund"))
    assert "Økonomien" not in shown


def test_members_are_listed_with_those_who_left(leader: Visitor, joining: Joining, site: Site) -> None:
    leader.post("/medlemskab/250/udmeldelse", {"dato": "2025-12-31", "sikker": "ja"})
    assert "1 medlem" in site.signed_in(SECRETARIAT).get("/medlemmer").text
    joining.move_to(date(2026, 1, 1))
    daily.run(clock=joining.clock)

    secretary = site.signed_in(SECRETARIAT)
    assert "Tidligere medlemmer" in secretary.get("/medlemmer").text
    assert "Der er ingen åbne anmodninger." in secretary.get("/anmodninger").text
    assert "Medlemskabet er ophørt" in secretary.get("/medlemskab/250").text
    assert secretary.get("/medlemskab/151").status_code == 404
    assert leader.get("/medlemskab/250").status_code == 303


def test_staff_find_the_request_that_a_membership_began_with(leader: Visitor, site: Site) -> None:
    (request,) = store.of_contact(CONTACT)
    for staff in (SECRETARIAT, CHAIR, STEERING_GROUP):
        assert f'href="/anmodninger/{request.request_id}"' in site.signed_in(staff).get("/medlemskab/250").text
    assert "/anmodninger/" not in leader.get("/medlemskab/250").text


def test_a_program_is_told_that_the_municipality_is_a_member(leader: Visitor, site: Site) -> None:
    answer = site.visitor().post_json("/api/membership-requests", {**BODY, "entry_date": "2025-07-01"})

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (409, "already_member")


def test_looking_changes_nothing(leader: Visitor, joining: Joining, site: Site) -> None:
    joining.clock.set(instant=joining.clock.now() + timedelta(days=1))
    request_id = deciding.request(next(iter(store.of_contact(CONTACT))).request_id).request_id
    before = (register.get("250"), store.history(request_id), mail_ids(), mail(f"welcome_{request_id}"))

    secretary = site.signed_in(SECRETARIAT)
    for path in ("/indmeldelse", "/anmodninger", f"/anmodninger/{request_id}", "/medlemmer", "/medlemskab/250"):
        assert secretary.get(path).status_code == 200

    assert (register.get("250"), store.history(request_id), mail_ids(), mail(f"welcome_{request_id}")) == before
