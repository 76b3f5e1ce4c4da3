"""Row classes of one table share it, whichever of them is used first; instants are stored so that they compare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.runtime.tables import InstantAttribute, Table
from tests.conftest import EmulatedAWS


class _ByState(GlobalSecondaryIndex["_WithIndex"]):  # type: ignore[no-untyped-call]  # pynamodb's own
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _WithIndex(Table):
    feature = "mail"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    due_at = UnicodeAttribute()
    by_state = _ByState()


class _WithInstant(Table):
    feature = "mail"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    at = InstantAttribute()


class _Plain(Table):
    feature = "mail"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


@pytest.mark.parametrize("plain_first", [True, False])
def test_an_index_is_known_whichever_class_of_the_table_is_used_first(aws: EmulatedAWS, plain_first: bool) -> None:
    if plain_first:
        _Plain("a", "a").save()
    _WithIndex("b", "b", state="PENDING", due_at="2025").save()
    _Plain("c", "c").save()

    assert [row.pk for row in _WithIndex.by_state.query("PENDING")] == ["b"]


def test_an_instant_is_stored_and_compared_as_one_whatever_its_zone(aws: EmulatedAWS) -> None:
    noon = datetime(2025, 2, 5, 12, tzinfo=UTC)
    in_denmark = noon.astimezone(timezone(timedelta(hours=1)))
    _WithInstant("a", "a", at=in_denmark).save()

    assert _WithInstant.get("a", "a").at == noon
    for since, count in ((noon, 1), (in_denmark + timedelta(microseconds=1), 0)):
        assert len(list(_WithInstant.query("a", filter_condition=_WithInstant.at >= since))) == count
