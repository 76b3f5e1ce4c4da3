"""A declared model becomes a description, and that becomes words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, ConfigDict, Field

from chalicelib.access.routing import Declared, PathParameter
from chalicelib.site.explained import explain
from chalicelib.site.openapi import document


class Contact(BaseModel):
    email: Annotated[str, Field(description="Dertil sendes linket", json_schema_extra={"format": "email"})]


class Wish(BaseModel):
    """En kommunes ønske."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": {"email": "a@b.example"}}]})

    contact: Contact
    service: Literal["chatbot", "contact_centre"]
    others: list[Contact] = []
    reason: str | None = None


class Taken(BaseModel):
    request_id: str


class Maybe(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"contact": None, "calls": [1, 2]}]})

    contact: Contact | None
    calls: list[int]


class TakenAlready(BaseModel):
    """Der er allerede en anmodning."""

    code: Literal["duplicate"]


@pytest.fixture
def described() -> dict[str, Any]:
    return document(
        [
            Declared(
                method="POST",
                path="/api/membership-requests",
                summary="Anmod om indmeldelse",
                name="request",
                body=Wish,
                answers={202: Taken, 409: TakenAlready},
            ),
            Declared(method="GET", path="/medlemskab/{municipality_code}", summary="Medlemskabet", name="membership"),
        ]
    )


def test_models_are_described_once_and_problems_as_problems(described: dict[str, Any]) -> None:
    validate(described)
    operation = described["paths"]["/api/membership-requests"]["post"]

    assert operation["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Wish"}
    assert "application/json" in operation["responses"]["202"]["content"]
    assert "application/problem+json" in operation["responses"]["409"]["content"]
    assert "security" not in operation


def test_a_page_behind_sign_in_says_so(described: dict[str, Any]) -> None:
    operation = described["paths"]["/medlemskab/{municipality_code}"]["get"]

    assert operation["security"] == [{"session": []}]
    assert [each["name"] for each in operation["parameters"]] == ["municipality_code"]


def test_the_words_name_each_field_with_what_it_holds(described: dict[str, Any]) -> None:
    (program,) = explain(described)["programs"]

    assert {field["name"]: field["type"] for field in program["fields"]} == {
        "contact": "objekt",
        "contact/email": "e-mailadresse",
        "service": '"chatbot" eller "contact_centre"',
        "others": "liste af objekt",
        "others/…/email": "e-mailadresse",
        "reason": "tekst eller null",
    }
    assert [field["name"] for field in program["fields"] if not field["is_required"]] == ["others", "reason"]
    assert '"a@b.example"' in program["example"]
    assert [(each["status"], each["description"]) for each in program["answers"]] == [
        ("202", "Accepted"),
        ("409", "Der er allerede en anmodning."),
    ]


@pytest.fixture
def signed() -> dict[str, Any]:
    week = PathParameter(description="Ugen", pattern="^[0-9]{4}-W[0-9]{2}$", example="2025-W08")
    return document(
        [
            Declared(
                method="PUT",
                path="/partner/v1/forecasts/{week}",
                summary="Meld en uge",
                name="put",
                body=Wish,
                answers={200: Taken, 403: None},
                parameters={"week": week},
            ),
            Declared(
                method="POST",
                path="/partner/v1/extension-requests",
                summary="Bed om mere",
                name="post",
                body=Wish,
                answers={201: Taken},
            ),
        ]
    )


def test_a_signed_call_says_what_its_guard_asks_for_and_refuses(signed: dict[str, Any]) -> None:
    validate(signed)
    put = signed["paths"]["/partner/v1/forecasts/{week}"]["put"]
    post = signed["paths"]["/partner/v1/extension-requests"]["post"]

    assert put["security"] == post["security"] == [{"signature": []}]
    (week,) = put["parameters"]
    assert (week["schema"]["pattern"], week["example"]) == ("^[0-9]{4}-W[0-9]{2}$", "2025-W08")
    (key,) = post["parameters"]
    assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", True)
    assert list(put["responses"]) == ["200", "400", "401", "403", "413", "415", "422", "429", "default"]
    assert list(post["responses"]) == ["201", "400", "401", "409", "413", "415", "422", "429", "default"]


def test_the_words_tell_partners_calls_apart_and_what_a_problem_is_once(signed: dict[str, Any]) -> None:
    words = explain(signed)

    assert words["programs"] == words["pages"] == []
    put, _ = words["for_partners"]
    assert put["who"] == "Partnere, med underskrift"
    assert put["parameters"] == [{"name": "week", "description": "Ugen", "example": "2025-W08"}]
    assert [each["status"] for each in put["answers"]] == ["200"]
    assert put["problems"] == "400, 401, 403, 413, 415, 422 og 429"
    assert "Ed25519" in words["signature"]


def test_what_may_be_null_is_described_as_what_it_is_otherwise() -> None:
    (program,) = explain(
        document([Declared(method="POST", path="/api/membership-requests", summary="", name="x", answers={202: Maybe})])
    )["programs"]

    assert [(field["name"], field["type"]) for field in program["answers"][0]["fields"]] == [
        ("contact", "objekt eller null"),
        ("contact/email", "e-mailadresse"),
        ("calls", "liste af heltal"),
    ]
    assert program["answers"][0]["example"] == '{\n  "contact": null,\n  "calls": [1, 2]\n}'


def test_the_words_say_who_may_see_a_page(described: dict[str, Any]) -> None:
    (page,) = explain(described)["pages"]

    assert page["who"] == "Leder, Sekretariatet, Formand og Styregruppen"
