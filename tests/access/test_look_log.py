"""A look at figures of persons leaves its trace, or isn't had; and what is done to the traces is found."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import pytest
from pynamodb.exceptions import PynamoDBException

from chalicelib.access import look_log
from chalicelib.access.look_chain import Breach, Broken, number_text
from chalicelib.common import municipalities
from chalicelib.common.errors import TryLater
from chalicelib.common.months import Month
from chalicelib.runtime import settings, tables
from tests import faults
from tests.access import looking
from tests.access.looks import NOW, looks_at
from tests.conftest import EmulatedAWS, SettableClock
from tests.infra import roles

WHO = "leder751@kommune.example"


def note(clock: SettableClock, *agents: str, code: str | None = "751", purpose: str = "Opfølgning") -> None:
    look_log.note(who=WHO, purpose=purpose, municipality_code=code, agents=agents, clock=clock)


def note_in(clock: SettableClock, month: Month, *agents: str) -> None:
    clock.set(instant=datetime(month.year, month.number, 15, tzinfo=UTC))
    note(clock, *agents)


def client() -> Any:
    return tables.connection().client


def key(pk: str, number: int) -> dict[str, Any]:
    return {
        "TableName": settings.table_name("access"),
        "Key": {"pk": {"S": pk}, "sk": {"S": number_text(number)}},
    }


def change(pk: str, number: int, attribute: str, value: str) -> None:
    """Change one attribute, as somebody with the table's key in hand may."""
    client().update_item(
        **key(pk, number),
        UpdateExpression="SET #a = :v",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":v": {"S": value}},
    )


def copy(pk: str, number: int, *, to: str, sk: str) -> None:
    item = client().get_item(**key(pk, number), ConsistentRead=True)["Item"]
    client().put_item(TableName=settings.table_name("access"), Item=item | {"pk": {"S": to}, "sk": {"S": sk}})


def broken(scope: str = "751") -> set[tuple[Breach, int]]:
    return {(each.what, int(each.number)) for each in look_log.check(scope).broken}


def test_each_look_at_an_agent_is_noted_also_at_the_same_instant(aws: EmulatedAWS, clock: SettableClock) -> None:
    note(clock, "751-001")
    note(clock, "751-001")
    note(clock, "751-002")
    note(clock, "751-002", "751-001", "190-001", code=None)

    assert [(each.who, each.at, each.purpose, each.municipality_code, each.agents) for each in looks_at("751-001")] == [
        *2 * [(WHO, clock.now(), "Opfølgning", "751", ("751-001",))],
        (WHO, clock.now(), "Opfølgning", None, ("190-001", "751-001", "751-002")),
    ]


def test_looks_are_found_by_scope_and_month(aws: EmulatedAWS, clock: SettableClock) -> None:
    for month in (NOW, NOW.next(), NOW.plus(2)):
        note_in(clock, month, "751-001")

    assert [each.at.month for each in looks_at("751-001", since=NOW.next(), until=NOW.plus(2))] == [3, 4]
    note(clock, "751-001", code="190")
    note(clock, "751-001", code=None)
    found = [each.municipality_code for each in looks_at("751-001", until=NOW.plus(2))]
    assert sorted(map(str, found)) == ["190", "751", "751", "751", "None"]
    assert looks_at("751-00", until=NOW.plus(2)) == ()


def test_a_look_lies_in_the_danish_month_of_its_instant(aws: EmulatedAWS, clock: SettableClock) -> None:
    clock.set(instant=datetime(2025, 2, 28, 23, 30, tzinfo=UTC))
    note(clock, "751-001")

    assert looks_at("751-001") == ()
    assert len(looks_at("751-001", since=NOW.next(), until=NOW.next())) == 1


def test_a_look_by_a_clock_that_is_behind_stays_in_order(aws: EmulatedAWS, clock: SettableClock) -> None:
    note_in(clock, NOW.next(), "751-001")
    note_in(clock, NOW, "751-001")

    assert [each.at.month for each in looks_at("751-001", until=NOW.next())] == [2, 3]
    assert looks_at("751-001") == ()
    assert not broken()


def test_a_look_at_very_many_names_them_all(aws: EmulatedAWS, clock: SettableClock) -> None:
    many = [f"{number:064d}" for number in range(2001)]
    note(clock, *many, code=None)

    assert len(looks_at(many[0])) == len(looks_at(many[-1])) == 1
    assert look_log.check("all").links == 3


def test_a_list_of_very_many_in_a_municipality_names_them_all(aws: EmulatedAWS, clock: SettableClock) -> None:
    many = [f"{number:064d}" for number in range(181)]
    note(clock, *many)

    assert len(looks_at(many[0])) == len(looks_at(many[-1])) == 1
    assert look_log.check("751").links == 3


