"""What an error becomes in HTTP: a status, and the error's own Danish message as a page or as problem+json."""

from __future__ import annotations

from pynamodb.exceptions import PynamoDBException

from chalicelib.access import navigation
from chalicelib.access.checks import ForeignForm, NotSignedIn
from chalicelib.access.limits import MailLimitReached, TooManySubmissions
from chalicelib.access.links import LinkSpent
from chalicelib.access.visit import Visit, WrongContentType
from chalicelib.common.errors import AppError, Conflict, Forbidden, NotFound, Refused, SettingMissing, TryLater
from chalicelib.common.written import FormRefused
from chalicelib.runtime import web
from chalicelib.runtime.json_bodies import Malformed
from chalicelib.runtime.web import Answer, BadRequest, FieldError, TooLarge

#: The first class that fits decides, so the special ones stand first.
_STATUS_BY_ERROR: tuple[tuple[type[AppError], int], ...] = (
    (BadRequest, 400),
    (TooLarge, 413),
    (WrongContentType, 415),
    (NotSignedIn, 401),
    (ForeignForm, 403),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (LinkSpent, 410),
    (MailLimitReached, 429),
    (TooManySubmissions, 429),
    (SettingMissing, 500),
    (TryLater, 503),
    (Refused, 422),
    (AppError, 422),
)
_TITLE_BY_STATUS = {
    400: "Det kunne vi ikke læse",
    401: "Log ind",
    403: "Det blev ikke taget imod",
    404: "Siden findes ikke",
    409: "Der er sket noget imens",
    410: "Linket kan ikke bruges",
    413: "Det fylder for meget",
    415: "Det kunne vi ikke læse",
    422: "Det kan ikke lade sig gøre",
    429: "Vent lidt",
    500: "Der skete en fejl hos os",
    503: "Vi kan ikke lige nu",
}
_SEE_FIELDS = "Ret de felter, der peges på."
_OURS = "Fejlen er vores. Prøv igen om lidt; sker det igen, så skriv til sekretariatet, hvornår det skete."


def refusal(visit: Visit, error: Exception) -> Answer:
    """Return what a visitor is told of an error. What we didn't foresee says nothing of itself."""
    status, code, message = _told(error)
    if visit.wants_json:
        errors = _field_errors(error)
        detail = _SEE_FIELDS if errors and isinstance(error, FormRefused) else message
        return web.problem(status, code=code, detail=detail, errors=errors)
    if status == 401 and visit.method == "GET":
        return web.see_other(navigation.sign_in_for(visit.path))
    return visit.page(
        "access/refusal.html",
        status=status,
        title=_TITLE_BY_STATUS[status],
        message=message,
        may_sign_in=status in (401, 410),
    )


def _field_errors(error: Exception) -> list[FieldError]:
    """Return which fields are to be put right; a fault of the whole has no field."""
    if not isinstance(error, Malformed | FormRefused):
        return []
    return [FieldError(name, message) for name, message in error.message_by_field.items() if name]


def _told(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, AppError):
        status = next(status for kind, status in _STATUS_BY_ERROR if isinstance(error, kind))
        return status, error.code, error.message if status != 500 else _OURS
    if isinstance(error, PynamoDBException):
        return 503, "store_unavailable", _OURS
    return 500, "internal_error", _OURS
