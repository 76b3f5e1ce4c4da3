"""A made-up month: who takes part, their agents, and the files that are dropped. The same every time.

Shaped like the sample drops: shares of immediate resolution around 65 % with a spread of 10 points, so that about a
third is below the target, each agent being about as good from month to month.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chalicelib.common.months import Month
from chalicelib.common.municipalities import MUNICIPALITIES, Municipality
from chalicelib.members.member import Member, Service

_HEADER = (
    "Kommune;Agent;Besvarede opkald;Straksafklarede;Straksafklaring %;Omstillet koldt;Omstillet varmt;"
    "Gns. samtaletid;Tilfredshed (1-9);Antal tilfredshedssvar"
)
_PARTNER_HEADER = "Partner;Måned;Indkomne opkald;Besvarede opkald;Straksafklarede;Gns. samtaletid"
_SINCE = date(2012, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to drop."""

    key: str
    content: bytes


def members(count: int) -> tuple[Member, ...]:
    """Return so many municipalities as members, by code, each with one leader."""
    return tuple(
        Member(
            municipality_code=each.code,
            name=each.name,
            leaders=(leader_of(each.code),),
            services=frozenset({Service.CONTACT_CENTRE}),
            active_from=_SINCE,
        )
        for each in MUNICIPALITIES[:count]
    )


def leader_of(municipality_code: str) -> str:
    return f"leder@kommune{municipality_code}.example"


def agents_of(municipality_code: str) -> tuple[str, ...]:
    """Return six or seven agents."""
    return tuple(f"{municipality_code}-{number:03}" for number in range(1, 7 + int(municipality_code) % 2))


def files_of(month: Month, *, municipalities: int) -> tuple[File, ...]:
    """Return what is dropped for a month: the agents' figures, and the partner's."""
    rows = [row for each in MUNICIPALITIES[:municipalities] for row in _rows(each, month)]
    return (
        File(key=f"drops/agent-kpi/{month}.csv", content=_csv(_HEADER, rows)),
        File(key=f"drops/partner-kpi/{month}.csv", content=_csv(_PARTNER_HEADER, [_partner_row(month)])),
    )


def _rows(municipality: Municipality, month: Month) -> Iterator[str]:
    for agent in agents_of(municipality.code):
        chance = random.Random(f"{agent} {month}")  # noqa: S311  # the same month every time, not a secret
        ability = random.Random(agent).gauss(0.65, 0.09)  # noqa: S311  # likewise
        answered = chance.randint(10, 40) if chance.random() < 0.04 else chance.randint(60, 420)
        resolved = sum(chance.random() < ability for _ in range(answered))
        cold = (answered - resolved) * 2 // 3
        percent = f"{100 * resolved / answered:.1f}".replace(".", ",")
        yield (
            f"{municipality.name};{agent};{answered};{resolved};{percent} %;{cold};{answered - resolved - cold};"
            f"04:{chance.randint(10, 59)};{chance.randint(6, 8)},{chance.randint(10, 99)};{answered // 6}"
        )


def _partner_row(month: Month) -> str:
    return f"RenoSyd;{month.number:02}-{month.year};1.342;1.139;851;03:36"


def _csv(header: str, rows: list[str]) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode("cp1252")
