"""What the rules of knowledge updates refuse by name. Pure."""

from __future__ import annotations

from chalicelib.common.errors import Conflict, NotFound, Refused


class KnowledgeUnknown(NotFound):
    """Raised when the partner has no such knowledge update."""

    code = "knowledge_update_unknown"

    def __init__(self) -> None:
        super().__init__("Partneren har ikke sendt nogen viden med det nummer. Se efter, om det er skrevet rigtigt.")


class KeyUsed(Conflict):
    """Raised when something else was sent under the key before."""

    code = "key_used"

    def __init__(self) -> None:
        super().__init__("Nøglen er brugt til anden viden. Brug en ny.")


class TooManyWaiting(Conflict):
    """Raised when so much of the partner's waits already that the secretariat must read some of it first."""

    code = "too_many_waiting"

    def __init__(self, most: int) -> None:
        super().__init__(f"Der venter allerede {most} stykker viden fra partneren på sekretariatet. Send den senere.")


class AlreadyDecided(Conflict):
    """Raised when what is to be published or declined doesn't wait any more."""

    code = "already_decided"

    def __init__(self) -> None:
        super().__init__("Der er allerede taget stilling til denne viden. Se siden igen.")


class ReasonMissing(Refused):
    """Raised when a partner would not be told why."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Skriv begrundelsen: partneren får den ord for ord.")
