"""A member municipality as a value: in what it takes part, from when to when, and who leads there.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from chalicelib.common.months import Month


class Service(StrEnum):
    """What a member can take part in."""

    CONTACT_CENTRE = "contact_centre"
    CHATBOT = "chatbot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time in which a municipality was a member; `active_until` is its last day, if known."""

    services: frozenset[Service]
    active_from: date
    active_until: date | None

    def touches(self, month: Month) -> bool:
        """Whether any day of the month lies in the period."""
        ended = self.active_until is not None and self.active_until < month.first_day
        return self.active_from <= month.last_day and not ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member. `leaders` are the e-mail addresses that its mails go to; `active_until` is its last day, if known.

    `earlier` are the periods of a municipality that left and came back. `version` counts the changes.
    """

    municipality_code: str
    name: str
    leaders: tuple[str, ...]
    services: frozenset[Service]
    active_from: date
    active_until: date | None = None
    earlier: tuple[Period, ...] = ()
    version: int = 0

    @property
    def period(self) -> Period:
        """The latest period."""
        return Period(services=self.services, active_from=self.active_from, active_until=self.active_until)

    def is_member_on(self, day: date) -> bool:
        """Whether the latest period has not ended before the day; one that begins later counts."""
        return self.active_until is None or self.active_until >= day

    def is_active_in(self, month: Month) -> bool:
        """Whether the member took part on any day of the month."""
        return any(period.touches(month) for period in (*self.earlier, self.period))

    def takes_part_in(self, service: Service, month: Month) -> bool:
        """Whether the member took part in the service on any day of the month."""
        return any(service in each.services and each.touches(month) for each in (*self.earlier, self.period))

    def entering_again(self, *, leaders: tuple[str, ...], services: frozenset[Service], active_from: date) -> Member:
        """Return the member with a new period; the one that ended stays as history."""
        return replace(
            self,
            leaders=leaders,
            services=services,
            active_from=active_from,
            active_until=None,
            earlier=(*self.earlier, self.period),
        )
