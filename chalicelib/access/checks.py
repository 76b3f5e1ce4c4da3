"""What the guard asks before a view is called. Each check returns, or raises what the visitor may know."""

from __future__ import annotations

from hmac import compare_digest
from urllib.parse import urlsplit

from chalicelib.access.people import Role
from chalicelib.access.visit import Visit
from chalicelib.common import municipalities
from chalicelib.common.errors import AppError, NotFound
from chalicelib.runtime import settings


class NotSignedIn(AppError):
    """Raised when a route needs somebody and nobody is signed in."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("Du er ikke logget ind, eller det er for længe siden. Log ind, og prøv igen.")


class ForeignForm(AppError):
    """Raised when a form comes from another site, or without the token that ours carry."""

    code = "foreign_form"

    def __init__(self) -> None:
        super().__init__("Formularen er for gammel eller kommer ikke herfra. Åbn siden igen, og send den derfra.")


class NoSuchPage(NotFound):
    """Raised for what doesn't exist, and for what isn't the visitor's: the two look alike."""

    def __init__(self) -> None:
        super().__init__("Siden findes ikke, eller den er ikke til dig.")


def check_role(visit: Visit, roles: frozenset[Role]) -> None:
    """Check that somebody of one of these roles is signed in.

    Raises:
        NotSignedIn: nobody is.
        NoSuchPage: somebody of another role is.
    """
    if visit.person is None:
        raise NotSignedIn
    if visit.person.role not in roles:
        raise NoSuchPage


def check_municipality(visit: Visit) -> None:
    """Check the municipality that the path names: it exists, and a leader's own it is.

    Raises:
        NoSuchPage: otherwise.
    """
    code = visit.parameters.get("municipality_code")
    if code is None:
        return
    if code not in municipalities.by_code:
        raise NoSuchPage
    person = visit.person
    if person is None or (person.role is Role.LEADER and person.municipality_code != code):
        raise NoSuchPage


def check_origin(visit: Visit) -> None:
    """Check that a form was sent by a page of ours, as far as the browser tells.

    A page without a referrer sends `Origin: null`, so what the browser says of the site comes first.

    Raises:
        ForeignForm: it was sent by another site.
    """
    site = visit.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignForm
        return
    origin = visit.headers.get("origin")
    if origin not in (None, "null", _own_origin()):
        raise ForeignForm


def check_token(visit: Visit) -> None:
    """Check that the form carries its session's token.

    Raises:
        ForeignForm: it doesn't.
    """
    session = visit.session
    sent = visit.form.text("csrf_token")
    if session is None or not compare_digest(sent.encode(), session.csrf_token.encode()):
        raise ForeignForm


def _own_origin() -> str:
    parts = urlsplit(settings.base_url())
    return f"{parts.scheme}://{parts.netloc}"
