"""What the pages of follow-up call states, events, proofs and instructions. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.cases.dossier import Event, Instruction, ProofKind, State

#: A case's state in words, and the kind of its badge.
STATE_BADGE: Mapping[State, tuple[str, str]] = {
    State.PROPOSED: ("Pause foreslået", "warning"),
    State.PAUSED: ("På pause", "error"),
    State.REOPENED: ("Genåbnet: stadig på pause", "warning"),
    State.DECLINED: ("Ingen pause", "success"),
    State.WITHDRAWN: ("Bortfaldet", "info"),
    State.REINSTATED: ("Tager telefonen igen", "success"),
    State.LIFTED: ("Pausen er ophævet", "success"),
    State.CLOSED: ("Agenten er stoppet", "info"),
}

EVENT_TEXT: Mapping[Event, str] = {
    Event.PROPOSED: "En pause blev foreslået",
    Event.WINDOW_OPENED: "Kommunens frist begyndte",
    Event.COMMENTED: "Kommunen kommenterede",
    Event.CONTESTED: "Kommunen gjorde indsigelse",
    Event.AGREED: "Kommunen var enig",
    Event.PAUSED: "Agenten blev sat på pause",
    Event.DECLINED: "Pausen blev afvist",
    Event.WITHDRAWN: "Forslaget bortfaldt: tallene blev rettet",
    Event.REOPENED: "Sagen blev genåbnet: tallene blev rettet",
    Event.UPHELD: "Pausen blev fastholdt",
    Event.LIFTED: "Pausen blev ophævet",
    Event.REINSTATED: "Agenten kunne tage telefonen igen",
    Event.PROOF_REGISTERED: "Et bevis blev registreret",
    Event.PROOF_VERIFIED: "Et bevis blev godkendt",
    Event.PROOF_REFUSED: "Et bevis blev ikke godkendt",
    Event.INSTRUCTION_CONFIRMED: "Beskeden om køen blev udført",
    Event.STOPPED: "Agenten er stoppet",
}

PROOF_TEXT: Mapping[ProofKind, str] = {
    ProofKind.E_LEARNING: "E-læring",
    ProofKind.PHYSICAL: "Fysisk undervisning",
}

INSTRUCTION_TEXT: Mapping[Instruction, str] = {
    Instruction.TAKE_OFF: "Tag agenten af køen",
    Instruction.PUT_BACK: "Sæt agenten på køen igen",
}
