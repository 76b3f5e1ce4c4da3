"""The register of members: who takes part in what, in which month."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.common.errors import Conflict
from chalicelib.common.months import Month
from chalicelib.members import register
from chalicelib.members.register import Member, Period, Service
from chalicelib.runtime.tables import conflict_means, transaction


def member(code: str = "751", **changes: Any) -> Member:
    facts: dict[str, Any] = {
        "municipality_code": code,
        "name": "Aarhus",
        "leaders": ("leder@aarhus.example",),
        "services": frozenset({Service.CONTACT_CENTRE}),
        "active_from": date(2022, 1, 1),
    }
    return Member(**(facts | changes))


def test_a_member_comes_back_as_it_was_put(aws: Any) -> None:
    stored = member(services=frozenset(Service), active_until=date(2025, 6, 30))

    register.put(stored)

    assert register.get("751") == stored
    assert register.get("740") is None


@pytest.mark.parametrize(
    ("month", "is_active"), [("2024-03", False), ("2024-04", True), ("2025-06", True), ("2025-07", False)]
)
def test_a_member_takes_part_from_its_entry_to_its_last_day(month: str, is_active: bool) -> None:
    assert (
        member(active_from=date(2024, 4, 1), active_until=date(2025, 6, 30)).is_active_in(Month.parse(month))
        is is_active
    )


def test_a_chatbot_member_is_no_member_of_the_contact_centre(aws: Any) -> None:
    register.put(member("751", services=frozenset({Service.CHATBOT})))
    register.put(member("740"))
    register.put(member("190"))

    assert [each.municipality_code for each in register.active_in(Month(2024, 10))] == ["190", "740"]


def test_a_municipality_that_left_and_came_back_keeps_its_history(aws: Any) -> None:
    left = member(active_until=date(2023, 6, 30))
    back = left.entering_again(
        leaders=("ny@aarhus.example",), services=frozenset({Service.CHATBOT}), active_from=date(2025, 1, 1)
    )
    register.put(back)

    assert register.get("751") == back
    assert back.earlier == (
        Period(
            services=frozenset({Service.CONTACT_CENTRE}),
            active_from=date(2022, 1, 1),
            active_until=date(2023, 6, 30),
        ),
    )
    assert [back.is_active_in(Month(*each)) for each in ((2023, 6), (2023, 7), (2024, 12), (2025, 1))] == [
        True,
        False,
        False,
        True,
    ]
    assert [each.municipality_code for each in register.active_in(Month(2023, 6))] == ["751"]
    assert register.active_in(Month(2025, 1)) == ()
    assert register.active_in(Month(2025, 1), service=Service.CHATBOT) == (back,)


def write(before: Member | None, after: Member) -> None:
    with conflict_means("changed meanwhile"), transaction() as writes:
        register.replace_in(writes, before, after)


def test_a_member_is_replaced_only_as_it_was_read(aws: Any) -> None:
    first = member(version=1)
    write(None, first)
    second = replace(first, leaders=("to@aarhus.example",), version=2)
    write(first, second)

    for stale in (None, member(), first):
        with pytest.raises(Conflict):
            write(stale, replace(second, version=(stale.version if stale else 0) + 1))

    assert register.get("751") == second


def test_a_seeded_member_has_no_changes_yet_and_can_be_replaced(aws: Any) -> None:
    register.put(member())

    write(member(), member(version=1, leaders=()))

    assert register.get("751") == member(version=1, leaders=())


def test_a_check_fails_when_the_register_changed_meanwhile(aws: Any) -> None:
    with transaction() as writes:
        register.check_unchanged(writes, "751", None)
    register.put(member())
    with conflict_means("changed"), transaction() as writes:
        register.check_unchanged(writes, "751", member())

    with pytest.raises(Conflict), conflict_means("changed"), transaction() as writes:
        register.check_unchanged(writes, "751", None)


@pytest.mark.parametrize(
    ("until", "day", "is_member"),
    [
        (None, date(2030, 1, 1), True),
        (date(2025, 6, 30), date(2025, 6, 30), True),
        (date(2025, 6, 30), date(2025, 7, 1), False),
    ],
)
def test_the_last_day_is_a_day_of_membership(until: date | None, day: date, is_member: bool) -> None:
    assert member(active_until=until).is_member_on(day) is is_member
