"""The one way to declare an HTTP entry point: `@route(bp, "GET", "/indmeldelse", summary="…")`.

Around each view stands the guard: who may call it (table.py), whose municipality it is about, whether the form is ours
and carries its token; and what errors become: a Danish page, or problem+json for programs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib.access.checks import check_municipality, check_origin, check_role, check_token
from chalicelib.access.people import Role
from chalicelib.access.refusals import refusal
from chalicelib.access.table import PUBLIC, ROLES_BY_ROUTE, SIGNED_ROUTES
from chalicelib.access.visit import Visit
from chalicelib.common.clock import Clock, system_clock
from chalicelib.runtime.chalice_app import response_of
from chalicelib.runtime.entrypoints import answered
from chalicelib.runtime.web import Answer

View = Callable[[Visit], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathParameter:
    """A part of a path as the API's description shows it. `pattern` is a regular expression of JSON Schema's."""

    description: str
    pattern: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A route as the API's description shows it.

    `body` and `answers` are what pydantic makes a schema of, by status; `parameters` those of the path, by name.
    """

    method: str
    path: str
    summary: str
    name: str
    body: Any = None
    answers: Mapping[int, Any] | None = None
    parameters: Mapping[str, PathParameter] = field(default_factory=dict)

    @property
    def is_signed(self) -> bool:
        """Whether partners' systems call it, instead of visitors."""
        return (self.method, self.path) in SIGNED_ROUTES

    @property
    def is_public(self) -> bool:
        return not self.is_signed and not ROLES_BY_ROUTE[self.method, self.path]


#: Every route of the modules that are imported: all of them, once app.py is.
declared: list[Declared] = []


def route(
    bp: Blueprint,
    method: str,
    path: str,
    *,
    summary: str,
    body: Any = None,
    answers: Mapping[int, Any] | None = None,
    clock: Clock = system_clock,
) -> Callable[[View], View]:
    """Declare a view as the entry point of a route. It answers `visit` and raises what it refuses.

    Raises:
        KeyError: the route is not in the table of who may call it.
    """
    roles = ROLES_BY_ROUTE[method, path]

    def declare(view: View) -> View:
        declared.append(
            Declared(method=method, path=path, summary=summary, name=view.__name__, body=body, answers=answers)
        )

        # No content types here: Chalice would refuse in English, before the guard.
        @bp.route(path, methods=[method], name=view.__name__, content_types=[])  # type: ignore[untyped-decorator]  # Chalice has no types
        def entry(**_parameters: str) -> Response:
            request = bp.current_request
            visit = Visit(request, clock=clock)
            answer = answered(
                f"{method} {path}",
                lambda: guarded(view, visit, roles),
                refused=lambda error: refusal(visit, error),
                request_id=visit.request_id,
            )
            return response_of(answer)

        return view

    return declare


def guarded(view: View, visit: Visit, roles: frozenset[Role]) -> Answer:
    """Call the view when the visitor may: `roles` are those of the table.

    Raises:
        AppError: the visitor may not, or what the view refuses.
    """
    if roles != PUBLIC:
        check_role(visit, roles)
    check_municipality(visit)
    if visit.method != "GET":
        visit.check_body()
        if not visit.wants_json:
            check_origin(visit)
            if roles != PUBLIC:
                check_token(visit)
    return view(visit)
