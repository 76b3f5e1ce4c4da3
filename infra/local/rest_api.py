"""The REST API of the packaged template, as API Gateway reads it: which resource a path is, and its own refusals.

Source: Amazon API Gateway Developer Guide, "Gateway response types", "Gateway responses for REST APIs".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Refusal(Enum):
    """What API Gateway answers by itself: a gateway response's type, its usual status, and its usual words."""

    NO_SUCH_ROUTE = ("MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token")
    TOO_LARGE = ("REQUEST_TOO_LARGE", 413, "Request Entity Too Large")
    FUNCTION_FAILED = ("DEFAULT_5XX", 502, "Internal server error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """The resource that a path is: its pattern, and the path's parameters as they came, percent-encoded."""

    pattern: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalText:
    """What a refusal answers."""

    status: int
    content_type: str
    body: str
    headers: Mapping[str, str]


class RestApi:
    """The API of a merged template."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        properties = template["Resources"]["RestAPI"]["Properties"]
        definition = properties["DefinitionBody"]
        self.stage: str = properties["StageName"]
        self.binary_types: tuple[str, ...] = tuple(definition.get("x-amazon-apigateway-binary-media-types", ()))
        self._methods_by_pattern = {
            pattern: {method.upper() for method in methods} for pattern, methods in definition["paths"].items()
        }
        self._responses: Mapping[str, Any] = properties.get("GatewayResponses", {})

    def match(self, method: str, path: str) -> Resource | None:
        """Return the resource of a percent-encoded path; None when there is none with this method.

        A fixed segment wins over a parameter, from the left. A slash at the end makes no difference.
        """
        segments = path.removesuffix("/").split("/")
        candidates = sorted(
            (["{" in part for part in pattern.split("/")], pattern, parameters)
            for pattern in self._methods_by_pattern
            if (parameters := _parameters(pattern.removesuffix("/").split("/"), segments)) is not None
        )
        if not candidates or method not in self._methods_by_pattern[candidates[0][1]]:
            return None
        _, pattern, parameters = candidates[0]
        return Resource(pattern=pattern, parameters=parameters)

    def is_binary(self, media_type: str) -> bool:
        """Whether a Content-Type or the first type of an Accept header is one of the API's binary types."""
        name = media_type.partition(",")[0].partition(";")[0].strip().lower()
        kind = name.partition("/")[0]
        return bool({name, f"{kind}/*", "*/*"} & set(self.binary_types))

    def refuse(self, refusal: Refusal, *, accept: str) -> RefusalText:
        """Return what the template says for a refusal, or what API Gateway says when it says nothing."""
        name, status, words = refusal.value
        general = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
        response = self._responses.get(name) or self._responses.get(general) or {}
        templates = response.get("ResponseTemplates") or {"application/json": f'{{"message":"{words}"}}'}
        wanted = next((each for each in templates if each in accept), "application/json")
        headers = response.get("ResponseParameters", {}).get("Headers", {})
        return RefusalText(
            status=int(response.get("StatusCode", status)),
            content_type=wanted,
            body=templates[wanted],
            headers={name: value.strip("'") for name, value in headers.items()},
        )


def _parameters(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """Return the parameters of a path's segments under a pattern's; None when they don't fit."""
    if len(pattern) != len(segments):
        return None
    parameters = {}
    for part, segment in zip(pattern, segments, strict=True):
        if part.startswith("{") and segment:
            parameters[part.strip("{}")] = segment
        elif part != segment:
            return None
    return parameters
