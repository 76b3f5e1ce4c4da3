"""The life of a case: who may take it from one state to the next, and what stands in the way.

Facts in; the dossier as it is afterwards with the entries of its history, or a named refusal. A pause is decided by a
person, never by time or by figures (GDPR art. 22). docs/follow-up.md draws it. Pure: no clock, no AWS, no environment.

Source: the steering group, 19.06.2024; the 14 days of the municipality are an assumption kept as a dated rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta

from chalicelib.cases import refusals
from chalicelib.cases.dossier import (
    TRANSITIONS,
    Case,
    Dossier,
    Entry,
    Event,
    Ground,
    Instruction,
    Ordered,
    Remark,
    Renaming,
    State,
    Step,
)
from chalicelib.cases.proofs import ProofKind
from chalicelib.common.acts import Act

_STATE_BY_DECISION = {
    Event.PAUSED: State.PAUSED,
    Event.DECLINED: State.DECLINED,
    Event.UPHELD: State.PAUSED,
    Event.LIFTED: State.LIFTED,
}
#: From which state each decision is taken.
_DECIDED_FROM = {
    Event.PAUSED: State.PROPOSED,
    Event.DECLINED: State.PROPOSED,
    Event.UPHELD: State.REOPENED,
    Event.LIFTED: State.REOPENED,
}


def proposed(dossier: Dossier, *, ground: Ground, act: Act) -> Step | None:
    """The procedure proposes a pause; None when this proposal is known.

    About who had stopped by the ground's last month nothing opens: the case is closed at once, and the counter starts
    anew. Later figures say that the agent is back.

    Raises:
        ProposalStands: another case is open.
    """
    if any(_is_about(case, ground) for case in dossier.cases):
        return None
    if dossier.open_case is not None:
        raise refusals.ProposalStands
    case = Case(number=_next_number(dossier), ground=ground, state=State.PROPOSED, opened_on=act.on)
    if dossier.stopped_on is None:
        return happened(Event.PROPOSED, dossier.with_case(case), act, case=case)
    if ground.month.first_day > dossier.stopped_on:
        back = happened(Event.CAME_BACK, replace(dossier, stopped_on=None), act)
        return _and(back, happened(Event.PROPOSED, back.dossier.with_case(case), act, case=case))
    told = happened(Event.PROPOSED, dossier.with_case(case), act, case=case)
    closed = moved(case, State.CLOSED, act)
    return _and(told, happened(Event.CLOSED, told.dossier.with_case(closed), act, case=closed))


def window_opened(dossier: Dossier, *, days: int, act: Act) -> Step | None:
    """The municipality's mail was accepted on the act's day: it has so many days to answer. None when it runs."""
    case = dossier.open_case
    if case is None or case.state is not State.PROPOSED or case.window_ends_on is not None:
        return None
    opened = replace(case, window_ends_on=act.on + timedelta(days=days))
    return happened(Event.WINDOW_OPENED, dossier.with_case(opened), act, case=opened)


def remarked(dossier: Dossier, *, what: Event, text: str, act: Act) -> Step:
    """The municipality comments, contests or agrees.

    Raises:
        NoOpenCase: there is nothing to speak about.
        WrongState: it would contest or agree to what is decided.
        ReasonMissing: a comment says nothing, or a contest has no reason.
    """
    case = _open_case(dossier)
    if what is not Event.COMMENTED:
        _check_state(case, State.PROPOSED)
    if what is not Event.AGREED and not text.strip():
        raise refusals.ReasonMissing
    spoken = replace(case, remarks=(*case.remarks, Remark(what=what, text=text.strip(), by=act.by, on=act.on)))
    return happened(what, dossier.with_case(spoken), act, case=spoken, reason=text.strip() or None)


def decided(
    dossier: Dossier,
    *,
    what: Event,
    reason: str,
    own: Collection[str],
    now_in: Collection[str],
    act: Act,
    others: Collection[Dossier] = (),
) -> Step:
    """A person decides: a pause or none; or, when the ground has fallen away, whether the pause stands.

    `what` is PAUSED, DECLINED, UPHELD or LIFTED; `own` are the municipalities that the person is a leader of, `now_in`
    those where the agent last had a row, who may have moved since; `others` the dossiers of the agent's other ids,
    whose proofs count too.

    Raises:
        NoOpenCase, WrongState: there is no such decision to take.
        OwnMunicipality: the person is from the agent's municipality.
        ReasonMissing: nobody may be followed up without being told why.
        WindowOpen: the municipality may still answer, and hasn't agreed.
        AlreadyTrained: both proofs are verified, so there is nothing to pause for.
    """
    case = _open_case(dossier)
    _check_state(case, _DECIDED_FROM[what])
    if {case.ground.municipality_code, *now_in} & set(own):
        raise refusals.OwnMunicipality
    if not reason.strip():
        raise refusals.ReasonMissing
    if case.state is State.PROPOSED and not may_be_decided(case, act.on):
        raise refusals.WindowOpen(case.window_ends_on)
    if _STATE_BY_DECISION[what] is State.PAUSED and is_trained((dossier, *others), case, by=act.on):
        raise refusals.AlreadyTrained
    after = moved(case, _STATE_BY_DECISION[what], act)
    if what is Event.UPHELD:
        after = replace(after, upheld_on=act.on)
    return happened(what, dossier.with_case(after), act, case=after, reason=reason.strip())


def ground_removed(dossier: Dossier, *, number: int, act: Act) -> Step | None:
    """A correction took the ground away; None when nothing rests on it any more.

    A pause that a person upheld rests on that person's reason: the figures, looked at again, don't undo it.
    """
    case = dossier.case(number)
    if case is None or case.state not in (State.PROPOSED, State.PAUSED) or case.upheld_on is not None:
        return None
    state = State.WITHDRAWN if case.state is State.PROPOSED else State.REOPENED
    what = Event.WITHDRAWN if state is State.WITHDRAWN else Event.REOPENED
    after = moved(case, state, act)
    return happened(what, dossier.with_case(after), act, case=after)


def confirmed(dossier: Dossier, *, number: int, act: Act) -> Step:
    """Somebody carried the case's instruction out.

    Raises:
        NothingToConfirm: none waits.
    """
    case = dossier.case(number)
    waiting = next((each for each in case.instructions if each.is_open), None) if case else None
    if case is None or waiting is None:
        raise refusals.NothingToConfirm
    done = replace(waiting, confirmed_on=act.on, confirmed_by=act.by)
    after = replace(case, instructions=tuple(done if each is waiting else each for each in case.instructions))
    return happened(Event.INSTRUCTION_CONFIRMED, dossier.with_case(after), act, case=after)


def back_if_trained(steps: Iterable[Step], dossiers: Iterable[Dossier], *, act: Act) -> tuple[Step, ...]:
    """Return the steps, and with them that an agent who is paused comes back when both proofs stand, by any name.

    `dossiers` are those of all the agent's ids as they were read; where the steps have one, it is as they leave it.
    """
    step_by_agent = {step.dossier.agent: step for step in steps}
    after = {dossier.agent: dossier for dossier in dossiers}
    after |= {agent: step.dossier for agent, step in step_by_agent.items()}
    for agent, dossier in after.items():
        case = dossier.open_case
        if case is not None and case.state is State.PAUSED and is_trained(after.values(), case, by=act.on):
            reinstated = moved(case, State.REINSTATED, act)
            back = happened(Event.REINSTATED, dossier.with_case(reinstated), act, case=reinstated)
            taken = step_by_agent[agent].entries if agent in step_by_agent else ()
            step_by_agent[agent] = replace(back, entries=(*taken, *back.entries))
    return tuple(step_by_agent.values())


def may_be_decided(case: Case, today: date) -> bool:
    """Whether the municipality has had its say: it agreed, or its days are over."""
    return case.is_agreed or (case.window_ends_on is not None and today > case.window_ends_on)


def is_trained(dossiers: Iterable[Dossier], case: Case, *, by: date) -> bool:
    """Whether both kinds of proof, taken in the month of step 1 or later, were verified on `by` or earlier.

    `dossiers` are those of all the agent's ids: proofs under any of them count.
    """
    kinds = {
        proof.kind
        for dossier in dossiers
        for proof in dossier.proofs
        if proof.taken_on >= case.ground.step_1.first_day and proof.verified_on is not None and proof.verified_on <= by
    }
    return kinds == set(ProofKind)


def happened(
    what: Event,
    after: Dossier,
    act: Act,
    *,
    case: Case | None = None,
    proof_id: str | None = None,
    renaming: Renaming | None = None,
    reason: str | None = None,
    municipality_code: str | None = None,
) -> Step:
    """Return the step to `after`, which is one version further."""
    number = after.version + 1
    about = case.number if case else None
    entry = Entry(
        number=number,
        what=what,
        act=act,
        case=about,
        proof_id=proof_id,
        renaming=renaming,
        reason=reason,
        municipality_code=municipality_code,
    )
    return Step(dossier=replace(after, version=number), entries=(entry,))


def _and(first: Step, then: Step) -> Step:
    """Return both as one step."""
    return replace(then, entries=(*first.entries, *then.entries))


def _next_number(dossier: Dossier) -> int:
    """Return a number that no case of the dossier has; earlier ones may be erased."""
    return max((case.number for case in dossier.cases), default=0) + 1


def moved(case: Case, state: State, act: Act) -> Case:
    """Return the case in another state, with the instruction that follows from the move."""
    assert state in TRANSITIONS[case.state], (case.state, state)
    after = replace(case, state=state)
    if state not in (State.PAUSED, State.REOPENED):
        after = replace(after, settled_on=act.on)
    if state is State.PAUSED and case.state is State.PROPOSED:
        return replace(after, paused_on=act.on, instructions=(Ordered(instruction=Instruction.TAKE_OFF, on=act.on),))
    if state in (State.REINSTATED, State.LIFTED):
        return _ordered_back(after, act)
    if state is State.CLOSED:
        return replace(after, instructions=_voided(after), closed_from=case.state)
    return after


def _ordered_back(case: Case, act: Act) -> Case:
    """Order the agent back; a take-off that nobody confirmed may have been carried out all the same."""
    back = Ordered(instruction=Instruction.PUT_BACK, on=act.on)
    return replace(case, instructions=(*_voided(case), back))


def _voided(case: Case) -> tuple[Ordered, ...]:
    return tuple(replace(each, void=True) if each.is_open else each for each in case.instructions)


def _open_case(dossier: Dossier) -> Case:
    case = dossier.open_case
    if case is None:
        raise refusals.NoOpenCase
    return case


def _check_state(case: Case, state: State) -> None:
    if case.state is not state:
        raise refusals.WrongState(case.state)


def _is_about(case: Case, ground: Ground) -> bool:
    """Whether the case is of the same proposal: a withdrawn one may be proposed anew."""
    same = (case.ground.municipality_code, case.ground.month) == (ground.municipality_code, ground.month)
    return same and not case.is_withdrawn
