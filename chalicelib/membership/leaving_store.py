"""What is kept of those who leave: the notice they gave, and what they answered when asked why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.common.instants import instant_from, instant_text
from chalicelib.membership.leaving import ExitAnswer, Withdrawal
from chalicelib.runtime.tables import JSONTextAttribute, Table

#: The index's state of what is no request: it waits for a day too.
_GIVEN = "withdrawal"
_ANSWERS = "exit-answers"


class _ByState(GlobalSecondaryIndex["_WithdrawalRow"]):  # type: ignore[no-untyped-call]  # pynamodb's __init_subclass__
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    waits_for = UnicodeAttribute(range_key=True, attr_name="entry_date")


class _WithdrawalRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_state = _ByState()
    state = UnicodeAttribute(null=True)  # gone when the membership has ended
    waits_for = UnicodeAttribute(attr_name="entry_date")
    given = JSONTextAttribute()

    def withdrawal(self) -> Withdrawal:
        given = self.given
        return Withdrawal(
            municipality_code=self.pk.removeprefix("withdrawal#"),
            last_day=date.fromisoformat(self.waits_for),
            notice_months=given["notice_months"],
            given_by=given["by"],
            given_on=date.fromisoformat(given["on"]),
            given_at=instant_from(given["at"]),
            request_id=given["request_id"],
            has_ended=self.state is None,
        )


class _AnswerRow(Table):
    feature = "membership"

    pk = UnicodeAttribute(hash_key=True, default=_ANSWERS)
    sk = UnicodeAttribute(range_key=True)
    answer = JSONTextAttribute()


def add_withdrawal(writes: TransactWrite, withdrawal: Withdrawal) -> None:
    """Add a member's notice to a transaction, which fails when it gave one for that day already."""
    row = _WithdrawalRow(
        _withdrawals(withdrawal.municipality_code),
        withdrawal.last_day.isoformat(),
        state=_GIVEN,
        waits_for=withdrawal.last_day.isoformat(),
        given={
            "notice_months": withdrawal.notice_months,
            "by": withdrawal.given_by,
            "on": withdrawal.given_on.isoformat(),
            "at": instant_text(withdrawal.given_at),
            "request_id": withdrawal.request_id,
        },
    )
    writes.save(row, condition=_WithdrawalRow.pk.does_not_exist())


def withdrawal(municipality_code: str, last_day: date) -> Withdrawal:
    """Return the notice that ends a membership on the day (strong read). It must exist: a link names it."""
    key = _withdrawals(municipality_code), last_day.isoformat()
    return _WithdrawalRow.get(*key, consistent_read=True).withdrawal()


def ending_before(day: date) -> Iterator[Withdrawal]:
    """Yield notices whose last day lies before the day and that are not carried out; may be some seconds old."""
    for row in _WithdrawalRow.by_state.query(_GIVEN, _WithdrawalRow.waits_for < day.isoformat()):
        yield row.withdrawal()


def given() -> tuple[Withdrawal, ...]:
    """Return the notices that run, by last day; what is returned may be some seconds old."""
    return tuple(row.withdrawal() for row in _WithdrawalRow.by_state.query(_GIVEN))


def end(writes: TransactWrite, withdrawal: Withdrawal) -> None:
    """Add to a transaction that a notice is carried out; it fails when somebody else did that."""
    writes.update(
        _WithdrawalRow(_withdrawals(withdrawal.municipality_code), withdrawal.last_day.isoformat()),
        actions=[_WithdrawalRow.state.remove()],
        condition=_WithdrawalRow.state == _GIVEN,
    )


def add_answer(writes: TransactWrite, answer: ExitAnswer) -> None:
    """Add an exit answer to a transaction, which fails when the member answered already."""
    row = _AnswerRow(
        _ANSWERS,
        f"{answer.municipality_code}#{answer.last_day.isoformat()}",
        answer={
            "reasons": list(answer.reasons),
            "text": answer.text,
            "may_interview": answer.may_interview,
            "answered_at": instant_text(answer.answered_at),
        },
    )
    writes.save(row, condition=_AnswerRow.pk.does_not_exist())


def answers() -> tuple[ExitAnswer, ...]:
    """Return every exit answer (strong read): some a year."""
    return tuple(_answer(row) for row in _AnswerRow.query(_ANSWERS, consistent_read=True))


def _answer(row: _AnswerRow) -> ExitAnswer:
    code, _, last_day = row.sk.partition("#")
    return ExitAnswer(
        municipality_code=code,
        last_day=date.fromisoformat(last_day),
        reasons=tuple(row.answer["reasons"]),
        text=row.answer["text"],
        may_interview=row.answer["may_interview"],
        answered_at=instant_from(row.answer["answered_at"]),
    )


def _withdrawals(municipality_code: str) -> str:
    return f"withdrawal#{municipality_code}"
