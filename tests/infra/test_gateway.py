"""The local gateway hands on requests as API Gateway does, and answers what the function answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest
from chalice.app import Response
from werkzeug.test import Client

from chalicelib.runtime.chalice_app import BackOffice
from infra.local.gateway import Gateway
from infra.local.rest_api import RestApi

_SITE = "http://127.0.0.1:8026"
_FORM = "application/x-www-form-urlencoded"
_PAGE_404 = "<p>Siden findes ikke</p>"


def _app() -> BackOffice:
    app = BackOffice()

    @app.route("/seen/{name}", methods=["GET", "POST"], content_types=[])  # type: ignore[untyped-decorator]  # Chalice has no types
    def seen(name: str) -> Response:
        event = app.current_request.to_original_event()
        said = {"name": name, "body": app.current_request.raw_body.decode(), "event": event}
        return Response(body=json.dumps(said), headers={"Content-Type": "application/json"})

    @app.route("/seen/fixed")  # type: ignore[untyped-decorator]  # Chalice has no types
    def fixed() -> Response:
        return Response(body="fixed", headers={"Content-Type": "text/plain", "Set-Cookie": ["a=1", "b=2"]})

    @app.route("/font")  # type: ignore[untyped-decorator]  # Chalice has no types
    def font() -> Response:
        return Response(body=b"\x00\xff", headers={"Content-Type": "font/woff2"})

    return app


def _template(app: BackOffice, **properties: Any) -> dict[str, Any]:
    paths: dict[str, Any] = {path: {method.lower(): {} for method in methods} for path, methods in app.routes.items()}
    definition = {"paths": paths, "x-amazon-apigateway-binary-media-types": app.api.binary_types}
    return {"Resources": {"RestAPI": {"Properties": {"StageName": "api", "DefinitionBody": definition, **properties}}}}


def _site(
    call: Callable[..., Any] | None = None, *, afterwards: Callable[[], object] = lambda: None, **properties: Any
) -> Client:
    app = _app()
    gateway = Gateway(
        RestApi(_template(app, **properties)),
        call or (lambda event: app(event, None)),
        base_url=_SITE,
        working=Lock(),
        afterwards=afterwards,
    )
    return Client(gateway, use_cookies=False)


def _get(site: Client, path: str, **more: Any) -> Any:
    return site.get(path, base_url=_SITE, **more)


def _post(site: Client, path: str, **more: Any) -> Any:
    return site.post(path, base_url=_SITE, **more)


def test_paths_stay_encoded_and_queries_are_decoded() -> None:
    event = _get(_site(), "/seen/S%C3%B8ren%20b?a=1&a=%C3%A6+b&tom=").json["event"]

    assert event["path"] == event["requestContext"]["path"] == "/seen/S%C3%B8ren%20b"
    assert event["pathParameters"] == {"name": "S%C3%B8ren%20b"}
    assert event["queryStringParameters"] == {"a": "æ b", "tom": ""}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "æ b"], "tom": [""]}


def test_what_is_absent_is_null() -> None:
    event = _get(_site(), "/seen/x").json["event"]

    absent = ("body", "queryStringParameters", "multiValueQueryStringParameters", "stageVariables")
    assert {event[name] for name in absent} == {None}
    assert event["isBase64Encoded"] is False


def test_an_event_says_who_asked_for_what() -> None:
    event = _get(_site(), "/seen/x", headers={"Accept": "text/html", "Cookie": "a=1; b=2"}).json["event"]

    context = event["requestContext"]
    assert (context["resourcePath"], context["stage"], context["httpMethod"]) == ("/seen/{name}", "api", "GET")
    assert context["identity"]["sourceIp"] == event["headers"]["X-Forwarded-For"]
    assert event["headers"]["Host"] == "127.0.0.1:8026"
    assert event["multiValueHeaders"]["Cookie"] == ["a=1; b=2"]


def test_a_body_arrives_as_it_was_sent() -> None:
    said = _post(_site(), "/seen/x", data="navn=Søren".encode(), content_type=_FORM).json

    assert said["body"] == "navn=Søren"
    assert said["event"]["isBase64Encoded"] is True


def test_a_fixed_segment_wins_over_a_parameter() -> None:
    assert _get(_site(), "/seen/fixed").text == "fixed"
    assert _get(_site(), "/seen/fixed/").text == "fixed"


def test_bytes_and_several_cookies_come_through() -> None:
    site = _site()

    assert _get(site, "/font", headers={"Accept": "text/html"}).data == b"\x00\xff"
    assert _get(site, "/seen/fixed").headers.getlist("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("GET", "/seen/"), ("GET", "/seen/a/b"), ("DELETE", "/font"), ("HEAD", "/font")],
)
def test_an_unknown_route_is_refused_as_api_gateway_does(method: str, path: str) -> None:
    answer = _site().open(path, method=method, base_url=_SITE)

    assert answer.status_code == 403
    assert method == "HEAD" or answer.json == {"message": "Missing Authentication Token"}


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [("text/html,*/*", "text/html", _PAGE_404), ("*/*", "application/json", "{}"), ("", "application/json", "{}")],
)
def test_a_refusal_of_the_template_s_own_is_shown_as_the_client_reads(
    accept: str, content_type: str, body: str
) -> None:
    response = {
        "StatusCode": "404",
        "ResponseTemplates": {"text/html": _PAGE_404, "application/json": "{}"},
        "ResponseParameters": {"Headers": {"Cache-Control": "'no-store'"}},
    }
    site = _site(GatewayResponses={"MISSING_AUTHENTICATION_TOKEN": response})

    answer = _get(site, "/nowhere", headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype, answer.text) == (404, content_type, body)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_body_over_ten_megabytes_never_reaches_the_function() -> None:
    def call(event: Any) -> Any:
        raise AssertionError("called")

    answer = _post(_site(call), "/seen/x", data=b"x" * (10 * 1024 * 1024 + 1), content_type=_FORM)

    assert answer.status_code == 413


@pytest.mark.parametrize("answer", [None, {}, {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True}])
def test_what_is_no_answer_is_a_failure(answer: Any) -> None:
    assert _get(_site(lambda event: answer), "/font").status_code == 502


def test_a_function_that_fails_is_a_failure() -> None:
    def call(event: Any) -> Any:
        raise ValueError("broken")

    assert _get(_site(call), "/font").status_code == 502


def test_what_a_form_sets_going_is_done_before_its_answer_leaves() -> None:
    done: list[str] = []
    site = _site(afterwards=lambda: done.append("mails"))

    _get(site, "/seen/x")
    assert done == []
    _post(site, "/seen/x", data=b"a=1", content_type=_FORM)
    assert done == ["mails"]


def test_another_name_of_this_machine_is_led_to_the_one_address() -> None:
    answer = _site().get("/seen/x", base_url="http://localhost:8026")

    assert (answer.status_code, answer.location) == (307, _SITE)