def test_looks_are_found_by_key_and_not_by_asking_every_municipality(aws: EmulatedAWS, clock: SettableClock) -> None:
    for code in ("751", "190"):
        note(clock, "751-001", code=code)

    with faults.counted() as calls:
        assert len(looks_at("751-001", until=NOW.plus(2))) == 2

    assert len(calls.operations) == 1 + 2 + 3


def test_where_looks_lie_is_erased_with_them(aws: EmulatedAWS, clock: SettableClock) -> None:
    note(clock, "751-001", "751-002")
    look_log.erase_until(NOW)

    items = client().scan(TableName=settings.table_name("access"))["Items"]
    assert not [item for item in items if "751-00" in repr(item)]


def test_a_look_at_nobody_known_is_a_look(aws: EmulatedAWS, clock: SettableClock) -> None:
    note(clock, code=None)

    assert look_log.check("all").contents == 1


def test_a_look_that_cannot_be_noted_is_an_error(aws: EmulatedAWS, clock: SettableClock) -> None:
    with faults.not_sent_at(*range(1, 20)), pytest.raises(PynamoDBException):
        note(clock, "751-001")


@pytest.mark.parametrize("call", [1, 2])
def test_a_lost_answer_makes_no_second_look(aws: EmulatedAWS, clock: SettableClock, call: int) -> None:
    note(clock, "751-001")
    with faults.answer_lost_at(call):
        note(clock, "751-001")

    assert len(looks_at("751-001")) == 2
    assert look_log.check("751").links == 2


