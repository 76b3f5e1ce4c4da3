"""What membership refuses by name: each with a code for programs and a Danish sentence that says what to do. Pure."""

from __future__ import annotations

from datetime import date

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Conflict, NotFound, Refused
from chalicelib.membership.wording import STATE_NAMES


class DuplicateRequest(Conflict):
    """Raised when the municipality is a member, or has asked already."""

    code = "duplicate_request"


class AlreadyMember(DuplicateRequest):
    """Raised when the municipality is a member."""

    code = "already_member"

    def __init__(self, *, name: str, since: date) -> None:
        super().__init__(f"{name} har været medlem siden {long_date(since)}. Skriv til sekretariatet om ændringer.")


class AlreadyAsked(DuplicateRequest):
    """Raised when a request of the municipality is open; it says which."""

    def __init__(self, *, name: str, request_id: str, submitted_on: date) -> None:
        super().__init__(
            f"{name} har allerede en åben anmodning om indmeldelse: {request_id}, sendt {long_date(submitted_on)}. "
            "Er den ikke bekræftet endnu, så brug linket i den seneste mail. "
            "Skriv til sekretariatet, hvis noget skal ændres."
        )


class RequestUnknown(NotFound):
    """Raised when there is no such request, or it is somebody else's."""

    code = "request_unknown"

    def __init__(self) -> None:
        super().__init__("Anmodningen findes ikke, eller den er ikke din.")


class NotAMember(NotFound):
    """Raised when the municipality is not a member."""

    code = "not_a_member"

    def __init__(self) -> None:
        super().__init__("Kommunen er ikke medlem af Den Digitale Hotline.")


class NotNow(Refused):
    """Raised when a request doesn't stand where it would have to."""

    code = "not_now"

    def __init__(self, state: str) -> None:
        super().__init__(f"Det kan ikke gøres nu, for anmodningen står som »{STATE_NAMES[state]}«. Se den igen.")


class NotYet(Refused):
    """Raised when the day for it has not come."""

    code = "not_yet"

    def __init__(self, day: date) -> None:
        super().__init__(f"Det kan tidligst ske den {long_date(day)}. Prøv igen til den tid.")


class EntryNotAhead(Refused):
    """Raised when entry is wanted on a day that has come already."""

    code = "entry_not_ahead"

    def __init__(self) -> None:
        super().__init__("Indmeldelsesdatoen skal være i morgen eller senere.")


class DispensationNotNeeded(Refused):
    """Raised when a dispensation is asked for on an ordinary date; a program has no list to choose from."""

    code = "dispensation_not_needed"

    def __init__(self, day: date) -> None:
        super().__init__(
            f"{long_date(day)} er en almindelig indmeldelsesdato. Vælg den på listen; den kræver ikke dispensation."
        )
        self.said_to_programs = (
            f"{long_date(day)} er en almindelig indmeldelsesdato og kræver ikke dispensation. "
            "Udelad dispensation_reason, eller send null."
        )


class NewDateFirst(Refused):
    """Raised when a request has missed its entry date: only a new one takes it further."""

    code = "new_date_first"

    def __init__(self, day: date) -> None:
        super().__init__(
            f"Aftalen er ikke underskrevet inden indmeldelsesdatoen {long_date(day)}. "
            "Kontaktpersonen skal vælge en ny dato, før anmodningen kan gå videre."
        )


class NewDateNotAsked(Refused):
    """Raised when a new date is chosen although the old one still holds."""

    code = "new_date_not_asked"

    def __init__(self, day: date) -> None:
        super().__init__(
            f"Indmeldelsesdatoen {long_date(day)} gælder stadig. Skriv til sekretariatet, hvis den skal ændres."
        )


class NotADecision(Refused):
    """Raised when what is named can't carry an approval: another type of item, or a later meeting."""

    code = "not_a_decision"

    def __init__(self, decision_id: str) -> None:
        super().__init__(
            f"{decision_id} er ikke en beslutning, der gælder i dag. "
            "Vælg et punkt af type B fra et møde, der er holdt, "
            "eller registrér beslutningen under »Møder og beslutninger« først."
        )


class DecisionUnknown(Refused):
    """Raised when the decision named is not registered."""

    code = "decision_unknown"

    def __init__(self) -> None:
        super().__init__("Beslutningen er ikke registreret. Registrér den under »Møder og beslutninger« først.")


class OwnCase(Refused):
    """Raised when somebody would decide the own municipality's case."""

    code = "own_case"

    def __init__(self) -> None:
        super().__init__(
            "Du hører til kommunen og kan ikke selv afgøre dens sag. Bed en kollega registrere afgørelsen."
        )


class ReasonMissing(Refused):
    """Raised when a request is declined or taken back for the municipality without telling it why."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Skriv begrundelsen. Kommunen får den i en mail.")


class RoleMissing(Refused):
    """Raised when nobody is said to have signed the agreement."""

    code = "role_missing"

    def __init__(self) -> None:
        super().__init__("Skriv, i hvilken rolle aftalen er underskrevet, for eksempel kommunaldirektør.")


class NotASigningDate(Refused):
    """Raised when an agreement can't have been signed that day."""

    code = "not_a_signing_date"

    def __init__(self, *, first: date, last: date) -> None:
        super().__init__(
            f"Aftalen kan tidligst være underskrevet den {long_date(first)}, da den blev sendt, "
            f"og senest i dag, den {long_date(last)}. Ret datoen."
        )


class AlreadyLeaving(Refused):
    """Raised when a member that has given notice gives it again."""

    code = "already_leaving"

    def __init__(self, last_day: date) -> None:
        super().__init__(f"Kommunen er allerede meldt ud. Den sidste dag er {long_date(last_day)}.")


class AlreadyContact(Refused):
    """Raised when an address that is a contact is added again."""

    code = "already_contact"

    def __init__(self) -> None:
        super().__init__("Adressen er allerede kontakt for kommunen.")


class TooManyContacts(Refused):
    """Raised when a municipality has as many contacts as a mail can go to."""

    code = "too_many_contacts"

    def __init__(self, most: int) -> None:
        super().__init__(f"En kommune kan have højst {most} kontakter. Fjern en, før du tilføjer en ny.")


class LastContact(Refused):
    """Raised when a municipality's only contact is to be removed."""

    code = "last_contact"

    def __init__(self) -> None:
        super().__init__(
            "Kommunen skal have mindst én kontakt. Tilføj en ny, og fjern først den gamle, når den nye er bekræftet."
        )


class ContactUnknown(NotFound):
    """Raised when an address to be removed is not a contact."""

    code = "contact_unknown"

    def __init__(self) -> None:
        super().__init__("Adressen er ikke kontakt for kommunen. Måske har en anden allerede fjernet den.")


class InvitationUnknown(NotFound):
    """Raised when an invitation that is to be taken back doesn't wait any more."""

    code = "invitation_unknown"

    def __init__(self) -> None:
        super().__init__("Invitationen venter ikke længere. Den er bekræftet, udløbet eller trukket tilbage.")


class TaskUnknown(NotFound):
    """Raised when the onboarding list has no such task, or it is for somebody else to do."""

    code = "task_unknown"

    def __init__(self) -> None:
        super().__init__("Opgaven står ikke på listen, eller det er sekretariatet, der løser den.")


class UnknownReason(Refused):
    """Raised when an exit answer names a reason that isn't on the list, or none."""

    code = "unknown_reason"

    def __init__(self) -> None:
        super().__init__("Vælg mindst én af årsagerne på listen.")
