"""The register of members: who takes part in what, in which month."""

from datetime import date
from typing import Any

import pytest

from chalicelib.common.months import Month
from chalicelib.members import register
from chalicelib.members.register import Member, Service


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
