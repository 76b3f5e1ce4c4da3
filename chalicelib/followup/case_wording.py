"""What cases, proofs and instructions are called on the pages of follow-up. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.cases.dossier import Event, Instruction, ProofKind, State
from chalicelib.cases.refusals import STATE_NAMES

#: A state in a word, with the kind of badge that shows it.
BADGE_BY_STATE: Mapping[State, tuple[str, str | None]] = {
    state: (name.capitalize(), {State.PROPOSED: "info", State.PAUSED: "warning", State.REOPENED: "warning"}.get(state))
    for state, name in STATE_NAMES.items()
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
    Event.DECLINED: "Forslaget afvist",
    Event.WITHDRAWN: "Forslaget bortfaldt efter en rettelse",
    Event.REOPENED: "Sagen genåbnet efter en rettelse",
    Event.UPHELD: "Pausen fastholdt",
    Event.LIFTED: "Pausen ophævet",
    Event.REINSTATED: "Agenten tager telefonen igen",
    Event.PROOF_REGISTERED: "Bevis registreret",
    Event.PROOF_VERIFIED: "Bevis godkendt",
    Event.PROOF_REFUSED: "Bevis afvist",
    Event.DOCUMENT_ATTACHED: "Dokument lagt ved et bevis",
    Event.DOCUMENT_REFUSED: "Dokument kunne ikke tages",
    Event.INSTRUCTION_CONFIRMED: "Besked udført",
    Event.STOPPED: "Agenten er stoppet",
    Event.STOP_UNDONE: "Stop fortrudt",
    Event.CAME_BACK: "Agenten har tal igen efter sit stop",
    Event.CLOSED: "Sagen afsluttet: agenten var stoppet",
    Event.RENAMED: "Nyt id",
    Event.FORMERLY: "Tidligere id",
    Event.NAME_UNDONE: "Skift af id fortrudt",
}
