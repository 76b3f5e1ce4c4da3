"""The guard holds the table: roles × routes × municipality, and every form's token."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from chalicelib.access.checks import ForeignForm, NoSuchPage, NotSignedIn
from chalicelib.access.people import Person, Role
from chalicelib.access.routing import guarded
from chalicelib.access.sessions import Session
from chalicelib.access.table import PUBLIC, ROLES_BY_ROUTE
from chalicelib.access.visit import Visit, WrongContentType
from chalicelib.common.clock import system_clock
from chalicelib.common.errors import AppError
from chalicelib.runtime import web
from chalicelib.runtime.web import Answer

_MUNICIPALITY = "741"
_TOKEN = "the session's token"
_FORM = "application/x-www-form-urlencoded"
_VISITORS: dict[str, Person | None] = {
    "nobody": None,
    "own leader": Person(address="leder@samsoe.example", role=Role.LEADER, municipality_code=_MUNICIPALITY),
    "other leader": Person(address="leder@morsoe.example", role=Role.LEADER, municipality_code="773"),
    **{role.value: Person(address=f"{role.value}@ddh.example", role=role) for role in Role if role is not Role.LEADER},
}
_PROGRAMS = {("POST", "/api/membership-requests")}


class _Request:
    """What Chalice hands over, as far as a visit reads it."""

    def __init__(self, method: str, path: str, *, body: dict[str, str], headers: dict[str, str]) -> None:
        self.method = method
        self.path = path
        self.raw_body = urlencode(body).encode()
        self.headers = headers
        self.uri_params = {"municipality_code": _MUNICIPALITY} if "{municipality_code}" in path else None


def _visit(
    method: str,
    path: str,
    person: Person | None,
    *,
    token: str = _TOKEN,
    headers: dict[str, str] | None = None,
) -> Visit:
    kind = web.JSON if (method, path) in _PROGRAMS else _FORM
    request = _Request(method, path, body={"csrf_token": token}, headers={"content-type": kind, **(headers or {})})
    session = Session(person=person, csrf_token=_TOKEN) if person else None
    return Visit(request, clock=system_clock, find_session=lambda _, clock: session)


def _reached(visit: Visit, roles: frozenset[Role]) -> bool | type[AppError]:
    """Whether the view was called, or what the guard said instead."""
    called: list[Visit] = []

    def view(visit: Visit) -> Answer:
        called.append(visit)
        return Answer()

    try:
        guarded(view, visit, roles)
    except AppError as error:
        assert not called
        return type(error)
    return bool(called)


def _expected(path: str, roles: frozenset[Role], visitor: str) -> bool | type[AppError]:
    if roles == PUBLIC:
        return True
    person = _VISITORS[visitor]
    if person is None:
        return NotSignedIn
    if person.role not in roles:
        return NoSuchPage
    return NoSuchPage if "{municipality_code}" in path and visitor == "other leader" else True


def _matrix() -> Iterator[tuple[str, str, frozenset[Role], str]]:
    for (method, path), roles in ROLES_BY_ROUTE.items():
        for visitor in _VISITORS:
            yield method, path, roles, visitor


def test_each_visitor_reaches_what_the_table_says_and_nothing_else(aws: object) -> None:
    wrong = [
        (method, path, visitor)
        for method, path, roles, visitor in _matrix()
        if _reached(_visit(method, path, _VISITORS[visitor]), roles) != _expected(path, roles, visitor)
    ]

    assert wrong == []


def test_every_form_of_somebody_signed_in_needs_its_token(aws: object) -> None:
    for method, path, roles, visitor in _matrix():
        person = _VISITORS[visitor]
        if method == "POST" and roles != PUBLIC and _expected(path, roles, visitor) is True:
            for token in ("", "another", _TOKEN[:-1]):
                assert _reached(_visit(method, path, person, token=token), roles) is ForeignForm, path


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "https://ddh.example.evil.example"},
    ],
)
def test_every_form_of_another_site_is_refused(aws: object, headers: dict[str, str]) -> None:
    for (method, path), roles in ROLES_BY_ROUTE.items():
        if method == "POST" and (method, path) not in _PROGRAMS:
            person = next((each for each in _VISITORS.values() if each and each.role in roles), None)
            assert _reached(_visit(method, path, person, headers=headers), roles) is ForeignForm, path


def test_a_form_of_ours_is_taken_whatever_the_host_header_says(aws: object) -> None:
    for headers in (
        {"sec-fetch-site": "same-origin", "origin": "null", "host": "evil.example"},
        {"origin": "https://ddh.example", "host": "evil.example"},
        {},
    ):
        assert _reached(_visit("POST", "/indmeldelse", None, headers=headers), PUBLIC) is True


def test_a_program_s_route_takes_json_alone_which_no_foreign_form_can_send(aws: object) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        visit = _visit("POST", "/api/membership-requests", None, headers={"content-type": kind})
        assert _reached(visit, PUBLIC) is WrongContentType


def test_who_reads_changes_nothing() -> None:
    posts = {
        path for (method, path), roles in ROLES_BY_ROUTE.items() if method == "POST" and Role.STEERING_GROUP in roles
    }

    assert posts == {"/log-ud", "/log-ud-overalt"}


def test_a_contact_reaches_the_own_requests_alone() -> None:
    paths = {path for (_, path), roles in ROLES_BY_ROUTE.items() if Role.CONTACT in roles}

    assert all(path.startswith(("/indmeldelse/status", "/log-ud", "/mit")) for path in paths)


def test_a_leader_s_routes_name_the_municipality_or_are_the_same_for_every_leader() -> None:
    same_for_all = {"/mit", "/log-ud", "/log-ud-overalt", "/viden"}
    paths = {path for (_, path), roles in ROLES_BY_ROUTE.items() if Role.LEADER in roles}

    assert all("{municipality_code}" in path or path in same_for_all for path in paths)
