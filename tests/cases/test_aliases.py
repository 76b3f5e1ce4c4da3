"""What is logged, queued or outlives a dossier is named by its alias: chance, made once, gone with the dossier."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest

from chalicelib.access.people import Person, Role
from chalicelib.cases import documents, erasing, events, letters, renaming, service, steps, store
from chalicelib.cases.dossier import Dossier, Event
from chalicelib.cases.proofs import Proof, ProofKind
from chalicelib.common.months import Month
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings, tables
from tests import faults
from tests.cases.dossiers import ground
from tests.conftest import EmulatedAWS, SettableClock

AGENT, NEW = "751-001", "751-901"
LEADER = Person(address="leder751@kommune.example", role=Role.LEADER, municipality_code="751")
STAFF = Person(address="s@ddh.example", role=Role.SECRETARIAT)
DIGEST = hashlib.sha256(AGENT.encode()).hexdigest()
LONG_AFTER = Month(2030, 1)


@pytest.fixture(autouse=True)
def rules(aws: EmulatedAWS) -> None:
    book.seed()
    register.put(
        Member(
            municipality_code="751",
            name="Aarhus",
            leaders=(LEADER.address,),
            services=frozenset({Service.CONTACT_CENTRE}),
            active_from=date(2022, 1, 1),
        )
    )


def register_proof(clock: SettableClock, proof_id: str = "p", agent: str = AGENT, *, day: int = 2) -> Dossier:
    return service.register_proof(
        agent,
        proof_id=proof_id,
        kind=ProofKind.PHYSICAL,
        taken_on=date(2025, 1, day),
        source="Kursusbevis",
        by=LEADER,
        clock=clock,
    )


def proof() -> Proof:
    found = store.get(AGENT).proof("p")
    assert found is not None
    return found


def recorded() -> list[str]:
    """Return the ids of the recorded mails: only a test may scan."""
    client: Any = tables.connection().client
    found = client.scan(TableName=settings.table_name("mail"))["Items"]
    return sorted(item["pk"]["S"].removeprefix("mail#") for item in found if item["pk"]["S"].startswith("mail#case_"))


def as_before_aliases() -> None:
    """Make the stored dossier one of before there were aliases."""
    client: Any = tables.connection().client
    name, key = settings.table_name("cases"), {"pk": {"S": f"agent#{AGENT}"}, "sk": {"S": "dossier"}}
    item = client.get_item(TableName=name, Key=key)["Item"]
    told = json.loads(item["dossier"]["S"])
    del told["alias"]
    client.put_item(TableName=name, Item=item | {"dossier": {"S": json.dumps(told)}})


def test_neither_the_id_nor_a_digest_of_it_is_in_what_names_mails_and_files(clock: SettableClock) -> None:
    """T20."""
    dossier = register_proof(clock)

    (mail_id,) = recorded()

    for name in (mail_id, documents.key_of(proof(), dossier)):
        assert dossier.alias[:16] in name
        assert AGENT not in name
        assert DIGEST[:16] not in name


def test_an_alias_is_the_same_from_the_first_write_on(clock: SettableClock) -> None:
    first = register_proof(clock).alias

    service.propose(AGENT, ground(municipality_code="751"), clock=clock)

    assert store.get(AGENT).alias == first
    assert len(first) == 32
    assert len({store.get("never written").alias for _ in range(3)}) == 3


def test_of_two_who_make_a_dossier_at_once_both_go_on_with_the_alias_of_the_first(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, seen_aliases = store.get, []

    def overtaken(agent: str) -> Dossier:
        monkeypatch.setattr(store, "get", get)
        found = get(agent)
        seen_aliases.append(found.alias)
        register_proof(clock)
        return found

    monkeypatch.setattr(store, "get", overtaken)
    service.propose(AGENT, ground(municipality_code="751"), clock=clock)

    dossier = store.get(AGENT)
    assert (len(dossier.proofs), len(dossier.cases)) == (1, 1)
    assert dossier.alias not in seen_aliases
    assert recorded() == [letters.mail_ids(dossier, store.history(AGENT)[0])[1]]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_any_write_of_the_first_step_leaves_one_mail_about_it(
    clock: SettableClock, when: Literal["before", "after"]
) -> None:
    for number in range(1, 8):
        proof_id = f"p{number}"
        try:
            with faults.crash_at(number, when):
                register_proof(clock, proof_id, day=number)
        except faults.Crash:
            register_proof(clock, proof_id, day=number)

    dossier, history = store.get(AGENT), store.history(AGENT)
    assert len(dossier.proofs) == len(history) == len(recorded()) == 7
    assert set(recorded()) == {letters.mail_ids(dossier, entry)[1] for entry in history}


def test_an_answer_that_was_lost_makes_no_second_alias(clock: SettableClock) -> None:
    with faults.counted() as calls:
        register_proof(clock, agent="another")
    with faults.answer_lost_at(1 + calls.operations.index("TransactWriteItems")):
        told = register_proof(clock)

    assert store.get(AGENT).alias == told.alias
    assert len(recorded()) == 2


def test_what_happens_again_on_another_day_is_told_under_the_same_id(clock: SettableClock) -> None:
    """F32: after a restore what follows from figures is done again, and what left since is known by its id."""
    register_proof(clock)
    dossier, (entry,) = store.get(AGENT), store.history(AGENT)

    a_day_later = replace(entry, act=replace(entry.act, on=entry.act.on + timedelta(days=1)))
    something_else = replace(entry, what=Event.CONTESTED)

    assert letters.mail_ids(dossier, a_day_later) == letters.mail_ids(dossier, entry)
    assert not {*letters.mail_ids(dossier, something_else)} & {*letters.mail_ids(dossier, entry)}


def test_a_dossier_of_before_aliases_goes_on_with_the_names_that_it_had(clock: SettableClock) -> None:
    """No mail is sent twice, and what was sent by a form from before still comes to stand at its proof."""
    register_proof(clock)
    as_before_aliases()
    (entry,) = store.history(AGENT)

    assert documents.key_of(proof(), store.get(AGENT)) == f"documents/751/{DIGEST[:32]}/p"
    assert letters.mail_ids(store.get(AGENT), entry)[0] == f"case_leaders_{DIGEST[:16]}_{entry.act.on:%Y%m%d}_1"
    register_proof(clock, "q", day=3)
    assert store.get(AGENT).alias == DIGEST[:32]


def test_a_file_sent_by_a_form_of_before_aliases_stands_at_its_proof(
    clock: SettableClock, aws: EmulatedAWS, queued: Callable[[str], list[Any]]
) -> None:
    register_proof(clock)
    as_before_aliases()
    said = {"agent": AGENT, "by": "leder751%40kommune.example"}
    clients.s3().put_object(
        Bucket=aws.files_bucket, Key=f"documents/751/{DIGEST[:32]}/p", Body=b"%PDF-1.7", Metadata=said
    )

    (told,) = queued("ddh-documents")
    assert events.attach_document({"Records": [{"messageId": "1", "body": json.dumps(told)}]}, None) == {
        "batchItemFailures": []
    }

    assert proof().document is not None


def test_the_ids_of_one_agent_have_an_alias_each(clock: SettableClock) -> None:
    old = register_proof(clock).alias

    renaming.rename(
        AGENT, NEW, last_month=Month(2024, 11), first_month=None, is_elsewhere=False, by=LEADER, clock=clock
    )

    new = store.get(NEW).alias
    assert store.get(AGENT).alias == old != new
    assert [each for each in recorded() if new[:16] in each] == [
        letters.mail_ids(store.get(NEW), store.history(NEW)[0])[1]
    ]
    renaming.undo(NEW, "Tastefejl", by=STAFF, clock=clock)
    assert (store.get(AGENT).alias, store.get(NEW).alias) == (old, new)


def test_the_alias_dies_with_the_dossier_and_the_next_one_has_another(clock: SettableClock) -> None:
    """T23: what stays, the mail's row, leads to nobody."""
    first = register_proof(clock).alias
    (told,) = recorded()
    assert erasing.erase_until(LONG_AFTER, has_rows=lambda _: False) > 0
    client: Any = tables.connection().client

    left = client.scan(TableName=settings.table_name("cases"))["Items"]
    second = register_proof(clock).alias

    assert first not in repr(left)
    assert first[:16] in told
    assert first != second
    assert len(recorded()) == 2, "the same step of the next dossier is told too"


def test_what_is_left_of_a_shortened_dossier_keeps_its_alias(clock: SettableClock) -> None:
    before = register_proof(clock)
    step = steps.proposed(before, ground=ground(municipality_code="751"), act=store.history(AGENT)[0].act)
    assert step is not None
    store.commit(before, step)
    before = store.get(AGENT)

    store.shorten(before, Dossier(agent=AGENT, alias=before.alias, cases=before.cases))

    assert store.get(AGENT).alias == before.alias
