"""What partners' rules refuse by name: each with a code for programs and a Danish sentence that says what to do. Pure.

Where something stands in the way that is there already (an open period, another wish), it is a `Conflict`: 409.
"""

from __future__ import annotations

from datetime import date

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Conflict, NotFound, Refused


class PartnerUnknown(NotFound):
    """Raised when there is no such partner."""

    code = "partner_unknown"

    def __init__(self) -> None:
        super().__init__("Partneren findes ikke. Find den på listen over partnere.")


class AgreementUnknown(NotFound):
    """Raised when the partner has no such agreement."""

    code = "agreement_unknown"

    def __init__(self) -> None:
        super().__init__("Aftalen findes ikke. Se aftalerne på partnerens side.")


class PartnerTaken(Conflict):
    """Raised when a partner of this name, or of this queue, is registered."""

    code = "partner_taken"

    def __init__(self) -> None:
        super().__init__("Der er allerede en partner med det navn eller den kø. Find den på listen over partnere.")


class NothingProposed(Conflict):
    """Raised when no proposal waits."""

    code = "nothing_proposed"

    def __init__(self) -> None:
        super().__init__("Der er intet forslag, der venter. Se partneren igen.")


class AlreadyProposed(Conflict):
    """Raised when a proposal is made while another waits."""

    code = "already_proposed"

    def __init__(self) -> None:
        super().__init__("Der ligger allerede et forslag. Aktivér det, eller opgiv det, før du skriver et nyt.")


class PeriodsOverlap(Conflict):
    """Raised when a period shares days with another of the partner's; it names the one in the way."""

    code = "periods_overlap"

    def __init__(self, *, start: date, end: date | None) -> None:
        until = f"til {long_date(end)}" if end else "uden slutdato"
        super().__init__(f"Perioden overlapper aftalen fra {long_date(start)} {until}. Vælg andre datoer.")


class EndsBeforeItStarts(Refused):
    """Raised when a period's last day is before its first."""

    code = "ends_before_it_starts"

    def __init__(self) -> None:
        super().__init__("Den sidste dag ligger før den første. Ret den ene af dem.")


class TooFarAhead(Refused):
    """Raised when a day is so far ahead that it must be a slip."""

    code = "too_far_ahead"

    def __init__(self, furthest: date) -> None:
        super().__init__(f"Datoen ligger for langt fremme. Den kan senest være {long_date(furthest)}.")


class ReviewDateNeeded(Refused):
    """Raised when an open period has no day on which it is looked at again."""

    code = "review_date_needed"

    def __init__(self) -> None:
        super().__init__("En aftale uden slutdato skal have en dato for gennemgang, og den skal ligge efter i dag.")


class ReviewDateNotNeeded(Refused):
    """Raised when a period with an end has a review date too."""

    code = "review_date_not_needed"

    def __init__(self) -> None:
        super().__init__("Skriv enten en sidste dag eller en dato for gennemgang, ikke begge.")


class NotAMandate(Refused):
    """Raised when what is named can't carry an agreement: another type of item, or a later meeting."""

    code = "not_a_mandate"

    def __init__(self, decision_id: str) -> None:
        super().__init__(
            f"{decision_id} er ikke en beslutning, der gælder i dag. "
            "Vælg et punkt af type B fra et møde, der er holdt, eller registrér beslutningen først."
        )


class DecisionUnknown(Refused):
    """Raised when the decision named is not registered."""

    code = "decision_unknown"

    def __init__(self) -> None:
        super().__init__("Beslutningen er ikke registreret. Registrér den under Møder og beslutninger først.")


class OpenEnded(Conflict):
    """Raised when an agreement without an end is to be extended."""

    code = "open_ended"

    def __init__(self, review_date: date | None) -> None:
        looked_at = f" Den gennemgås {long_date(review_date)}." if review_date else ""
        super().__init__(
            f"Aftalen har ingen slutdato og kan ikke forlænges.{looked_at} Skal den ændres, så skriv til sekretariatet."
        )


class NotRunning(Conflict):
    """Raised when there is no agreement that still runs."""

    code = "not_running"

    def __init__(self) -> None:
        super().__init__("Partneren har ingen aftale, der løber. Skriv et nyt forslag.")


class NotLonger(Refused):
    """Raised when an extension would not go beyond the last day."""

    code = "not_longer"

    def __init__(self, end: date) -> None:
        super().__init__(f"Aftalen gælder allerede til {long_date(end)}. Vælg en senere dag.")


class AlreadyAsked(Conflict):
    """Raised when an extension is asked for while another wish waits."""

    code = "already_asked"

    def __init__(self, asked_on: date) -> None:
        super().__init__(f"Der er allerede ønsket en forlængelse {long_date(asked_on)}. Vent på svaret.")


class NothingAsked(Conflict):
    """Raised when no wish to extend waits."""

    code = "nothing_asked"

    def __init__(self) -> None:
        super().__init__("Der er intet ønske om forlængelse, der venter. Se partneren igen.")


class KeyUsed(Conflict):
    """Raised when a wish comes under the key of another one."""

    code = "key_used"

    def __init__(self) -> None:
        super().__init__("Nøglen er brugt til et andet ønske om forlængelse. Brug en ny.")


class NotALastDay(Refused):
    """Raised when an agreement can't be made to end on a day."""

    code = "not_a_last_day"

    def __init__(self, *, today: date) -> None:
        super().__init__(
            f"Den sidste dag skal være {long_date(today)} eller senere, og før den, der gælder nu. "
            "Skal aftalen gælde længere, så forlæng den."
        )


class ReasonMissing(Refused):
    """Raised when a partner would not be told why."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Skriv begrundelsen: partneren får den i mailen.")


class NotYet(Refused):
    """Raised when the day for it has not come."""

    code = "not_yet"

    def __init__(self, day: date) -> None:
        super().__init__(f"Det kan tidligst ske {long_date(day)}. Prøv igen til den tid.")


class AlreadyEvaluated(Conflict):
    """Raised when a party that has evaluated an agreement does so again."""

    code = "already_evaluated"

    def __init__(self) -> None:
        super().__init__("Aftalen er allerede evalueret herfra, tak. Skal noget rettes, så skriv til sekretariatet.")
