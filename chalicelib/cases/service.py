"""What people do with cases and proofs, and what the procedure tells of them.

Each is one conditional write, with its history and its mails. Of two who press at once, one wins, and the other sees
what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date

from pynamodb.transactions import TransactWrite

from chalicelib.access import grants
from chalicelib.access.people import Person, Role
from chalicelib.cases import letters, refusals, steps, stopping, store, training
from chalicelib.cases.dossier import SYSTEM, Dossier, Event, Ground, Step
from chalicelib.cases.proofs import Document, ProofKind, RefusedDocument
from chalicelib.common.acts import Act, act
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.errors import Conflict, TryLater
from chalicelib.mail import outbox
from chalicelib.mail.outbox import Mail
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName

_TRIES = 4

Decide = Callable[[Dossier], Step | None]


def propose(agent: str, ground: Ground, *, clock: Clock = system_clock) -> None:
    """Open a case for a pause that the procedure proposes. Harmless to repeat.

    An older proposal that waits goes first: it is decided on the ground that it was made on.
    """
    _let(agent, lambda dossier: _proposed(dossier, ground, act(SYSTEM, clock)), clock=clock)


def remove_ground(agent: str, number: int, *, clock: Clock = system_clock) -> None:
    """A correction took a case's ground away: it is withdrawn, or reopened and told to both. Harmless to repeat."""
    _let(agent, lambda dossier: steps.ground_removed(dossier, number=number, act=act(SYSTEM, clock)), clock=clock)


def open_window(agent: str, *, clock: Clock = system_clock) -> None:
    """The mail of the proposal was accepted: the municipality's days run from today. Harmless to repeat."""
    _let(agent, lambda dossier: _told(dossier, act(SYSTEM, clock)), clock=clock)


def told_by_hand(agent: str, number: int, *, by: Person, clock: Clock = system_clock) -> None:
    """Somebody told the municipality of a case's proposal: its days run from today. Harmless to repeat.

    Raises:
        ChangedSince: another case is open by now, of which nobody told it.
    """

    def decide(dossier: Dossier) -> Step | None:
        if dossier.open_case is not None and dossier.open_case.number != number:
            raise refusals.ChangedSince
        return _told(dossier, act(by.address, clock))

    _let(agent, decide, clock=clock)


def remark(agent: str, what: Event, text: str, *, seen: int, by: Person, clock: Clock = system_clock) -> Dossier:
    """Enter what a leader says of the proposal: COMMENTED, CONTESTED or AGREED.

    `seen` is the version of the dossier that the leader speaks of: another case may have been opened since.

    Raises:
        NoOpenCase: there is none of the leader's municipality.
        ChangedSince: the dossier has changed since.
        WrongState, ReasonMissing: the rules say no.
    """
    dossier = _of_municipality(agent, by)
    _check_seen(dossier, seen)
    return _take(dossier, steps.remarked(dossier, what=what, text=text, act=act(by.address, clock)), clock=clock)


def decide(
    agent: str,
    what: Event,
    reason: str,
    *,
    seen: int,
    by: Person,
    now_in: Collection[str],
    clock: Clock = system_clock,
) -> Dossier:
    """Enter a person's decision: PAUSED, DECLINED, UPHELD or LIFTED; the municipality is told.

    `seen` is the version of the dossier that the person decides on, `now_in` the municipalities where the agent last
    had a row.

    Raises:
        ChangedSince: the dossier has changed since.
        NoOpenCase, WrongState, OwnMunicipality, ReasonMissing, WindowOpen, AlreadyTrained: the rules say no.
    """
    dossier, own = _as_seen(agent, seen), _municipalities_of(by.address)
    others, when = store.under_other_names(dossier), act(by.address, clock)
    step = steps.decided(dossier, what=what, reason=reason, own=own, now_in=now_in, act=when, others=others)
    take_together([(dossier, step)], unchanged=others, clock=clock)
    return step.dossier


