"""The page of one agent for the agent's own municipality: months, case, proofs, history, and what leaders may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from secrets import token_hex
from typing import Any

from chalicelib.access import look_log
from chalicelib.access.people import Person, Role
from chalicelib.access.visit import Visit
from chalicelib.cases import refusals, store
from chalicelib.cases.dossier import Case, Dossier, Entry, Event, Renaming, State
from chalicelib.cases.proofs import Proof
from chalicelib.common import municipalities
from chalicelib.common.danish import long_date
from chalicelib.common.errors import AppError, Conflict, NotFound
from chalicelib.common.written import FormRefused
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import MunicipalityMonth
from chalicelib.followup import (
    agent_months,
    case_pages,
    case_wording,
    done,
    leader_forms,
    month_chart,
    proof_documents,
    renaming,
)
from chalicelib.followup.agents_page import address, waiting_texts
from chalicelib.followup.own import is_about_own, is_ongoing, own_entries, own_part
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleName
from chalicelib.runtime.web import Answer, BadRequest, with_forms_to

_PURPOSE = "Opfølgning: agentens måneder og sag"
#: More months than the longest period for which agents' months are kept.
_EVERY_MONTH = 200
_TYPED = ("svar", "tekst", "slags", "dato", "kilde", "navn")
_FIELD_BY_REFUSAL: Mapping[type[AppError], str] = {
    refusals.ReasonMissing: "tekst",
    refusals.ProofAhead: "dato",
    refusals.ProofTooEarly: "dato",
    refusals.ProofTwice: "dato",
    refusals.SourceMissing: "kilde",
    refusals.SameName: "navn",
    refusals.RenamedAlready: "navn",
    refusals.NameTaken: "navn",
    refusals.NameStopped: "navn",
    refusals.NameElsewhere: "navn",
    refusals.NamesOverlap: "navn",
}


class AgentUnknown(NotFound):
    """Raised when an agent isn't in the municipality's months."""

    code = "agent_unknown"

    def __init__(self) -> None:
        super().__init__("Agenten er ikke i kommunens måneder.")


def shown(
    visit: Visit,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
    again: Mapping[str, Any] | None = None,
) -> Answer:
    """Note the look, and return the page, with what was typed beside its errors when there are any.

    `again`: the address and the fields of the form just sent, to send once more.

    Raises:
        AgentUnknown: the agent isn't in the municipality's months.
    """
    code, agent = visit.parameters["municipality_code"], visit.parameters["agent"]
    dossier = store.get(agent)
    own = own_part(dossier, code)
    months = _months(code, agent, own)
    look_log.note(
        who=visit.somebody.address, purpose=_PURPOSE, municipality_code=code, agents=(agent,), clock=visit.clock
    )
    entries = [_told(entry, own, code) for entry in own_entries(store.history(agent), own, code)]
    proofs = [_proof(each, own, visit) for each in reversed(own.proofs)]
    answer = visit.page(
        "followup/agent.html",
        status=status if errors else 200,
        agent=agent,
        version=dossier.version,
        list_address=f"/opfoelgning/{code}",
        page=address(code, agent),
        name=municipalities.by_code[code].name,
        stopped=long_date(own.stopped_on) if own.stopped_on else "",
        chart=month_chart.drawn(agent_months.points(months, [agent])) if months else None,
        months=agent_months.rows(months, agent),
        help=_help(months, agent, visit, is_stopped=own.stopped_on is not None),
        waiting=waiting_texts(own, today=visit.clock.today()),
        cases=[_case(each, entries, visit) for each in reversed(own.cases)],
        proofs=proofs,
        history=case_pages.history(entries, own),
        can=_can(visit, dossier, own),
        names={"now": _name(own.renamed_to, months), "formerly": _name(own.formerly, months)},
        answers=_answers(own),
        proof_kinds=leader_forms.PROOF_KINDS,
        longest_text=leader_forms.LONGEST_TEXT,
        proof_id=token_hex(16),
        typed={field: visit.form.text(field) if errors else "" for field in _TYPED},
        done=done.text(visit),
        errors=errors or proof_documents.just_refused(proofs),
        again=again,
    )
    bucket = next((each["document_form"].address for each in proofs if each["document_form"]), None)
    return with_forms_to(answer, bucket) if bucket else answer


def after(visit: Visit, act: Callable[[str, Person], object], *, form: str) -> Answer:
    """Take the step of a form and show the agent again; what the rules say against it stands by its field.

    Raises:
        AgentUnknown: the agent isn't in the municipality's months.
    """
    code, agent = visit.parameters["municipality_code"], visit.parameters["agent"]
    _months(code, agent, own_part(store.get(agent), code))
    try:
        act(agent, visit.somebody)
    except (NotFound, BadRequest):
        raise
    except FormRefused as refused:
        return shown(visit, errors=refused.message_by_field)
    except renaming.NotLookedAtYet as refused:
        again = {
            "address": f"{address(code, agent)}/{form}",
            "fields": {field: visit.form.text(field) for field in leader_forms.OF_NEW_NAME},
        }
        return shown(visit, errors={"": refused.message}, again=again, status=503)
    except AppError as refused:
        field = _FIELD_BY_REFUSAL.get(type(refused), "")
        return shown(visit, errors={field: refused.message}, status=409 if isinstance(refused, Conflict) else 422)
    return done.led_to(address(code, agent), form)


def _months(code: str, agent: str, own: Dossier) -> tuple[MunicipalityMonth, ...]:
    """Return the municipality's latest months; the last ones with the agent when those are older and something is open.

    None when what is open outlived the months.
    """
    months = reading.months_of(code)
    if any(agent in month.line_by_agent() for month in months):
        return months
    if not is_ongoing(own):
        raise AgentUnknown
    every = reading.months_of(code, most=_EVERY_MONTH)
    last = max((month.month for month in every if agent in month.line_by_agent()), default=None)
    return tuple(month for month in every if last is not None and month.month <= last)[-len(months) :]


def _help(months: Sequence[MunicipalityMonth], agent: str, visit: Visit, *, is_stopped: bool) -> dict[str, Any] | None:
    """Return what can be done for the agent now; None when the latest month calls for nothing."""
    lines = [line for month in months if (line := month.line_by_agent().get(agent)) is not None]
    return reading.help_for(lines[-1], today=visit.clock.today()) if lines and not is_stopped else None


def _case(case: Case, entries: Sequence[Entry], visit: Visit) -> dict[str, Any]:
    today, days = visit.clock.today(), None
    if visit.somebody.role is Role.LEADER:
        days = rulebook.load().in_force(RuleName.RESPONSE_WINDOW_DAYS, today).value
    return {
        **case_pages.case_facts(case, entries, today=today),
        "waits_for": case_wording.waits_for(case, today=today, own_days=days),
        "is_open": case.is_open,
        "must_confirm": any(each.is_open for each in case.instructions),
    }


def _proof(proof: Proof, own: Dossier, visit: Visit) -> dict[str, Any]:
    page = address(visit.parameters["municipality_code"], own.agent)
    document = proof_documents.facts(proof, visit, dossier=own, page=page)
    row = case_pages.proof_facts(proof) | document
    return {**row, "badge": ("Venter på sekretariatet", "info")} if proof.is_waiting else row


def _told(entry: Entry, own: Dossier, code: str) -> Entry:
    """Return the entry; that an agent stopped may have been said and undone elsewhere: by whom and why is theirs."""
    if is_about_own(entry, own, code):
        return entry
    by = "En leder" if entry.what is Event.STOPPED else "Sekretariatet"
    return replace(entry, act=replace(entry.act, by=by), reason=None)


def _can(visit: Visit, dossier: Dossier, own: Dossier) -> dict[str, bool]:
    """Return which forms are shown: a leader's own, for as long as they would be taken."""
    is_leader = visit.somebody.role is Role.LEADER
    may_stop = is_leader and dossier.stopped_on is None and _is_theirs_now(visit)
    return {
        "answer": is_leader and own.open_case is not None,
        "register": is_leader,
        "confirm": is_leader,
        "rename": may_stop and dossier.renamed_to is None,
        "stop": may_stop,
    }


def _is_theirs_now(visit: Visit) -> bool:
    """Whether the agent last had a row here: then this municipality says what becomes of the agent."""
    now_in = reading.last_rows(visit.parameters["agent"]).municipality_codes
    return visit.parameters["municipality_code"] in now_in


def _name(renaming: Renaming | None, months: Sequence[MunicipalityMonth]) -> dict[str, str] | None:
    """Return what is said of another id; its address where it has a page, which it has when it has months."""
    if renaming is None:
        return None
    has_page = any(renaming.other in month.line_by_agent() for month in months)
    return {
        "agent": renaming.other,
        "address": address(renaming.municipality_code, renaming.other) if has_page else "",
        "said": f"{long_date(renaming.said_on)} af {renaming.said_by}",
    }


def _answers(own: Dossier) -> tuple[tuple[str, str, str], ...]:
    """Return what may be said of a proposal; none when it is decided: then there are comments alone."""
    case = own.open_case
    return leader_forms.ANSWERS if case and case.state is State.PROPOSED else ()