def test_who_is_overtaken_notes_after_the_other(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, overtakers = tables.transaction, ["751-002", "751-003"]

    def overtaken() -> Any:
        if overtakers:
            note(clock, overtakers.pop())
        return begin()

    monkeypatch.setattr(look_log, "transaction", overtaken)
    note(clock, "751-001")

    assert [len(looks_at(agent)) for agent in ("751-001", "751-002", "751-003")] == [1, 1, 1]
    assert (look_log.check("751").links, broken()) == (3, set())


def test_who_is_overtaken_at_the_turn_of_a_month_makes_no_second_link(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, later = tables.transaction, SettableClock()
    later.set(instant=datetime(2025, 3, 1, 12, tzinfo=UTC))
    waiting = [later]

    def overtaken() -> Any:
        if waiting:
            note(waiting.pop(), "751-002")
        return begin()

    monkeypatch.setattr(look_log, "transaction", overtaken)
    note(clock, "751-001")

    assert (look_log.check("751").links, broken()) == (2, set())


def test_who_is_overtaken_all_the_time_sees_nothing(
    aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(clock, "751-002")
    monkeypatch.setattr(look_log, "_backwards", lambda row, key: ())

    with pytest.raises(TryLater):
        note(clock, "751-001")

    assert looks_at("751-001") == ()


def test_looks_of_several_processes_make_one_chain(served_aws: EmulatedAWS) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as racers:
        assert list(racers.map(looking.note_some, range(3))) == [5, 5, 5]

    assert (look_log.check("751").links, look_log.check("751").contents, broken()) == (15, 15, set())


LOOKS, CHAIN = f"looks#751#{NOW}", "looks-chain#751"
DONE_TO_IT: dict[str, tuple[Callable[[], None], set[tuple[Breach, int]]]] = {
    "who looked is changed": (
        lambda: change(LOOKS, 2, "told", '{"agents":["751-001"],"who":"en anden"}'),
        {(Breach.CONTENT_CHANGED, 2)},
    ),
    "a look is removed": (lambda: client().delete_item(**key(LOOKS, 2)), {(Breach.CONTENT_REMOVED, 2)}),
    "the newest look is removed": (lambda: client().delete_item(**key(LOOKS, 4)), {(Breach.CONTENT_REMOVED, 4)}),
    "a look is added": (lambda: copy(LOOKS, 2, to=LOOKS, sk=number_text(5)), {(Breach.CONTENT_ADDED, 5)}),
    "a look is added in another month": (
        lambda: copy(LOOKS, 2, to=f"looks#751#{NOW.next()}", sk=number_text(2)),
        {(Breach.CONTENT_ADDED, 2)},
    ),
    "a look is another's": (
        lambda: copy(LOOKS, 3, to=LOOKS, sk=number_text(2)),
        {(Breach.CONTENT_CHANGED, 2)},
    ),
    "a link's digest is changed": (
        lambda: change(CHAIN, 2, "digest", "0" * 64),
        {(Breach.LINK_CHANGED, 2), (Breach.CONTENT_CHANGED, 2)},
    ),
    "a link's chain is changed": (
        lambda: change(CHAIN, 2, "chain", "0" * 64),
        {(Breach.LINK_CHANGED, 2), (Breach.LINK_CHANGED, 3)},
    ),
    "a link says that its look is elsewhere": (
        lambda: change(CHAIN, 2, "month", str(NOW.next())),
        {(Breach.LINK_CHANGED, 2), (Breach.CONTENT_REMOVED, 2), (Breach.CONTENT_ADDED, 2)},
    ),
    "a link is removed": (
        lambda: client().delete_item(**key(CHAIN, 2)),
        {(Breach.LINK_REMOVED, 3), (Breach.CONTENT_ADDED, 2)},
    ),
    "the newest link is removed": (
        lambda: client().delete_item(**key(CHAIN, 4)),
        {(Breach.CONTENT_ADDED, 4)},
    ),
    "a link is put in another's place": (
        lambda: copy(CHAIN, 3, to=CHAIN, sk=number_text(2)),
        {(Breach.LINK_CHANGED, 2), (Breach.CONTENT_CHANGED, 2), (Breach.LINK_CHANGED, 3)},
    ),
}


@pytest.mark.parametrize(("do", "found"), DONE_TO_IT.values(), ids=DONE_TO_IT.keys())
def test_chain_break_detected(
    aws: EmulatedAWS, clock: SettableClock, do: Callable[[], None], found: set[tuple[Breach, int]]
) -> None:
    for number in range(4):
        note(clock, f"751-00{number}")
    assert not broken()

    do()

    assert {(each.what, int(each.number)) for each in look_log.check("751", also=[NOW.next()]).broken} == found


def test_a_link_slipped_in_between_is_found(aws: EmulatedAWS, clock: SettableClock) -> None:
    for _ in range(3):
        note(clock, "751-001")

    copy(CHAIN, 2, to=CHAIN, sk=f"{number_text(2)}x")

    assert Broken(what=Breach.LINK_ADDED, number=f"{number_text(2)}x") in look_log.check("751").broken


def test_what_is_erased_after_its_time_breaks_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    months = [NOW.plus(number) for number in range(4)]
    for month in months:
        note_in(clock, month, "751-001")
        look_log.note(who=WHO, purpose="Liste", municipality_code=None, agents=["751-001"], clock=clock)

    assert look_log.erase_until(months[1]) == 4

    assert [each.at.month for each in looks_at("751-001", until=months[-1])] == [4, 4, 5, 5]
    checked = look_log.check("751")
    assert (checked.links, checked.contents, checked.broken) == (5, 2, ())
    assert not broken("all")
    assert look_log.check("190").links == 0


def test_erasing_again_erases_nothing_more_and_later_months_in_their_turn(
    aws: EmulatedAWS, clock: SettableClock
) -> None:
    for number in range(3):
        note_in(clock, NOW.plus(number), "751-001")

    assert [look_log.erase_until(NOW.plus(number)) for number in (-1, 0, 0, 1, 0)] == [0, 1, 0, 1, 0]

    assert not broken()
    note(clock, "751-001")
    assert (look_log.check("751").contents, broken()) == (2, set())


@pytest.mark.parametrize("call", range(1, 11))
def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    aws: EmulatedAWS, clock: SettableClock, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(municipalities, "by_code", {"751": None})
    for month in (NOW, NOW, NOW.next()):
        note_in(clock, month, "751-001")

    with faults.crash_at(call, "after"), pytest.raises(faults.Crash):
        look_log.erase_until(NOW)
    assert not broken()
    look_log.erase_until(NOW.next())

    assert (look_log.check("751").contents, broken()) == (0, set())


def test_a_look_removed_though_younger_than_what_was_erased_is_found(aws: EmulatedAWS, clock: SettableClock) -> None:
    note_in(clock, NOW, "751-001")
    note_in(clock, NOW.next(), "751-001")
    look_log.erase_until(NOW)

    client().delete_item(**key(f"looks#751#{NOW.next()}", 2))

    assert broken() == {(Breach.CONTENT_REMOVED, 2)}


def test_a_false_word_of_what_was_erased_hides_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    note_in(clock, NOW, "751-001")
    note_in(clock, NOW.next(), "751-001")
    look_log.erase_until(NOW)

    client().delete_item(**key(f"looks#751#{NOW.next()}", 2))
    change("looks-erased#751", 3, "told", f'{{"since":"{NOW}","until":"{NOW.next()}"}}')

    assert broken() == {(Breach.CONTENT_REMOVED, 1), (Breach.CONTENT_REMOVED, 2), (Breach.CONTENT_CHANGED, 3)}


def test_the_pages_role_adds_looks_and_changes_none(aws: EmulatedAWS, clock: SettableClock) -> None:
    with roles.acting_as("APIHandler") as refused:
        note(clock, "751-001")
        looks_at("751-001")
    assert not refused

    with roles.acting_as("APIHandler") as refused:
        change(LOOKS, 1, "told", "{}")
        look_log.erase_until(NOW)

    actions = {action for _, (action, _) in refused}
    assert actions == {"dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:DeleteItem"}