def confirm(agent: str, number: int, *, by: Person, clock: Clock = system_clock) -> Dossier:
    """Enter that the case's instruction was carried out.

    Raises:
        NothingToConfirm: none waits, or it is another municipality's.
    """
    dossier = store.get(agent)
    case = dossier.case(number)
    if case is None or not _may_reach(by, case.ground.municipality_code):
        raise refusals.NothingToConfirm
    return _take(dossier, steps.confirmed(dossier, number=number, act=act(by.address, clock)), clock=clock)


def register_proof(
    agent: str,
    *,
    proof_id: str,
    kind: ProofKind,
    taken_on: date,
    source: str,
    by: Person,
    clock: Clock = system_clock,
) -> Dossier:
    """Enter a leader's proof of training; the same `proof_id` again is the same proof.

    Raises:
        SourceMissing, ProofAhead: the rules say no.
    """
    assert by.municipality_code is not None
    dossier = store.get(agent)
    step = training.registered(
        dossier,
        proof_id=proof_id,
        municipality_code=by.municipality_code,
        kind=kind,
        taken_on=taken_on,
        source=source,
        act=act(by.address, clock),
    )
    return dossier if step is None else _take(dossier, step, clock=clock)


def attach_document(
    agent: str, proof_id: str, sent: Document | RefusedDocument, *, by: str, clock: Clock = system_clock
) -> None:
    """Enter that a file arrived for a proof, or was refused; what the rules don't take changes nothing."""
    _let(
        agent,
        lambda dossier: training.document_sent(dossier, proof_id=proof_id, sent=sent, act=act(by, clock)),
        clock=clock,
    )


def verify_proof(
    agent: str, proof_id: str, *, seen: int, by: Person, now_in: Collection[str], clock: Clock = system_clock
) -> Dossier:
    """Enter that the secretariat has seen a proof; whoever is paused, by any name, and has both is reinstated and told.

    `seen` is the version of the dossier that the person looked at: its document may have been replaced since. `now_in`
    is as for deciding.

    Raises:
        ChangedSince: the dossier has changed since.
        ProofUnknown, ProofSettled: there is nothing to verify.
        OwnMunicipality: the person is from the agent's municipality.
    """
    dossier, own = _as_seen(agent, seen), _municipalities_of(by.address)
    others, when = store.under_other_names(dossier), act(by.address, clock)
    step = training.verified(dossier, proof_id=proof_id, own=own, now_in=now_in, act=when)
    return _take_with_who_comes_back(dossier, step, others, when=when, clock=clock)


def refuse_proof(
    agent: str,
    proof_id: str,
    reason: str,
    *,
    seen: int,
    by: Person,
    now_in: Collection[str],
    clock: Clock = system_clock,
) -> Dossier:
    """Enter that a proof isn't taken, and why; the municipality is told. `seen` and `now_in` are as for verifying.

    Raises:
        ChangedSince, ProofUnknown, ProofSettled, OwnMunicipality, ReasonMissing: the rules say no.
    """
    dossier, own = _as_seen(agent, seen), _municipalities_of(by.address)
    step = training.refused(
        dossier, proof_id=proof_id, reason=reason, own=own, now_in=now_in, act=act(by.address, clock)
    )
    return _take(dossier, step, clock=clock)


def stop(agent: str, *, now_in: Collection[str], by: Person, clock: Clock = system_clock) -> Dossier:
    """Enter that an agent has stopped, whose latest row is in these municipalities; an open case is closed.

    Raises:
        NotTheirAgent: none of them is the leader's.
        Stopped: that is known.
    """
    if by.municipality_code not in now_in:
        raise refusals.NotTheirAgent
    assert by.municipality_code is not None
    dossier = store.get(agent)
    step = stopping.stopped(dossier, municipality_code=by.municipality_code, act=act(by.address, clock))
    return _take(dossier, step, clock=clock)


