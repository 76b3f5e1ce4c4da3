"""What a rule answers when somebody would take a case where it can't go. Pure."""

from __future__ import annotations

from datetime import date

from chalicelib.cases.dossier import State
from chalicelib.common.danish import long_date
from chalicelib.common.errors import Conflict, NotFound, Refused

STATE_NAMES = {
    State.PROPOSED: "foreslået",
    State.PAUSED: "på pause",
    State.REOPENED: "genåbnet",
    State.DECLINED: "afvist",
    State.WITHDRAWN: "bortfaldet",
    State.REINSTATED: "genoptaget",
    State.LIFTED: "ophævet",
    State.CLOSED: "afsluttet",
}


class NoOpenCase(NotFound):
    """Raised when there is no case to act on."""

    code = "no_open_case"

    def __init__(self) -> None:
        super().__init__("Der er ingen åben sag om agenten.")


class WrongState(Conflict):
    """Raised when the case stands elsewhere than the step begins."""

    code = "wrong_state"

    def __init__(self, state: State) -> None:
        super().__init__(f"Sagen står som {STATE_NAMES[state]}. Se siden igen: der er sket noget imens.")


class ReasonMissing(Refused):
    """Raised when a decision or a contest has no reason."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Skriv en begrundelse. Den gemmes og vises for kommunen.")


class OwnMunicipality(Refused):
    """Raised when somebody would decide about an agent of their own municipality."""

    code = "own_municipality"

    def __init__(self) -> None:
        super().__init__("Du er fra agentens egen kommune. Lad en anden i sekretariatet afgøre sagen.")


class WindowOpen(Refused):
    """Raised when the municipality still has days to answer, and hasn't agreed."""

    code = "window_open"

    def __init__(self, ends_on: date | None) -> None:
        until = f"til og med {long_date(ends_on)}" if ends_on else "14 dage fra den dag, mailen er nået frem"
        super().__init__(f"Kommunen kan svare {until}. Afgør sagen derefter, eller når kommunen er enig.")


class ProposalStands(Conflict):
    """Raised when a pause is proposed for an agent who has an open case."""

    code = "proposal_stands"

    def __init__(self) -> None:
        super().__init__("Der er allerede en åben sag om agenten.")


class AlreadyTrained(Refused):
    """Raised when a pause would be decided for an agent who has both proofs."""

    code = "already_trained"

    def __init__(self) -> None:
        super().__init__("Begge beviser er godkendt, så en pause ville straks være forbi. Afvis forslaget.")


class ProofUnknown(NotFound):
    """Raised when a proof isn't in the dossier."""

    code = "proof_unknown"

    def __init__(self) -> None:
        super().__init__("Beviset findes ikke.")


class ProofSettled(Conflict):
    """Raised when a proof was verified or refused already."""

    code = "proof_settled"

    def __init__(self) -> None:
        super().__init__("Beviset er allerede behandlet.")


class ProofAhead(Refused):
    """Raised when a proof is dated later than today."""

    code = "proof_ahead"

    def __init__(self) -> None:
        super().__init__("Datoen på beviset ligger efter i dag. Registrér det, når undervisningen er taget.")


class SourceMissing(Refused):
    """Raised when nobody says where a proof comes from."""

    code = "source_missing"

    def __init__(self) -> None:
        super().__init__("Skriv, hvor beviset kommer fra, for eksempel “Kursusbevis fra e-læringen”.")


class NothingToConfirm(Conflict):
    """Raised when no instruction waits to be carried out."""

    code = "nothing_to_confirm"

    def __init__(self) -> None:
        super().__init__("Der er ingen besked, der venter på at blive udført.")


class Stopped(Conflict):
    """Raised when the agent has stopped."""

    code = "stopped"

    def __init__(self) -> None:
        super().__init__("Agenten er stoppet, så der er ikke mere at gøre i sagen.")
