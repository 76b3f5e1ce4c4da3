"""A session stands until its time, its sign-out, the sign-out everywhere, or the end of the grant it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.access import grants, sessions
from chalicelib.access.people import Person, Role
from chalicelib.runtime.tables import transaction
from tests.conftest import EmulatedAWS, SettableClock

_LEADER = Person(address="leder@samsoe.example", role=Role.LEADER, municipality_code="741")


def _session(clock: SettableClock, person: Person = _LEADER) -> str:
    """Return the Cookie header of a new session."""
    with transaction() as writing:
        grants.give(writing, person)
        token = sessions.start(writing, person, clock=clock)
    return f"other=1; {sessions.COOKIE}={token}"


def _stands(cookies: str, clock: SettableClock) -> bool:
    return sessions.find(cookies, clock=clock) is not None


def test_a_session_says_who_is_signed_in(aws: EmulatedAWS, clock: SettableClock) -> None:
    cookies = _session(clock)

    session = sessions.find(cookies, clock=clock)

    assert session is not None
    assert session.person == _LEADER


@pytest.mark.parametrize("cookies", ["", "__Host-ddh=", "__Host-ddh=unknown", "x=1; ;;=", "__Host-ddh"])
def test_without_its_cookie_nobody_is(aws: EmulatedAWS, clock: SettableClock, cookies: str) -> None:
    assert sessions.find(cookies, clock=clock) is None


def test_it_ends_after_its_time(aws: EmulatedAWS, clock: SettableClock) -> None:
    cookies = _session(clock)
    clock.set(instant=clock.now() + sessions.LIFETIME - timedelta(seconds=1))
    assert _stands(cookies, clock)

    clock.set(instant=clock.now() + timedelta(seconds=1))

    assert not _stands(cookies, clock)


def test_signing_out_ends_one_session(aws: EmulatedAWS, clock: SettableClock) -> None:
    here, there = _session(clock), _session(clock)

    sessions.end(here)

    assert (_stands(here, clock), _stands(there, clock)) == (False, True)


def test_signing_out_everywhere_ends_all_but_later_ones(aws: EmulatedAWS, clock: SettableClock) -> None:
    here, there = _session(clock), _session(clock)
    sessions.end_everywhere(_LEADER.address, clock=clock)
    clock.set(instant=clock.now() + timedelta(seconds=1))

    later = _session(clock)

    assert [_stands(each, clock) for each in (here, there, later)] == [False, False, True]


def test_who_loses_the_role_loses_the_session_at_once(aws: EmulatedAWS, clock: SettableClock) -> None:
    cookies = _session(clock)

    with transaction() as writing:
        grants.take(writing, _LEADER)

    assert not _stands(cookies, clock)


def test_the_cookie_goes_to_this_host_alone_and_no_script_reads_it() -> None:
    assert sessions.cookie("t") == "__Host-ddh=t; Max-Age=28800; Path=/; Secure; HttpOnly; SameSite=Lax"
