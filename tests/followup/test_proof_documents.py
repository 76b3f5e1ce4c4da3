"""The documents of proofs on the pages: whose form it is, who may read, and that each look is noted first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import look_log
from chalicelib.cases import documents, events, service, store
from chalicelib.cases.proofs import Proof
from chalicelib.runtime import clients
from tests.access.looks import looks_at
from tests.cases.dossiers import seen
from tests.conftest import EmulatedAWS, SettableClock
from tests.evaluation.hotline import Hotline, mail, mail_ids
from tests.evaluation.test_proposals import AGENT
from tests.followup.test_agent_page import FORMS, LEADER, PAGE, errors_of
from tests.web import CHAIR, SECRETARIAT, Site, Visitor, leader_of

BUCKET = "https://ddh-local-files-123456789012.s3.eu-north-1.amazonaws.com/"
PROOF = FORMS["beviser"]["bevis"]
OWN = f"{PAGE}/beviser/{PROOF}/dokument"
STAFFS = f"/sager/{AGENT}/bevis/{PROOF}/dokument"
Send = Callable[[bytes], None]


@pytest.fixture
def leader(site: Site, proposed: Hotline) -> Visitor:
    visitor = site.signed_in(LEADER)
    visitor.post(f"{PAGE}/beviser", FORMS["beviser"])
    return visitor


@pytest.fixture
def send(aws: EmulatedAWS, queued: Callable[[str], list[Any]]) -> Send:
    """Send a file for the proof as S3 takes it from our form, and let it be looked at."""

    def sent(content: bytes) -> None:
        said = {"agent": AGENT, "by": LEADER.address}
        key = documents.key_of(proof(), store.get(AGENT))
        clients.s3().put_object(Bucket=aws.files_bucket, Key=key, Body=content, Metadata=said)
        (told,) = queued("ddh-documents")
        record = {"messageId": "1", "body": json.dumps(told)}
        assert events.attach_document({"Records": [record]}, None) == {"batchItemFailures": []}

    return sent


def proof() -> Proof:
    found = store.get(AGENT).proof(PROOF)
    assert found is not None
    return found


def test_a_leader_s_form_goes_to_the_bucket_which_that_page_alone_allows(leader: Visitor) -> None:
    page = leader.get(PAGE)

    (form,) = re.findall(
        r'<form method="post" action="(https://[^"]+)" enctype="multipart/form-data">(.*?)</form>', page.text, re.S
    )
    names = re.findall(r'name="([^"]+)"', form[1])
    assert form[0] == BUCKET
    assert names[-1] == "file", "S3 reads nothing after it"
    assert "csrf_token" not in names
    assert f'name="success_action_redirect" value="https://ddh.example{PAGE}"' in unescape(form[1])
    assert f"form-action 'self' {BUCKET};" in page.headers["Content-Security-Policy"]
    assert "form-action 'self';" in leader.get("/opfoelgning/751").headers["Content-Security-Policy"]


def test_nobody_else_and_no_settled_proof_has_the_form(site: Site, leader: Visitor, clock: SettableClock) -> None:
    reader = site.signed_in(SECRETARIAT).get(PAGE)
    assert BUCKET not in reader.text
    assert BUCKET not in reader.headers["Content-Security-Policy"]

    service.refuse_proof(AGENT, PROOF, "Et andet navn", seen=seen(AGENT), now_in=(), by=SECRETARIAT, clock=clock)

    assert BUCKET not in leader.get(PAGE).text


def test_what_was_sent_is_said_to_be_looked_at_until_it_stands_there(leader: Visitor, send: Send) -> None:
    back = f"{PAGE}?bucket=b&key={documents.key_of(proof(), store.get(AGENT))}&etag=%22e%22"
    assert "Dokumentet er sendt" in leader.get(back).text
    assert BUCKET not in leader.get(back).text
    assert "Dokumentet er sendt" not in leader.get(PAGE).text

    send(b"%PDF-1.7")

    shown = leader.get(back).text
    assert f'href="{OWN}"' in shown
    assert "Dokumentet er sendt" not in shown
    assert BUCKET not in shown


def test_a_refused_file_says_what_to_do_by_its_field_and_may_be_sent_anew(leader: Visitor, send: Send) -> None:
    send(b"MZ a program")
    back = f"{PAGE}?key={documents.key_of(proof(), store.get(AGENT))}"

    shown = leader.get(back).text

    assert 'id="fejlopsummering"' in shown
    assert BUCKET in shown
    assert "hverken PDF, JPG eller PNG" in shown
    assert 'id="fejlopsummering"' not in leader.get(PAGE).text
    assert errors_of(shown) == {}, "no other field is wrong"


@pytest.mark.parametrize("path", [OWN, STAFFS])
def test_a_look_at_a_document_is_noted_before_the_way_to_it_is_told(
    site: Site, leader: Visitor, send: Send, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(b"%PDF-1.7")
    visitor = leader if path == OWN else site.signed_in(SECRETARIAT)
    before = len(looks_at(AGENT))

    answer = visitor.get(path)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{BUCKET}documents/751/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert [look.purpose for look in looks_at(AGENT)][before:] == ["Dokumentet ved et bevis for undervisning"]

    def unreachable(**_named: object) -> None:
        raise PutError

    monkeypatch.setattr(look_log, "note", unreachable)
    answer = visitor.get(path)
    assert answer.status_code == 503
    assert "Location" not in answer.headers


def test_no_other_municipality_s_leader_reaches_a_document(site: Site, leader: Visitor, send: Send) -> None:
    """T14."""
    send(b"%PDF-1.7")
    before = len(looks_at(AGENT))
    others = site.signed_in(leader_of("190"))

    paths = (OWN, OWN.replace("/751/", "/190/"), STAFFS)
    assert [others.get(path).status_code for path in paths] == [404] * 3
    assert [site.signed_in(CHAIR).get(path).status_code for path in paths] == [404] * 3
    assert leader.get(STAFFS).status_code == 404
    assert len(looks_at(AGENT)) == before


def test_what_is_not_there_is_not_found(site: Site, leader: Visitor) -> None:
    assert leader.get(OWN).status_code == 404, "a proof without a document"
    assert leader.get(OWN.replace(PROOF, "f" * 32)).status_code == 404
    assert site.signed_in(SECRETARIAT).get(STAFFS).status_code == 404


def test_the_secretariat_sees_whether_there_is_a_document_beside_the_proof(
    site: Site, leader: Visitor, send: Send
) -> None:
    staff = site.signed_in(SECRETARIAT)
    assert "Der er ikke lagt noget dokument ved." in staff.get(f"/sager/{AGENT}").text

    send(b"%PDF-1.7")

    shown = staff.get(f"/sager/{AGENT}").text
    assert f'href="{STAFFS}"' in shown
    assert "Der er ikke lagt noget dokument ved." not in shown


def test_a_registered_proof_is_told_to_the_secretariat_and_leads_to_the_agent(leader: Visitor) -> None:
    (told,) = [mail(each) for each in mail_ids() if each.startswith("case_")]

    assert (told.to, told.facts["what"]) == (("sekretariat@ddh.example",), "proof_registered")
    assert told.facts["page_url"] == f"https://ddh.example/sager/{AGENT}"


def test_the_municipality_s_mail_leads_to_the_agent_s_own_page(leader: Visitor, clock: SettableClock) -> None:
    service.refuse_proof(AGENT, PROOF, "Et andet navn", seen=seen(AGENT), now_in=(), by=SECRETARIAT, clock=clock)

    (told,) = [mail(each) for each in mail_ids() if each.startswith("case_leaders_")]

    assert told.facts["page_url"] == f"https://ddh.example{PAGE}"
