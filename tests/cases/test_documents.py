"""A file that a leader sends stands at its proof, or is deleted: told once or twice, in order or not."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.access.people import Person, Role
from chalicelib.cases import documents, erasing, events, service, store
from chalicelib.cases.dossier import Event
from chalicelib.cases.proofs import Document, Proof, ProofKind
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.months import Month
from chalicelib.rulebook import book
from chalicelib.runtime import clients
from tests import faults
from tests.cases.dossiers import ground, seen
from tests.conftest import EmulatedAWS, SettableClock

AGENT = "Åse & Bo #1"
PROOF = "a" * 32
LEADER = Person(address="leder751@kommune.example", role=Role.LEADER, municipality_code="751")
STAFF = Person(address="s@ddh.example", role=Role.SECRETARIAT)
PDF = b"%PDF-1.7\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n...."
JPEG = b"\xff\xd8\xff\xe0...."


class Bucket:
    """The bucket, and what it tells of. Each message is given to the function, held to its role."""

    def __init__(self, aws: EmulatedAWS, queued: Callable[[str], list[Any]]) -> None:
        self._name = aws.files_bucket
        self._queued = queued

    def sent(self, content: bytes, proof: Proof, *, agent: str = AGENT) -> dict[str, Any]:
        """Put a file as S3 does from our form; return what is told of it."""
        fields = documents.form(
            proof, store.get(agent), by=LEADER.address, back_to="https://ddh.example/"
        ).value_by_field
        prefix = "x-amz-meta-"
        said = {name.removeprefix(prefix): value for name, value in fields.items() if name.startswith(prefix)}
        clients.s3().put_object(Bucket=self._name, Key=fields["key"], Body=content, Metadata=said)
        (told,) = self._queued("ddh-documents")
        assert isinstance(told, dict)
        return told

    def tells(self, *told: object) -> list[str]:
        """Deliver messages in one batch; return the numbers of those that come back."""
        records = [{"messageId": str(number), "body": json.dumps(each)} for number, each in enumerate(told)]
        return [
            each["itemIdentifier"] for each in events.attach_document({"Records": records}, None)["batchItemFailures"]
        ]

    @property
    def versions(self) -> list[str]:
        answer = clients.s3().list_object_versions(Bucket=self._name, Prefix="documents/")
        assert not answer.get("DeleteMarkers")
        return [each["VersionId"] for each in answer.get("Versions", ())]


@pytest.fixture
def bucket(aws: EmulatedAWS, queued: Callable[[str], list[Any]], clock: SettableClock) -> Bucket:
    book.seed()
    service.register_proof(
        AGENT,
        proof_id=PROOF,
        kind=ProofKind.PHYSICAL,
        taken_on=date(2025, 1, 2),
        source="Kursusbevis",
        by=LEADER,
        clock=clock,
    )
    return Bucket(aws, queued)


def proof() -> Proof:
    found = store.get(AGENT).proof(PROOF)
    assert found is not None
    return found


def happened() -> list[Event]:
    return [entry.what for entry in store.history(AGENT)][1:]


def version(told: dict[str, Any]) -> str:
    return str(told["detail"]["object"]["version-id"])


@pytest.mark.parametrize(
    ("content", "content_type"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")]
)
def test_a_file_stands_at_its_proof_as_what_its_first_bytes_say(
    bucket: Bucket, content: bytes, content_type: str
) -> None:
    told = bucket.sent(content, proof())

    assert bucket.tells(told) == []

    document = proof().document
    assert document is not None
    assert (document.version_id, document.content_type) == (version(told), content_type)
    assert [(entry.what, entry.act.by) for entry in store.history(AGENT)][1:] == [
        (Event.DOCUMENT_ATTACHED, LEADER.address)
    ]
    assert bucket.versions == [version(told)]


def test_told_twice_it_stands_there_once(bucket: Bucket) -> None:
    """F15."""
    told = bucket.sent(PDF, proof())

    for _ in range(3):
        assert bucket.tells(told, told) == []

    assert happened() == [Event.DOCUMENT_ATTACHED]
    assert bucket.versions == [version(told)]


@pytest.mark.parametrize(
    ("content", "what_to_do"),
    [
        (b"MZ\x90\x00 a program called bevis.pdf", "Gem dokumentet som PDF"),
        (b"PK\x03\x04 a zip", "Gem dokumentet som PDF"),
        (b"", "Vælg filen igen"),
        (PDF.ljust(documents.MOST_BYTES + 1), "mindre udgave"),
    ],
    ids=["a program", "a zip", "empty", "too large"],
)
def test_what_is_no_document_is_deleted_and_the_page_can_say_what_to_do(
    bucket: Bucket, content: bytes, what_to_do: str
) -> None:
    """T15."""
    told = bucket.sent(content, proof())

    assert bucket.tells(told, told) == []

    refused = proof().refused_document
    assert refused is not None
    assert what_to_do in refused.reason
    assert proof().document is None
    assert bucket.versions == []
    assert happened() == [Event.DOCUMENT_REFUSED]


def test_the_largest_document_is_taken(bucket: Bucket) -> None:
    bucket.tells(bucket.sent(PDF.ljust(documents.MOST_BYTES), proof()))

    assert proof().document is not None


def test_a_later_file_takes_the_place_of_an_earlier_one_and_of_a_refusal_in_whatever_order_they_are_told(
    bucket: Bucket,
) -> None:
    first, second, third = (bucket.sent(content, proof()) for content in (b"other", PDF, PNG))

    bucket.tells(first, third, second)

    document = proof().document
    assert document is not None
    assert document.version_id == version(third)
    assert proof().refused_document is None
    assert bucket.versions == [version(third)], "what came late is deleted"


@pytest.mark.parametrize("settle", ["verify", "refuse"])
def test_once_a_proof_is_settled_nothing_changes_its_document(
    bucket: Bucket, clock: SettableClock, settle: str
) -> None:
    told = bucket.sent(PDF, proof())
    bucket.tells(told)
    if settle == "verify":
        service.verify_proof(AGENT, PROOF, seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)
    else:
        service.refuse_proof(AGENT, PROOF, "Et andet navn", seen=seen(AGENT), now_in=(), by=STAFF, clock=clock)
    before = store.get(AGENT)

    bucket.tells(bucket.sent(PNG, proof()), told)

    assert store.get(AGENT) == before
    assert bucket.versions == [version(told)], "the one that was seen stays"


def test_a_file_for_a_proof_that_nobody_knows_is_deleted(bucket: Bucket) -> None:
    unknown = bucket.sent(PDF, replace(proof(), proof_id="b" * 32))
    elsewhere = bucket.sent(PDF, replace(proof(), municipality_code="190"))
    nobody = bucket.sent(PDF, proof(), agent="751-999")

    assert bucket.tells(unknown, elsewhere, nobody) == []

    assert bucket.versions == []
    assert happened() == []


def test_a_file_that_no_form_of_ours_sent_is_deleted(
    bucket: Bucket, aws: EmulatedAWS, queued: Callable[[str], list[Any]]
) -> None:
    clients.s3().put_object(Bucket=aws.files_bucket, Key=documents.key_of(proof(), store.get(AGENT)), Body=PDF)

    assert bucket.tells(*queued("ddh-documents")) == []

    assert bucket.versions == []
    assert happened() == []


def test_a_file_that_is_gone_before_it_is_read_changes_nothing(bucket: Bucket) -> None:
    """F17."""
    told = bucket.sent(PDF, proof())
    documents.delete(told["detail"]["object"]["key"], version(told))

    assert bucket.tells(told) == []

    assert happened() == []


def test_a_crash_anywhere_and_the_event_again_come_to_the_same(bucket: Bucket) -> None:
    for content, expected in ((b"other", Event.DOCUMENT_REFUSED), (PDF, Event.DOCUMENT_ATTACHED)):
        told, before = bucket.sent(content, proof()), happened()
        for number in range(1, 9):
            try:
                with faults.crash_at(number, "after"):
                    bucket.tells(told)
            except faults.Crash:
                continue
        bucket.tells(told)

        assert happened() == [*before, expected]
    assert len(bucket.versions) == 1


def test_a_message_that_fails_comes_back_alone(bucket: Bucket) -> None:
    assert bucket.tells({"hej": "du"}, bucket.sent(PDF, proof()), []) == ["0", "2"]
    assert proof().document is not None


def test_neither_key_nor_message_names_the_agent_or_the_leader(bucket: Bucket) -> None:
    """T20."""
    told = json.dumps(bucket.sent(PDF, proof()), ensure_ascii=False)

    for personal in (AGENT, "%C3%85se", LEADER.address):
        assert personal not in told


def test_a_form_takes_one_file_of_at_most_5_mb_under_one_key_for_half_an_hour(bucket: Bucket) -> None:
    form = documents.form(proof(), store.get(AGENT), by=LEADER.address, back_to="https://ddh.example/her")

    policy = json.loads(b64decode(form.value_by_field["policy"]))
    fixed = _fixed(policy["conditions"])
    assert form.address == "https://ddh-local-files-123456789012.s3.eu-north-1.amazonaws.com/"
    assert ["content-length-range", 1, 5 * 1024 * 1024] in policy["conditions"]
    assert fixed["key"] == documents.key_of(proof(), store.get(AGENT))
    assert fixed["success_action_redirect"] == "https://ddh.example/her"
    assert fixed["x-amz-server-side-encryption"] == "AES256"
    assert fixed["x-amz-meta-agent"] == "%C3%85se%20%26%20Bo%20%231"
    assert set(form.value_by_field) - {"policy", "x-amz-signature"} <= set(fixed), "S3 takes no field that isn't fixed"


def test_a_link_gives_one_version_as_a_download_for_a_minute(bucket: Bucket) -> None:
    told = bucket.sent(PDF, proof())
    bucket.tells(told)
    document = proof().document
    assert document is not None

    address = urlsplit(documents.link(document))

    named = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.netloc == "ddh-local-files-123456789012.s3.eu-north-1.amazonaws.com"
    assert (named["versionId"], named["X-Amz-Expires"]) == (version(told), "60")
    assert named["response-content-disposition"] == 'attachment; filename="bevis.pdf"'
    assert named["response-content-type"] == "application/pdf"


def test_what_is_erased_leaves_no_version(bucket: Bucket, aws: EmulatedAWS) -> None:
    """T23."""
    for content in (PDF, PNG):
        bucket.tells(bucket.sent(content, proof()))
    clients.s3().put_object(
        Bucket=aws.files_bucket, Key=f"{documents.key_of(proof(), store.get(AGENT))}b", Body=b"another"
    )
    document = proof().document
    assert document is not None
    assert len(bucket.versions) == 3

    for _ in range(2):
        documents.erase(document)

    assert len(bucket.versions) == 1, "another proof's file stays"


def test_a_file_that_came_to_stand_in_no_dossier_goes_by_the_month_it_came(
    bucket: Bucket, aws: EmulatedAWS, clock: SettableClock
) -> None:
    """T23: its message failed for good, and it names an agent and a leader."""
    service.propose(AGENT, ground(), clock=clock)  # while a case is open the dossier keeps everything
    standing, stray = bucket.sent(PDF, proof()), bucket.sent(PDF, replace(proof(), proof_id="b" * 32))
    bucket.tells(standing)
    listed = clients.s3().list_object_versions(Bucket=aws.files_bucket, Prefix="documents/")["Versions"]
    came_in = Month.of(max(each["LastModified"] for each in listed).astimezone(COPENHAGEN).date())

    def erased_until(month: Month) -> int:
        return erasing.erase_until(month, has_rows=lambda _: True)

    assert erased_until(min(Month.of(each["LastModified"].date()) for each in listed).plus(-2)) == 0
    assert set(bucket.versions) == {version(standing), version(stray)}

    assert [erased_until(came_in) for _ in range(2)] == [1, 0]
    assert bucket.versions == [version(standing)]


def test_a_document_comes_back_from_the_store_as_it_was(bucket: Bucket) -> None:
    bucket.tells(bucket.sent(PDF, proof()), bucket.sent(b"other", proof()))

    document, refused = proof().document, proof().refused_document

    assert isinstance(document, Document), "a later file that can't be taken leaves it"
    assert refused is not None


def _fixed(conditions: Iterable[Any]) -> dict[str, str]:
    return {name: value for each in conditions if isinstance(each, dict) for name, value in each.items()}
