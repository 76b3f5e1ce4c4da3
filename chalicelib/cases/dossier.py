"""What people did about one agent: proofs of training, remarks, and the cases in which a pause is decided.

A dossier is one agent's; a *case* begins when the procedure proposes a pause and ends when a person has decided and
what follows from it is done. Agents are pseudonymous ids. Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from chalicelib.cases.proofs import Proof
from chalicelib.common.acts import Act
from chalicelib.common.months import Month

#: Who acts when nobody does.
SYSTEM = "system"


class State(StrEnum):
    """Where a case stands. Only the first three are open."""

    PROPOSED = "proposed"
    PAUSED = "paused"
    REOPENED = "reopened"  # paused, and the ground has fallen away: a person must look again
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # the ground fell away before anybody decided
    REINSTATED = "reinstated"
    LIFTED = "lifted"  # the pause was ended because its ground had fallen away
    CLOSED = "closed"  # the agent stopped


OPEN = frozenset({State.PROPOSED, State.PAUSED, State.REOPENED})

#: Every move that is allowed; docs/follow-up.md draws it.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.PAUSED, State.DECLINED, State.WITHDRAWN, State.CLOSED}),
    State.PAUSED: frozenset({State.REINSTATED, State.REOPENED, State.CLOSED}),
    State.REOPENED: frozenset({State.PAUSED, State.LIFTED, State.CLOSED}),
    State.DECLINED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.REINSTATED: frozenset(),
    State.LIFTED: frozenset(),
    State.CLOSED: frozenset({State.PROPOSED, State.PAUSED, State.REOPENED}),  # the agent hadn't stopped
}


class Event(StrEnum):
    """What happened to a dossier."""

    PROPOSED = "proposed"
    WINDOW_OPENED = "window_opened"
    COMMENTED = "commented"
    CONTESTED = "contested"
    AGREED = "agreed"
    PAUSED = "paused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    UPHELD = "upheld"
    LIFTED = "lifted"
    REINSTATED = "reinstated"
    PROOF_REGISTERED = "proof_registered"
    PROOF_VERIFIED = "proof_verified"
    PROOF_REFUSED = "proof_refused"
    DOCUMENT_ATTACHED = "document_attached"
    DOCUMENT_REFUSED = "document_refused"
    INSTRUCTION_CONFIRMED = "instruction_confirmed"
    STOPPED = "stopped"
    STOP_UNDONE = "stop_undone"
    CAME_BACK = "came_back"
    CLOSED = "closed"
    RENAMED = "renamed"
    FORMERLY = "formerly"
    NAME_UNDONE = "name_undone"


class Instruction(StrEnum):
    """What the telephony must be told."""

    TAKE_OFF = "take_off"
    PUT_BACK = "put_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundMonth:
    """One month below target that a proposal rests on. File and row of its figures stand in the ledger."""

    month: Month
    answered: int
    resolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why a pause is proposed: three evaluable months running below target, oldest first, as of a ledger revision.

    `step_1` is the first month of all that ran below target: earlier than these, where the guard wasn't sure before.
    `mail_id` is the mail by which the municipality is told; None when somebody must tell it by hand.
    """

    municipality_code: str
    step_1: Month
    months: tuple[GroundMonth, ...]
    ledger_revision: int
    mail_id: str | None = None

    @property
    def month(self) -> Month:
        return self.months[-1].month


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the municipality said about the proposal."""

    what: Event  # COMMENTED, CONTESTED or AGREED
    text: str
    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An instruction, and its confirmation. `void`: another came before anybody carried it out."""

    instruction: Instruction
    on: date
    confirmed_on: date | None = None
    confirmed_by: str | None = None
    void: bool = False

    @property
    def is_open(self) -> bool:
        return self.confirmed_on is None and not self.void


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One proposal and what became of it. `window_ends_on` is None until the municipality's mail was accepted.

    `closed_from` is where it stood when the agent stopped.

    `upheld_on` is the day on which a person said that the pause stands though its ground has fallen away.
    """

    number: int
    ground: Ground
    state: State
    opened_on: date
    window_ends_on: date | None = None
    remarks: tuple[Remark, ...] = ()
    instructions: tuple[Ordered, ...] = ()
    paused_on: date | None = None
    upheld_on: date | None = None
    settled_on: date | None = None
    closed_from: State | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_withdrawn(self) -> bool:
        """Whether the same proposal may be made anew."""
        return self.state is State.WITHDRAWN

    @property
    def is_agreed(self) -> bool:
        """Whether the municipality's last word on the proposal is that it agrees."""
        return self._last_word is Event.AGREED

    @property
    def is_contested(self) -> bool:
        """Whether the municipality's last word on the proposal is an objection."""
        return self._last_word is Event.CONTESTED

    @property
    def _last_word(self) -> Event | None:
        """What the municipality said last for or against. A comment takes nothing back."""
        words = [each.what for each in self.remarks if each.what is not Event.COMMENTED]
        return words[-1] if words else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """That the telephony calls one agent by another id too, as a leader of a municipality said on a day."""

    other: str
    municipality_code: str
    said_by: str
    said_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One agent id's dossier, stored as one. `version` counts its writes: each but an erasure has its entry.

    `alias` stands for the agent where the id may not; "" in what is never stored. `renamed_to` names the id that the
    agent has now, `formerly` the one before this; both dossiers say it.
    """

    agent: str
    alias: str = ""
    version: int = 0
    proofs: tuple[Proof, ...] = ()
    cases: tuple[Case, ...] = ()
    stopped_on: date | None = None
    renamed_to: Renaming | None = None
    formerly: Renaming | None = None

    @property
    def open_case(self) -> Case | None:
        return next((case for case in self.cases if case.is_open), None)

    @property
    def renamings(self) -> tuple[Renaming, ...]:
        """Return what is said of the agent's other ids: the one before, the one after."""
        return tuple(each for each in (self.formerly, self.renamed_to) if each is not None)

    def case(self, number: int) -> Case | None:
        return next((case for case in self.cases if case.number == number), None)

    def proof(self, proof_id: str) -> Proof | None:
        return next((proof for proof in self.proofs if proof.proof_id == proof_id), None)

    def with_case(self, changed: Case) -> Dossier:
        """Return it with this case instead of the one of the same number, or added."""
        if self.case(changed.number) is None:
            return replace(self, cases=(*self.cases, changed))
        return replace(self, cases=tuple(changed if each.number == changed.number else each for each in self.cases))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a dossier's history. `number` is the version that it made.

    `case`, `proof_id` or `renaming` is what it is about; `municipality_code` whose leader said that the agent stopped.
    """

    number: int
    what: Event
    act: Act
    case: int | None = None
    proof_id: str | None = None
    renaming: Renaming | None = None
    reason: str | None = None
    municipality_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A dossier after something happened, and what happened: one entry, or two when one thing follows from another."""

    dossier: Dossier
    entries: tuple[Entry, ...]
