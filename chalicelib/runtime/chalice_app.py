"""Chalice's REST side as we need it: every answer in bytes, every refusal of its own in Danish, no header smuggled.

Chalice answers 400 when a binary answer meets an Accept header without binary types, and breaks on text once `*/*` is
binary; yet only `*/*` makes API Gateway hand on binary answers to any browser, because it reads the first type of the
Accept header alone. So here all bodies are bytes, in and out.

What a route refuses becomes an answer in access.routing. Here are the refusals from before any route, and what
slipped past every route.

Source: Amazon API Gateway Developer Guide, "Working with binary media types for REST APIs".
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from chalice.app import Chalice, ChaliceError, Response, RestAPIEventHandler

from chalicelib.runtime import web
from chalicelib.runtime.entrypoints import log_failure
from chalicelib.runtime.web import Answer

_OURS = "Der skete en fejl hos os. Prøv igen om lidt; sker det igen, så skriv til sekretariatet, hvornår det skete."
#: What Chalice refuses by itself: a code, and what the visitor is told.
_TOLD_BY_STATUS = {
    400: ("bad_request", "Det, du sendte, kunne ikke læses. Gå tilbage, og prøv igen."),
    404: ("not_found", "Siden findes ikke. Se efter, om adressen er skrevet rigtigt."),
    405: ("method_not_allowed", "Sådan kan siden ikke bruges. Gå tilbage, og prøv igen."),
    415: ("unsupported_media_type", "Det, du sendte, er af en anden slags, end siden tager imod."),
    500: ("internal_error", _OURS),
}
# Stands alone: the pages' frame may be what failed.
_PAGE = """<!doctype html>
<html lang="da">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Den Digitale Hotline</title></head>
<body><main><h1>{title}</h1><p>{message}</p><p><a href="/">Gå til forsiden</a></p></main></body>
</html>
"""
_TITLE_BY_STATUS = {404: "Siden findes ikke", 500: "Der skete en fejl hos os"}


class BackOffice(Chalice):  # type: ignore[misc]  # Chalice has no types
    """The application. Routes answer `Response` with text or bytes; all of it leaves as bytes."""

    def __init__(self) -> None:
        # Our decorators log; Chalice's handler would print lines twice.
        super().__init__(app_name="ddh", configure_logs=False)
        self.api.binary_types = ["*/*"]

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event of API Gateway (REST, proxy integration)."""
        self.lambda_context = context
        handler = _Handler(
            self.routes, self.api, self.log, self.debug, middleware_handlers=self._get_middleware_handlers("http")
        )
        # A test call from API Gateway's console comes without headers.
        complete = {**event, "headers": event.get("headers") or {}}
        self.current_request = handler.create_request_object(complete, context)
        answer: dict[str, Any] = handler(complete, context)
        return answer


class _Handler(RestAPIEventHandler):  # type: ignore[misc]  # Chalice has no types
    def _main_rest_api_handler(self, event: Any, context: Any) -> Response:
        if event["requestContext"]["resourcePath"] not in self.routes:
            return self._refused(404)
        response = super()._main_rest_api_handler(event, context)
        if isinstance(response.body, dict):  # no route of ours answers so: Chalice refused
            return self._refused(response.status_code, headers=response.headers)
        if isinstance(response.body, str):
            response.body = response.body.encode()
        return response

    def _validate_binary_response(self, request_headers: Any, response_headers: Any) -> bool:  # noqa: ARG002  # Chalice's signature
        """Let every answer through, whatever the Accept header says, or if there is none."""
        return True

    def _validate_response(self, response: Response) -> None:
        """Refuse line breaks in headers; Chalice doesn't look into lists of values."""
        for name, value in response.headers.items():
            for text in value if isinstance(value, list) else [value]:
                if "\r" in text or "\n" in text:
                    raise ChaliceError(f"line break in the header {name}")

    def _unhandled_exception_to_response(self) -> Response:
        """Tell what failed without its text, which Chalice would log."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            log_failure("request failed", error, entry_point=self.current_request.path)
        return self._refused(500)

    def _refused(self, status: int, *, headers: Mapping[str, Any] | None = None) -> Response:
        status = status if status in _TOLD_BY_STATUS else 500
        code, message = _TOLD_BY_STATUS[status]
        if self._is_program():
            answer = web.problem(status, code=code, detail=message)
        else:
            answer = Answer(status=status, body=_page(status, message))
        return response_of(answer, headers=headers)

    def _is_program(self) -> bool:
        request = self.current_request
        content_type = request.headers.get("content-type", "")
        return bool(request.path.startswith(web.PROGRAMS_PATHS) or content_type.startswith(web.JSON))


def response_of(answer: Answer, *, headers: Mapping[str, Any] | None = None) -> Response:
    """Return an answer as Chalice takes it, with the headers that every answer has."""
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    return Response(
        body=body,
        status_code=answer.status,
        headers={
            **web.SECURITY_HEADERS,
            "Cache-Control": "no-store",
            **(headers or {}),
            **answer.headers,
            **({"Set-Cookie": list(answer.cookies)} if answer.cookies else {}),
            "Content-Type": answer.content_type,
        },
    )


def _page(status: int, message: str) -> str:
    title = _TITLE_BY_STATUS.get(status, "Det kan ikke lade sig gøre")
    return _PAGE.format(title=title, message=message)
