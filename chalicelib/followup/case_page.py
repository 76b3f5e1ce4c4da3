"""The page of an agent's case: everything that a decision needs, and what the rules say against a step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.access import look_log
from chalicelib.access.people import Person
from chalicelib.access.visit import Visit
from chalicelib.cases import naming, refusals, store
from chalicelib.common import municipalities
from chalicelib.common.errors import AppError, Conflict, NotFound
from chalicelib.common.written import FormRefused
from chalicelib.followup import case_forms, case_ground, case_pages, done, renaming
from chalicelib.runtime.web import Answer


class CaseUnknown(NotFound):
    """Raised when nobody ever did or proposed anything about the agent."""

    code = "case_unknown"

    def __init__(self) -> None:
        super().__init__("Der er ingen sag om agenten.")


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
        CaseUnknown: there is nothing to show.
    """
    agent, today = visit.parameters["agent"], visit.clock.today()
    dossier = store.get(agent)
    entries = store.history(agent)
    names = _names(agent)
    code = case_pages.municipality_of(dossier, entries)
    if code is None:
        raise CaseUnknown
    look_log.note(
        who=visit.somebody.address,
        purpose="Behandling af en sag om opfølgning",
        municipality_code=code,
        agents=names,
        clock=visit.clock,
    )
    current = dossier.cases[-1] if dossier.cases else None
    return visit.page(
        "followup/case.html",
        status=status if errors else 200,
        agent=agent,
        version=dossier.version,
        address=case_pages.address(agent),
        held_address=case_pages.held_address(agent),
        municipality=municipalities.by_code[code].name,
        names=case_pages.names(dossier),
        stopped_on=dossier.stopped_on.isoformat() if dossier.stopped_on else None,
        case=case_pages.case_facts(current, entries, today=today) if current else None,
        ground=case_ground.facts(current.ground, names=names, today=today) if current else None,
        proofs=[
            case_pages.proof_row(each, agent=agent) | {"field": refusal_field(each.proof_id)}
            for each in reversed(dossier.proofs)
        ],
        history=case_pages.history(entries, dossier),
        longest_reason=case_forms.LONGEST_REASON,
        typed=visit.form.text if errors else _nothing,
        done=done.text(visit),
        errors=errors or {},
        again=again,
    )


def _names(agent: str) -> tuple[str, ...]:
    return naming.all_names(agent, store.of_agents_by_all_names([agent]))


def after(visit: Visit, act: Callable[[str, Person], object], *, form: str, reason_field: str = "") -> Answer:
    """Take the step of a form and show the agent again; what the rules say against it stands by its field."""
    agent = visit.parameters["agent"]
    try:
        act(agent, visit.somebody)
    except NotFound:
        raise
    except FormRefused as refused:
        return shown(visit, errors=refused.message_by_field)
    except renaming.NotLookedAtYet as refused:
        fields = {reason_field: visit.form.text(reason_field)}
        again = {"address": f"{case_pages.address(agent)}/{form}", "fields": fields}
        return shown(visit, errors={"": refused.message}, again=again, status=503)
    except AppError as refused:
        field = reason_field if isinstance(refused, refusals.ReasonMissing) else ""
        return shown(visit, errors={field: refused.message}, status=409 if isinstance(refused, Conflict) else 422)
    return done.led_to(case_pages.address(agent), form)


def refusal_field(proof_id: str) -> str:
    """Return the name of the field for why a proof isn't taken: several proofs may wait on one page."""
    return f"afslag_{hashlib.sha256(proof_id.encode()).hexdigest()[:8]}"


def _nothing(_name: str) -> str:
    return ""
