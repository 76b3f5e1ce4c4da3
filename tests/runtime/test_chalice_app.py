"""Every answer leaves as bytes to any client, and what Chalice refuses by itself is told in Danish."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from chalice.app import Response

from chalicelib.runtime.chalice_app import BackOffice

_FORM = "application/x-www-form-urlencoded"


def _app() -> BackOffice:
    app = BackOffice()

    @app.route("/page")  # type: ignore[untyped-decorator]  # Chalice has no types
    def page() -> Response:
        return Response(body="<p>æ</p>", headers={"Content-Type": "text/html; charset=utf-8"})

    @app.route("/api/value")  # type: ignore[untyped-decorator]  # Chalice has no types
    def value() -> Response:
        return Response(body='{"a": 1}', headers={"Content-Type": "application/json"})

    @app.route("/font")  # type: ignore[untyped-decorator]  # Chalice has no types
    def font() -> Response:
        cookies = ["a=1; Path=/", "b=2; Path=/"]
        return Response(body=b"\x00\xff", headers={"Content-Type": "font/woff2", "Set-Cookie": cookies})

    @app.route("/form", methods=["POST"], content_types=[_FORM])  # type: ignore[untyped-decorator]  # Chalice has no types
    def form() -> Response:
        return Response(body=app.current_request.raw_body, headers={"Content-Type": "text/plain"})

    @app.route("/smuggled/{how}")  # type: ignore[untyped-decorator]  # Chalice has no types
    def smuggled(how: str) -> Response:
        value = "a=1\r\nX-Other: 1"
        return Response(body="", headers={"Set-Cookie": [value] if how == "listed" else value})

    @app.route("/fails")  # type: ignore[untyped-decorator]  # Chalice has no types
    def fails() -> Response:
        raise ValueError("canary of Birthe")

    return app


def _event(method: str, resource: str, *, headers: dict[str, str] | None, body: str | None = None) -> dict[str, Any]:
    return {
        "resource": resource,
        "path": resource,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": None,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"how": "listed" if resource.endswith("listed") else "single"},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/smuggled/{how}" if resource.startswith("/smuggled") else resource,
            "path": resource,
            "httpMethod": method,
        },
        "body": None if body is None else base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": body is not None,
    }


def _call(
    method: str, resource: str, *, headers: dict[str, str] | None = None, body: str | None = None
) -> tuple[int, dict[str, Any], bytes]:
    answer = _app()(_event(method, resource, headers=headers, body=body), context=None)
    assert answer["isBase64Encoded"] is True
    headers = {**answer["headers"], **answer["multiValueHeaders"]}
    return answer["statusCode"], headers, base64.b64decode(answer["body"])


@pytest.mark.parametrize(
    "headers",
    [None, {}, {"Accept": "*/*"}, {"accept": "text/html,application/xhtml+xml"}, {"Accept": "image/png"}],
    ids=["a test call", "no accept", "anything", "a browser", "something else"],
)
@pytest.mark.parametrize(
    ("path", "body"), [("/page", "<p>æ</p>".encode()), ("/api/value", b'{"a": 1}'), ("/font", b"\x00\xff")]
)
def test_every_client_gets_the_bytes(path: str, body: bytes, headers: dict[str, str] | None) -> None:
    assert _call("GET", path, headers=headers)[::2] == (200, body)


def test_several_cookies_stay_several() -> None:
    assert _call("GET", "/font")[1]["Set-Cookie"] == ["a=1; Path=/", "b=2; Path=/"]


def test_a_form_arrives_as_it_was_sent() -> None:
    status, _, body = _call("POST", "/form", headers={"Content-Type": _FORM}, body="navn=S%C3%B8ren")

    assert (status, body) == (200, b"navn=S%C3%B8ren")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "told"),
    [
        ("GET", "/nowhere", {}, 404, "Siden findes ikke"),
        ("DELETE", "/page", {}, 405, "Sådan kan siden ikke bruges"),
        ("POST", "/form", {"Content-Type": "text/csv"}, 415, "af en anden slags"),
        ("GET", "/fails", {}, 500, "Der skete en fejl hos os"),
        ("GET", "/smuggled/listed", {}, 500, "Der skete en fejl hos os"),
        ("GET", "/smuggled/single", {}, 500, "Der skete en fejl hos os"),
    ],
)
def test_what_chalice_refuses_by_itself_is_a_danish_page(
    method: str, path: str, headers: dict[str, str], status: int, told: str
) -> None:
    answered, shown, body = _call(method, path, headers=headers)

    assert answered == status
    assert shown["Content-Type"] == "text/html; charset=utf-8"
    assert shown["Cache-Control"] == "no-store"
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert told in body.decode()
    assert '<html lang="da">' in body.decode()


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/value", {}), ("/api/nowhere", {}), ("/page", {"Content-Type": "application/json"})],
    ids=["a wrong method", "no such route", "sent as JSON"],
)
def test_a_program_is_refused_in_json(path: str, headers: dict[str, str]) -> None:
    status, shown, body = _call("PUT", path, headers=headers, body="{}")

    told = json.loads(body)
    assert shown["Content-Type"] == "application/problem+json"
    assert told["status"] == status
    assert told["code"] in ("method_not_allowed", "not_found")


def test_a_refused_method_is_told_which_ones_there_are() -> None:
    assert _call("DELETE", "/form")[1]["Allow"] == "POST"


def test_a_failure_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    _call("GET", "/fails")

    (record,) = caplog.records
    assert vars(record)["code"] == "ValueError"
    assert "Birthe" not in str(vars(record))
