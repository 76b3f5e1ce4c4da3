"""A declared model becomes a description, and that becomes words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, ConfigDict, Field

from chalicelib.access.routing import Declared
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


def test_the_words_say_who_may_see_a_page(described: dict[str, Any]) -> None:
    (page,) = explain(described)["pages"]

    assert page["who"] == "Leder, Sekretariatet, Formand og Styregruppen"