def undo_stop(agent: str, reason: str, *, by: Person, clock: Clock = system_clock) -> None:
    """Undo that an agent has stopped, for a reason; a case that it closed is as it was, and both proofs end its pause.

    Raises:
        NotStopped, ReasonMissing: the rules say no.
    """
    dossier, when = store.get(agent), act(by.address, clock)
    said = [entry.municipality_code for entry in store.history(agent) if entry.what is Event.STOPPED]
    step = stopping.undone(dossier, municipality_code=said[-1] if said else None, reason=reason, act=when)
    others = store.under_other_names(dossier)
    _take_with_who_comes_back(dossier, step, others, when=when, clock=clock)


def _proposed(dossier: Dossier, ground: Ground, by: Act) -> Step | None:
    if dossier.open_case is not None:
        return None
    return steps.proposed(dossier, ground=ground, act=by)


def _told(dossier: Dossier, by: Act) -> Step | None:
    days = rulebook.load().in_force(RuleName.RESPONSE_WINDOW_DAYS, by.on).value
    return steps.window_opened(dossier, days=days, act=by)


def _let(agent: str, decide: Decide, *, clock: Clock) -> None:
    """Take the step that a dossier as it stands calls for, if any; again when somebody wrote it meanwhile."""
    for _ in range(_TRIES):
        dossier = store.get(agent)
        step = decide(dossier)
        if step is None:
            return
        try:
            _take(dossier, step, clock=clock)
        except Conflict:
            continue
        return
    raise TryLater("Sagen bliver ændret af andre lige nu. Den tages igen om lidt.")


def _take(before: Dossier, step: Step, *, clock: Clock) -> Dossier:
    """Store a step with the mails that it causes."""
    take_together([(before, step)], clock=clock)
    return step.dossier


def take_together(changes: Sequence[tuple[Dossier, Step]], *, unchanged: Iterable[Dossier] = (), clock: Clock) -> None:
    """Store steps of several dossiers with the mails that they cause, where the `unchanged` ones are as they were."""
    book, today = rulebook.load(), clock.today()
    mails: list[Mail] = [mail for _, step in changes for mail in letters.told_of(step, book=book, today=today)]

    def record(writes: TransactWrite) -> None:
        for mail in mails:
            outbox.record(writes, mail, clock=clock)

    store.commit_together(changes, unchanged=unchanged, also=record)
    outbox.nudge(mail.mail_id for mail in mails)


def _take_with_who_comes_back(
    dossier: Dossier, step: Step, others: Sequence[Dossier], *, when: Act, clock: Clock
) -> Dossier:
    """Store a step, and that the agent comes back from a pause by it, under whichever id that is."""
    taken = steps.back_if_trained([step], others, act=when)
    changes = [(each, after) for each in (dossier, *others) for after in taken if after.dossier.agent == each.agent]
    changed = {before.agent for before, _ in changes}
    take_together(changes, unchanged=[each for each in others if each.agent not in changed], clock=clock)
    return changes[0][1].dossier


def _as_seen(agent: str, version: int) -> Dossier:
    """Return the dossier when it is still what somebody saw."""
    dossier = store.get(agent)
    _check_seen(dossier, version)
    return dossier


def _check_seen(dossier: Dossier, version: int) -> None:
    if dossier.version != version:
        raise refusals.ChangedSince


def _of_municipality(agent: str, by: Person) -> Dossier:
    dossier = store.get(agent)
    case = dossier.open_case
    if case is None or not _may_reach(by, case.ground.municipality_code):
        raise refusals.NoOpenCase
    return dossier


def _may_reach(by: Person, municipality_code: str) -> bool:
    return by.role is Role.SECRETARIAT or by.municipality_code == municipality_code


def _municipalities_of(address: str) -> Collection[str]:
    """Return the municipalities that the address signs in for as a leader, whatever it is signed in as now."""
    return {person.municipality_code for person in grants.of(address) if person.municipality_code}
