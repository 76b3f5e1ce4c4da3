"""What an HTTP entry point takes and answers, free of Chalice: answers, problems, forms.

Problems are `application/problem+json` (RFC 9457) with our `code` beside `title`, and `errors` that point into the
body by JSON pointer (RFC 6901).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from chalicelib.common.errors import Refused

#: A form or a JSON body of ours is some KB. API Gateway itself takes 10 MB.
MOST_BODY_BYTES = 100_000
_MOST_FIELDS = 200

#: What programs call: they are answered in JSON, also when refused.
PROGRAMS_PATHS = ("/api/", "/partner/", "/openapi.json")

HTML = "text/html; charset=utf-8"
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
FORM = "application/x-www-form-urlencoded"

_POLICY = "Content-Security-Policy"
#: On a page of its own with its style inside, which repeats what came from elsewhere: it may do nothing else.
STANDS_ALONE: Mapping[str, str] = {
    _POLICY: "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
}

#: On every answer. Pages run no script, so none is allowed.
SECURITY_HEADERS: Mapping[str, str] = {
    _POLICY: "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class BadRequest(Refused):
    """Raised when a body can't be read as what it says it is."""

    code = "bad_request"


class TooLarge(Refused):
    """Raised when a body is larger than any of ours."""

    code = "too_large"

    def __init__(self) -> None:
        super().__init__(f"Det, du sendte, fylder for meget: højst {MOST_BODY_BYTES // 1000} KB.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered. `cookies` are whole Set-Cookie values."""

    status: int = 200
    body: str | bytes = ""
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, in Danish. `field` is its name, with slashes inside: `contact/email`."""

    field: str
    message: str


def see_other(path: str) -> Answer:
    """Return the answer to a form that was taken: go and see `path`, which is one of ours."""
    assert path.startswith("/"), path
    assert not path.startswith("//"), path
    return Answer(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def see_signed_link(address: str) -> Answer:
    """Return the answer that leads to a file in the bucket, by an address that we signed: the one way out."""
    assert "X-Amz-Signature=" in address
    return Answer(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def with_forms_to(answer: Answer, address: str) -> Answer:
    """Return a page whose forms may be sent to `address` too, which is the bucket's."""
    policy = SECURITY_HEADERS[_POLICY].replace("form-action 'self'", f"form-action 'self' {address}")
    return replace(answer, headers={**answer.headers, _POLICY: policy})


def json_answer(value: Any, *, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(value, ensure_ascii=False), content_type=JSON)


def problem(status: int, *, code: str, detail: str, errors: Sequence[FieldError] = (), **more: Any) -> Answer:
    """Return a problem in JSON. `detail` and the errors' messages are Danish, for the people behind the client."""
    stated: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    if errors:
        stated["errors"] = [{"pointer": f"/{error.field}", "detail": error.message} for error in errors]
    return Answer(status=status, body=json.dumps(stated, ensure_ascii=False), content_type=PROBLEM_JSON)


class Form:
    """The fields of a submitted form."""

    def __init__(self, body: bytes) -> None:
        try:
            self._texts_by_name = parse_qs(
                body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
            )
        except ValueError as error:
            raise BadRequest("Formularen kunne ikke læses. Gå tilbage, og send den igen.") from error

    def text(self, name: str) -> str:
        """Return the field's text without spaces around it; empty when it wasn't sent."""
        return self._texts_by_name.get(name, [""])[-1].strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every text sent under the name, as a group of checkboxes does."""
        return tuple(self._texts_by_name.get(name, ()))


def json_body(body: bytes) -> Any:
    """Return the JSON value of a body.

    Raises:
        BadRequest: it is not JSON in UTF-8, or nested too deep.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest("Indholdet er ikke gyldig JSON i UTF-8.") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
