"""A visit: one HTTP request, as a view sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from chalicelib.access import navigation, sessions
from chalicelib.access.people import Person, role_name
from chalicelib.common.clock import Clock
from chalicelib.common.errors import AppError, NotFound
from chalicelib.runtime import web
from chalicelib.runtime.web import Answer, Form


class WrongContentType(AppError):
    """Raised when a body comes as something that the route doesn't take."""

    code = "unsupported_media_type"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"Send indholdet som {wanted}.")


class Visit:
    """One request. What costs a read (who is signed in) is read when it is first asked for."""

    def __init__(
        self, request: Any, *, clock: Clock, find_session: Callable[..., sessions.Session | None] = sessions.find
    ) -> None:
        self._request = request
        self._find_session = find_session
        self.clock = clock
        self.method: str = request.method
        self.route: str = request.path  # with its parameters' names: it may be logged
        self.headers: Mapping[str, str] = request.headers

    @property
    def wants_json(self) -> bool:
        """Whether a program is answered, not a person."""
        return self.route.startswith(web.PROGRAMS_PATHS)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The path's parameters as text: API Gateway hands them over percent-encoded.

        Raises:
            NotFound: they are not UTF-8.
        """
        encoded = self._request.uri_params or {}
        try:
            return {name: unquote(value, errors="strict") for name, value in encoded.items()}
        except UnicodeDecodeError as error:
            raise NotFound("Siden findes ikke.") from error

    @property
    def path(self) -> str:
        """The path with its parameters in place; the route itself when they can't be read."""
        path = self.route
        try:
            for name, value in self.parameters.items():
                path = path.replace(f"{{{name}}}", value)
        except NotFound:
            return self.route
        return path

    def query(self, name: str) -> str:
        """Return a value of the query string; empty when it isn't there."""
        return str((self._request.query_params or {}).get(name, ""))

    @cached_property
    def session(self) -> sessions.Session | None:
        return self._find_session(self.cookies, clock=self.clock)

    @property
    def cookies(self) -> str:
        return self.headers.get("cookie", "")

    @property
    def request_id(self) -> str:
        """API Gateway's id of the request."""
        return str(self._request.context.get("requestId", ""))

    @property
    def source_ip(self) -> str:
        """The address of the internet that the request came from, as API Gateway saw it."""
        return str(self._request.context["identity"]["sourceIp"])

    @property
    def person(self) -> Person | None:
        return self.session.person if self.session else None

    @property
    def somebody(self) -> Person:
        """The person, on a route that nobody reaches without being signed in."""
        assert self.session is not None, self.route
        return self.session.person

    @cached_property
    def form(self) -> Form:
        """The submitted form.

        Raises:
            BadRequest: it can't be read.
        """
        return Form(self._body)

    def json(self) -> Any:
        """Return the JSON body.

        Raises:
            BadRequest: it is none.
        """
        return web.json_body(self._body)

    def check_body(self) -> None:
        """Check the body before anything reads it.

        Raises:
            TooLarge: it is larger than any of ours.
            WrongContentType: it is not what the route takes.
        """
        if len(self._body) > web.MOST_BODY_BYTES:
            raise web.TooLarge
        wanted = web.JSON if self.wants_json else web.FORM
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
            raise WrongContentType(wanted)

    def page(self, template: str, /, *, status: int = 200, cookies: tuple[str, ...] = (), **facts: Any) -> Answer:
        """Return a page in the site's frame, with what the frame needs to know of who is signed in.

        A page of our own failure asks nothing more of the store.
        """
        from chalicelib.runtime.templates import render  # Jinja2 is for pages alone

        frame = _frame_facts(self.session if status < 500 else None, path=self.path)
        return Answer(status=status, body=render(template, **frame, **facts), cookies=cookies)

    @property
    def _body(self) -> bytes:
        body = self._request.raw_body
        return body if isinstance(body, bytes) else body.encode()


def _frame_facts(session: sessions.Session | None, *, path: str) -> dict[str, Any]:
    if session is None:
        return {"navigation": [], "csrf_token": "", "person": None}
    person = session.person
    return {
        "navigation": navigation.menu(person, path=path),
        "csrf_token": session.csrf_token,
        "person": {"address": person.address, "role": role_name(person)},
    }
