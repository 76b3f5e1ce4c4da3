"""The local run's door to the bucket takes and gives what was signed, and nothing else, as S3 does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import pytest
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import Client, TestResponse

from chalicelib.cases import documents
from chalicelib.cases.dossier import Dossier
from chalicelib.cases.proofs import Document, Proof, ProofKind
from chalicelib.runtime import clients
from infra.local import bucket_door
from infra.local.bucket_door import BucketDoor
from tests.conftest import EmulatedAWS

_ADDRESS = "http://127.0.0.1:8028"
_PROOF = Proof(
    proof_id="a" * 32,
    municipality_code="751",
    kind=ProofKind.PHYSICAL,
    taken_on=date(2025, 1, 2),
    source="Kursusbevis",
    registered_by="leder@kommune.example",
    registered_on=date(2025, 1, 3),
)
_DOSSIER = Dossier(agent="751-001", alias="b" * 32, proofs=(_PROOF,))


@pytest.fixture
def door(aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    for name in ("AWS_ENDPOINT_URL_S3", "MOTO_S3_CUSTOM_ENDPOINTS"):
        monkeypatch.setenv(name, "")  # what is put back afterwards
    bucket_door.open_at(_ADDRESS)
    yield Client(BucketDoor(working=Lock(), afterwards=lambda: None))
    clients.forget_clients()


def post(door: Client, content: bytes, **changes: str) -> TestResponse:
    form = documents.form(_PROOF, _DOSSIER, by="l@x.example", back_to="http://127.0.0.1:1/her")
    fields: dict[str, Any] = {**form.value_by_field, **changes, "file": ("bevis.pdf", content)}
    body, content_type = encode_multipart_formdata(fields)
    return door.post(urlsplit(form.address).path, base_url=_ADDRESS, data=body, content_type=content_type)


def get(door: Client, link: str) -> TestResponse:
    parts = urlsplit(link)
    return door.get(parts.path, base_url=_ADDRESS, query_string=parts.query)


def test_a_file_goes_in_by_its_form_and_out_by_its_link(door: Client, aws: EmulatedAWS) -> None:
    taken = post(door, b"%PDF-1.7")
    assert taken.status_code == 303
    assert taken.headers["Location"].startswith(f"http://127.0.0.1:1/her?bucket={aws.files_bucket}&key=documents%2F751")
    stored = clients.s3().head_object(Bucket=aws.files_bucket, Key=documents.key_of(_PROOF, _DOSSIER))
    assert stored["Metadata"] == {"agent": "751-001", "by": "l%40x.example"}

    link = documents.link(_document(stored["VersionId"]))
    given = get(door, link)

    assert (given.status_code, given.data) == (200, b"%PDF-1.7")
    assert given.headers["Content-Disposition"] == 'attachment; filename="bevis.pdf"'
    assert given.headers["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("content", "changes", "status"),
    [
        (b"", {}, 400),
        (b"%PDF-".ljust(documents.MOST_BYTES + 1), {}, 400),
        (b"%PDF-", {"key": "documents/751/x/y"}, 403),
        (b"%PDF-", {"success_action_redirect": "https://elsewhere.example"}, 403),
        (b"%PDF-", {"x-amz-meta-agent": "751-002"}, 403),
        (b"%PDF-", {"acl": "public-read"}, 403),
        (b"%PDF-", {"policy": "e30="}, 403),
    ],
    ids=["empty", "too large", "another key", "led elsewhere", "another agent", "a field more", "another policy"],
)
def test_a_form_that_is_not_as_signed_is_refused(
    door: Client, aws: EmulatedAWS, content: bytes, changes: dict[str, str], status: int
) -> None:
    assert post(door, content, **changes).status_code == status
    assert not clients.s3().list_object_versions(Bucket=aws.files_bucket).get("Versions")


def test_a_link_to_another_version_or_without_its_signature_is_refused(door: Client) -> None:
    link = documents.link(_document("one"))

    assert get(door, link.replace("versionId=one", "versionId=two")).status_code == 403
    assert get(door, link.partition("&X-Amz-Signature")[0]).status_code == 403


def _document(version_id: str) -> Document:
    key = documents.key_of(_PROOF, _DOSSIER)
    return replace(
        Document(key=key, version_id="", sequencer="1", content_type="application/pdf"), version_id=version_id
    )
