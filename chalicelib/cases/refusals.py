"""What a rule answers when somebody would take a case where it can't go. Pure."""

from __future__ import annotations

from datetime import date

from chalicelib.cases.dossier import State
from chalicelib.common.danish import long_date, month_name
from chalicelib.common.errors import Conflict, NotFound, Refused
from chalicelib.common.months import Month

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


class ChangedSince(Conflict):
    """Raised when something happened to a dossier after the page was shown on which somebody decided."""

    code = "changed_since"

    def __init__(self) -> None:
        super().__init__("Der er sket noget i sagen, siden du åbnede siden. Læs den igen, og send så.")


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
        told = f"kan svare til og med {long_date(ends_on)}" if ends_on else "er ikke orienteret endnu"
        super().__init__(f"Kommunen {told}. Afgør sagen, når dens frist er gået, eller når kommunen er enig.")


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


class ProofTooEarly(Refused):
    """Raised when a proof is dated before the month of step 1 of the case that it is for."""

    code = "proof_too_early"

    def __init__(self, step_1: Month) -> None:
        super().__init__(
            f"Beviset tæller ikke: agenten kom på trin 1 i {month_name(step_1)}, og undervisningen skal være taget i "
            "den måned eller senere."
        )


class ProofTwice(Conflict):
    """Raised when a proof of the same kind and day waits already."""

    code = "proof_twice"

    def __init__(self) -> None:
        super().__init__("Et bevis af den slags med samme dato venter allerede på sekretariatet.")


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


class NotStopped(Conflict):
    """Raised when there is no stop to undo."""

    code = "not_stopped"

    def __init__(self) -> None:
        super().__init__("Agenten er ikke registreret som stoppet. Se siden igen: der er sket noget imens.")


class NotTheirAgent(NotFound):
    """Raised when a leader would say of an agent what only the municipality says that the agent is in now."""

    code = "not_their_agent"

    def __init__(self) -> None:
        super().__init__(
            "Det kan kun den kommune skrive, hvor agenten senest har haft opkald. Er noget forkert, så skriv til "
            "sekretariatet."
        )


class SameName(Refused):
    """Raised when an agent would be renamed to the id that it has."""

    code = "same_name"

    def __init__(self) -> None:
        super().__init__("Det er det id, agenten har nu. Skriv det nye.")


class RenamedAlready(Conflict):
    """Raised when the agent has another id by now, or its new id has; `other` only to the municipality that said it."""

    code = "renamed_already"

    def __init__(self, agent: str, other: str = "") -> None:
        now = f"hedder allerede {other}" if other else "har allerede fået et andet id"
        super().__init__(f"Agent {agent} {now}. Er det forkert, så skriv til sekretariatet.")


class NameTaken(Conflict):
    """Raised when the new id is another agent's by an earlier renaming."""

    code = "name_taken"

    def __init__(self, agent: str, former: str) -> None:
        super().__init__(f"Agent {agent} hed før {former}. Er det forkert, så skriv til sekretariatet.")


class NameStopped(Refused):
    """Raised when one of the two ids is an agent's who has stopped."""

    code = "name_stopped"

    def __init__(self, agent: str) -> None:
        super().__init__(f"Agent {agent} er registreret som stoppet. Er det forkert, så skriv til sekretariatet.")


class NameElsewhere(Refused):
    """Raised when the new id is another municipality's agent's: nothing more of it is told."""

    code = "name_elsewhere"

    def __init__(self) -> None:
        super().__init__(
            "Id'et hører til en anden kommune. Se efter, om det er skrevet rigtigt; er det det, så skriv til "
            "sekretariatet."
        )


class NamesOverlap(Refused):
    """Raised when the new id has a month before the old one's last is over: then they are two agents."""

    code = "names_overlap"

    def __init__(self) -> None:
        super().__init__("De to id'er er to agenter: Det nye har tal fra før, det gamle holdt op.")


class NotRenamed(NotFound):
    """Raised when there is no renaming to undo."""

    code = "not_renamed"

    def __init__(self) -> None:
        super().__init__("Agenten har ikke haft et andet id.")
