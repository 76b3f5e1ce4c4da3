"""What cases, proofs and instructions are called on the pages of follow-up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib.cases.dossier import Case, Event, Instruction, State
from chalicelib.cases.proofs import ProofKind
from chalicelib.cases.refusals import STATE_NAMES
from chalicelib.cases.steps import may_be_decided
from chalicelib.common.danish import long_date

#: A state in a word, with the kind of badge that shows it.
BADGE_BY_STATE: Mapping[State, tuple[str, str | None]] = {
    state: (name.capitalize(), {State.PROPOSED: "info", State.PAUSED: "warning", State.REOPENED: "warning"}.get(state))
    for state, name in (STATE_NAMES | {State.DECLINED: "ingen pause"}).items()
}

PROOF_NAMES: Mapping[ProofKind, str] = {
    ProofKind.E_LEARNING: "E-læring",
    ProofKind.PHYSICAL: "Fysisk undervisning",
}

INSTRUCTION_NAMES: Mapping[Instruction, str] = {
    Instruction.TAKE_OFF: "Tag agenten af telefonen",
    Instruction.PUT_BACK: "Sæt agenten på telefonen igen",
}

EVENT_NAMES: Mapping[Event, str] = {
    Event.PROPOSED: "Pause foreslået",
    Event.WINDOW_OPENED: "Kommunen orienteret",
    Event.COMMENTED: "Kommentar fra kommunen",
    Event.CONTESTED: "Indsigelse fra kommunen",
    Event.AGREED: "Kommunen er enig",
    Event.PAUSED: "Pause besluttet",
    Event.DECLINED: "Ingen pause",
    Event.WITHDRAWN: "Forslaget bortfaldt efter en rettelse",
    Event.REOPENED: "Sagen genåbnet efter en rettelse",
    Event.UPHELD: "Pausen fastholdt",
    Event.LIFTED: "Pausen ophævet",
    Event.REINSTATED: "Agenten tager telefonen igen",
    Event.PROOF_REGISTERED: "Bevis registreret",
    Event.PROOF_VERIFIED: "Bevis godkendt",
    Event.PROOF_REFUSED: "Bevis afvist",
    Event.DOCUMENT_ATTACHED: "Dokument lagt ved et bevis",
    Event.DOCUMENT_REFUSED: "Dokumentet kunne ikke modtages",
    Event.INSTRUCTION_CONFIRMED: "Besked udført",
    Event.STOPPED: "Agenten er stoppet",
    Event.STOP_UNDONE: "Stop fortrudt",
    Event.CAME_BACK: "Agenten har tal igen efter sit stop",
    Event.CLOSED: "Sagen afsluttet: agenten var stoppet",
    Event.RENAMED: "Nyt id",
    Event.FORMERLY: "Tidligere id",
    Event.NAME_UNDONE: "Skift af id fortrudt",
}


def waits_for(case: Case, *, today: date, own_days: int | None = None) -> str:
    """Return what an open case waits for; empty when nothing more is to be decided.

    It is said to the municipality's own leaders when `own_days` is how many days a proposal gives them.
    """
    if case.state is State.REOPENED:
        who = "Afgør" if own_days is None else "Sekretariatet afgør"
        return f"Tallene er rettet. {who}, om pausen skal stå."
    if case.state is not State.PROPOSED:
        return ""
    return _to_staff(case, today) if own_days is None else _to_leaders(case, today, own_days)


def _to_staff(case: Case, today: date) -> str:
    if case.is_agreed:
        return "Kommunen er enig. Sagen kan afgøres."
    if case.window_ends_on is None:
        return "Kommunen er ikke orienteret endnu. Fristen begynder, når kommunen er orienteret."
    if may_be_decided(case, today):
        return f"Kommunens frist udløb den {long_date(case.window_ends_on)}. Sagen kan afgøres."
    first = long_date(case.window_ends_on + timedelta(days=1))
    return f"Sagen kan afgøres fra den {first}, eller når kommunen er enig."


def _to_leaders(case: Case, today: date, days: int) -> str:
    if case.is_agreed:
        return "I er enige. Sekretariatet kan afgøre sagen."
    if case.window_ends_on is None:
        return f"I har mindst {days} dage fra mailen til at svare. Datoen står her, når mailen er noteret som modtaget."
    until = long_date(case.window_ends_on)
    if may_be_decided(case, today):
        return f"Jeres frist udløb den {until}. Sekretariatet kan afgøre sagen."
    return f"I kan svare til og med den {until}."
