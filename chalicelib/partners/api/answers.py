"""The shapes of what partners' programs are answered: a field is here because somebody decided to tell it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

_RENOSYD: dict[str, Any] = {"id": "renosyd", "name": "RenoSyd", "cvr": "12345678", "queue": "RenoSyd"}
_AGREEMENT: dict[str, Any] = {
    "number": 1,
    "start": "2025-03-01",
    "end": "2025-09-30",
    "review_date": None,
    "months": 7,
    "coverage": "Opkald om affald på hverdage",
    "expected_calls_per_month": 900,
    "price_per_call_oere": 2550,
    "mandate": "2024-06-19/12",
    "status": "active",
}


def _says(description: str) -> dict[str, str]:
    return {"description": description}


def _with_example(example: dict[str, Any]) -> dict[str, Any]:
    return {"json_schema_extra": {"examples": [example]}}


@dataclass(frozen=True, kw_only=True)
class PartnerAnswer:
    """Jer selv."""

    id: str = field(metadata=_says("Jeres id hos os: det, jeres nøglers navne begynder med"))
    name: str = field(metadata=_says("Jeres navn"))
    cvr: str = field(metadata=_says("CVR-nummer, otte cifre"))
    queue: str = field(metadata=_says("Den kø, aftalen gælder, som telefonisystemet kalder den"))


@dataclass(frozen=True, kw_only=True)
class AgreementAnswer:
    """Én aftale."""

    number: int = field(metadata=_says("Aftalens nummer hos jer"))
    start: date = field(metadata=_says("Første dag"))
    end: date | None = field(metadata=_says("Sidste dag; null, når aftalen ikke har nogen"))
    review_date: date | None = field(metadata=_says("Dagen, en aftale uden slutdato gennemgås"))
    months: int | None = field(metadata=_says("Hele måneder, rundet ned; null, når aftalen ikke har nogen sidste dag"))
    coverage: str = field(metadata=_says("Hvad aftalen dækker"))
    expected_calls_per_month: int = field(metadata=_says("Aftalte opkald om måneden"))
    price_per_call_oere: int | None = field(metadata=_says("Pris pr. opkald i øre; null, når ingen er aftalt"))
    mandate: str | None = field(metadata=_says("Den beslutning, aftalen hviler på"))
    status: Literal["coming", "active", "ended"] = field(
        metadata=_says("Om aftalen kommer, gælder eller er slut i dag")
    )


@dataclass(frozen=True, kw_only=True)
class ExtensionRequestAnswer:
    """Et ønske om forlængelse."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _with_example(
        {"until": "2026-03-31", "expected_calls_per_month": 1000, "status": "open", "asked_on": "2025-08-01"}
    )

    until: date = field(metadata=_says("Den sidste dag, der ønskes"))
    expected_calls_per_month: int = field(metadata=_says("Opkald, der ventes om måneden"))
    status: Literal["open", "granted", "declined", "lapsed"] = field(
        metadata=_says(
            "open: venter på styregruppen; granted: imødekommet; declined: afslået; lapsed: bortfaldet med aftalen"
        )
    )
    asked_on: date = field(metadata=_says("Dagen, ønsket kom"))


@dataclass(frozen=True, kw_only=True)
class PartnershipAnswer:
    """Jeres aftaler. De kan altid læses, også når ingen af dem gælder."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _with_example(
        {
            "partner": _RENOSYD,
            "status": "active",
            "agreement": _AGREEMENT,
            "agreements": [_AGREEMENT],
            "extension_request": None,
        }
    )

    partner: PartnerAnswer
    status: Literal["dialogue", "proposed", "coming", "active", "ended"] = field(
        metadata=_says("Hvor I står i dag: dialogue og proposed er før den første aftale, coming før dens første dag")
    )
    agreement: AgreementAnswer | None = field(metadata=_says("Den, der gælder i dag; ellers den seneste"))
    agreements: list[AgreementAnswer] = field(metadata=_says("Alle aftaler, ældste først"))
    extension_request: ExtensionRequestAnswer | None = field(metadata=_says("Det seneste ønske om forlængelse"))


@dataclass(frozen=True, kw_only=True)
class FiguresAnswer:
    """Tallene for jeres kø i en måned. Rettes de, tæller revision op."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _with_example(
        {
            "month": "2025-01",
            "revision": 1,
            "calls_offered": 1624,
            "calls_answered": 1312,
            "answer_rate_percent": 80.8,
            "calls_resolved": 979,
            "talk_seconds_mean": 224,
        }
    )

    month: str = field(metadata=_says("Måneden, som ÅÅÅÅ-MM"))
    revision: int = field(metadata=_says("Tallenes udgave: 1, og 1 mere ved hver rettelse"))
    calls_offered: int = field(metadata=_says("Indkomne opkald"))
    calls_answered: int = field(metadata=_says("Besvarede opkald"))
    answer_rate_percent: float | None = field(
        metadata=_says("Besvarede af de indkomne i procent, én decimal; null uden opkald")
    )
    calls_resolved: int = field(metadata=_says("Straksafklarede opkald"))
    talk_seconds_mean: int | None = field(
        metadata=_says("Gennemsnitlig samtaletid i sekunder; null, når den ikke kendes")
    )


@dataclass(frozen=True, kw_only=True)
class ForecastAnswer:
    """Ugens prognose, som vi har den."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _with_example(
        {
            "week": "2025-W08",
            "calls_per_day": [40, 38, 41, 39, 30, 0, 12],
            "total": 200,
            "revision": 1,
            "accepted_at": "2025-02-05T05:00:00+00:00",
        }
    )

    week: str = field(metadata=_says("Ugen efter ISO 8601, som ÅÅÅÅ-Wuu"))
    calls_per_day: list[int] = field(metadata=_says("Ventede opkald hver dag, mandag først"))
    total: int = field(metadata=_says("Ventede opkald i hele ugen"))
    revision: int = field(metadata=_says("Prognosens udgave: 1, og 1 mere hver gang den ændres"))
    accepted_at: datetime = field(metadata=_says("Da denne udgave blev taget imod"))


@dataclass(frozen=True, kw_only=True)
class KnowledgeUpdateAnswer:
    """En vidensopdatering, og hvad der er blevet af den."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _with_example(
        {
            "id": "5e0c3c2f9a7d4b1e8f60a2d1",
            "title": "Nye tømmedage i Skanderborg",
            "text": "Fra uge 10 tømmes madaffald om tirsdagen. Restaffald tømmes som før.",
            "valid_from": "2025-03-03",
            "status": "received",
            "reason": None,
            "received_at": "2025-02-05T05:00:00+00:00",
            "published_at": None,
        }
    )

    id: str = field(metadata=_says("Opdateringens id"))
    title: str = field(metadata=_says("Titlen, uden mellemrum i enderne"))
    text: str = field(metadata=_says("Teksten, uden mellemrum i enderne"))
    valid_from: date = field(metadata=_says("Den første dag, den gælder"))
    status: Literal["received", "published", "declined"] = field(
        metadata=_says("received: sekretariatet har den; published: agenterne kan læse den; declined: afvist")
    )
    reason: str | None = field(metadata=_says("Hvorfor den blev afvist; ellers null"))
    received_at: datetime = field(metadata=_says("Da den kom"))
    published_at: datetime | None = field(metadata=_says("Da den blev udgivet; ellers null"))
