"""Links and limits: looked at without effect, redeemed once, and never more than one mail to a stranger in a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.access import limits, links
from chalicelib.access.limits import MailLimitReached, TooManySubmissions
from chalicelib.access.links import LinkSpent, Purpose
from chalicelib.common.errors import Conflict
from chalicelib.runtime.tables import conflict_means, transaction
from tests.conftest import EmulatedAWS, SettableClock

_ADDRESS = "chef@nyborg.example"
_LIFETIME = timedelta(minutes=15)


def _new(clock: SettableClock, purpose: Purpose = Purpose.SIGN_IN) -> str:
    with transaction() as writing:
        return links.new(writing, purpose=purpose, subject="emne", address=_ADDRESS, valid_for=_LIFETIME, clock=clock)


def _redeem(token: str, clock: SettableClock) -> None:
    with conflict_means("second"), transaction() as writing:
        links.redeem(writing, token, purpose=Purpose.SIGN_IN, clock=clock)


def test_looking_at_a_link_a_hundred_times_leaves_it_to_be_redeemed(aws: EmulatedAWS, clock: SettableClock) -> None:
    token = _new(clock)

    for _ in range(100):
        assert links.look(token, purpose=Purpose.SIGN_IN, clock=clock) is not None

    _redeem(token, clock)
    assert links.look(token, purpose=Purpose.SIGN_IN, clock=clock) is None


def test_a_link_is_redeemed_once(aws: EmulatedAWS, clock: SettableClock) -> None:
    token = _new(clock)
    _redeem(token, clock)

    with pytest.raises(LinkSpent):
        _redeem(token, clock)


def test_of_two_who_redeem_at_the_same_moment_one_wins(aws: EmulatedAWS, clock: SettableClock) -> None:
    token = _new(clock)

    def overtaken() -> None:
        with conflict_means("second"), transaction() as writing:
            links.redeem(writing, token, purpose=Purpose.SIGN_IN, clock=clock)
            _redeem(token, clock)

    with pytest.raises(Conflict):
        overtaken()


def test_a_link_ends_at_its_time_whatever_the_table_s_ttl_does(aws: EmulatedAWS, clock: SettableClock) -> None:
    token = _new(clock)
    clock.set(instant=clock.now() + _LIFETIME)

    with pytest.raises(LinkSpent):
        _redeem(token, clock)


def test_a_link_of_another_purpose_is_nothing(aws: EmulatedAWS, clock: SettableClock) -> None:
    with pytest.raises(LinkSpent):
        _redeem(_new(clock, Purpose.EXIT_SURVEY), clock)


@pytest.mark.parametrize("token", ["", "x", "../..", "æøå", "a" * 5000])
def test_what_is_no_token_is_spent(aws: EmulatedAWS, clock: SettableClock, token: str) -> None:
    assert links.look(token[:900], purpose=Purpose.SIGN_IN, clock=clock) is None


def _count(clock: SettableClock, purpose: Purpose = Purpose.CONFIRM_REQUEST, address: str = _ADDRESS) -> None:
    with conflict_means("busy"), transaction() as writing:
        limits.count_mail(writing, purpose=purpose, address=address, clock=clock)


def test_a_victim_gets_at_most_one_mail_in_24_hours(aws: EmulatedAWS, clock: SettableClock) -> None:
    sent = 0
    for minute in range(30):
        clock.set(instant=clock.now() + timedelta(minutes=minute))
        try:
            _count(clock, address=_ADDRESS.upper() if minute % 2 else _ADDRESS)
        except MailLimitReached:
            continue
        sent += 1

    assert sent == 1
    assert not limits.may_mail(purpose=Purpose.CONFIRM_REQUEST, address=_ADDRESS, clock=clock)


def test_the_day_after_there_is_one_more(aws: EmulatedAWS, clock: SettableClock) -> None:
    _count(clock)
    clock.set(instant=clock.now() + timedelta(hours=24))

    _count(clock)

    with pytest.raises(MailLimitReached):
        _count(clock)


def test_of_two_at_the_same_moment_one_takes_the_last_mail(aws: EmulatedAWS, clock: SettableClock) -> None:
    def overtaken() -> None:
        with conflict_means("busy"), transaction() as writing:
            limits.count_mail(writing, purpose=Purpose.CONFIRM_REQUEST, address=_ADDRESS, clock=clock)
            _count(clock)

    with pytest.raises(Conflict):
        overtaken()


def test_a_sign_in_link_can_be_asked_for_again_and_later_more(aws: EmulatedAWS, clock: SettableClock) -> None:
    limit = limits.MAILBOX_LIMITS[Purpose.SIGN_IN]
    for _ in range(limit.most):
        _count(clock, Purpose.SIGN_IN)

    with pytest.raises(MailLimitReached):
        _count(clock, Purpose.SIGN_IN)
    clock.set(instant=clock.now() + limit.window)
    _count(clock, Purpose.SIGN_IN)


def test_a_plus_in_the_address_reaches_the_same_mailbox(aws: EmulatedAWS, clock: SettableClock) -> None:
    _count(clock, address="offer@mail.example")

    with pytest.raises(MailLimitReached):
        _count(clock, address="Offer+1@mail.example")


def test_a_domain_gets_a_few_mails_a_day_from_strangers(aws: EmulatedAWS, clock: SettableClock) -> None:
    most = limits.DOMAIN_LIMITS[Purpose.CONFIRM_REQUEST].most
    for number in range(most):
        _count(clock, address=f"offer{number}@mail.example")

    with pytest.raises(MailLimitReached):
        _count(clock, address="en-mere@mail.example")
    _count(clock, address="offer@andet.example")


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")],
)
def test_a_network_sends_so_many_forms_a_day(
    aws: EmulatedAWS, clock: SettableClock, one: str, same: str, other: str
) -> None:
    for _ in range(limits.SUBMISSION_LIMIT.most):
        limits.count_submission(one, clock=clock)

    with pytest.raises(TooManySubmissions):
        limits.count_submission(same, clock=clock)
    limits.count_submission(other, clock=clock)
    clock.set(instant=clock.now() + limits.SUBMISSION_LIMIT.window)
    limits.count_submission(same, clock=clock)
