"""What the pages of cases show: the facts that templates are filled with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from chalicelib.cases.dossier import SYSTEM, Case, Dossier, Entry, Event, Renaming, State
from chalicelib.cases.proofs import Proof
from chalicelib.cases.steps import may_be_decided
from chalicelib.cases.work import Kind, Work
from chalicelib.common import municipalities
from chalicelib.common.danish import clock_time, long_date
from chalicelib.followup.case_wording import BADGE_BY_STATE, EVENT_NAMES, INSTRUCTION_NAMES, PROOF_NAMES, waits_for

#: The decisions of each state, as the form offers them: its value, what it says, and what follows.
DECISIONS: Mapping[State, tuple[tuple[Event, str, str], ...]] = {
    State.PROPOSED: (
        (Event.PAUSED, "Pause", "Agenten tages af telefonen, til både e-læring og undervisning er dokumenteret."),
        (Event.DECLINED, "Ingen pause", "Agenten tager telefonen som hidtil, og tællingen begynder forfra."),
    ),
    State.REOPENED: (
        (Event.UPHELD, "Fasthold pausen", "Agenten er fortsat på pause, selv om tallene er rettet."),
        (Event.LIFTED, "Ophæv pausen", "Agenten sættes på telefonen igen, og tællingen begynder forfra."),
    ),
}


def address(agent: str) -> str:
    """Return the path of an agent's page: ids are free text."""
    return f"/sager/{quote(agent, safe='')}"


def held_address(agent: str) -> str:
    """Return the path of the page with everything that is held about an agent."""
    return f"/indsigt/{quote(agent, safe='')}"


def is_decidable(case: Case, today: date) -> bool:
    """Whether somebody may decide the case today."""
    return case.state is State.REOPENED or (case.state is State.PROPOSED and may_be_decided(case, today))


def work_row(work: Work, dossier: Dossier, *, today: date) -> dict[str, Any]:
    """Return a line of a worklist."""
    case = dossier.case(int(work.about)) if work.kind is not Kind.VERIFY else None
    proof = dossier.proof(work.about) if work.kind is Kind.VERIFY else None
    what = PROOF_NAMES[proof.kind] if proof else ""
    if case is not None and work.kind is Kind.DECIDE:
        what = waits_for(case, today=today)
    elif case is not None:
        what = ", ".join(INSTRUCTION_NAMES[each.instruction] for each in case.instructions if each.is_open)
    return {
        "municipality": municipalities.by_code[work.municipality_code].name,
        "agent": work.agent,
        "address": address(work.agent),
        "since": long_date(work.since),
        "what": what,
        "is_contested": case is not None and case.is_contested,
        "is_decidable": case is not None and is_decidable(case, today),
    }


def case_facts(case: Case, entries: Iterable[Entry], *, today: date) -> dict[str, Any]:
    """Return what the page shows of one case, and what can be done in it; `entries` say who decided it, and why."""
    return {
        "number": case.number,
        "badge": BADGE_BY_STATE[case.state],
        "waits_for": waits_for(case, today=today),
        "facts": [*_dates(case), *_decision(case, entries)],
        "remarks": [
            {"what": EVENT_NAMES[each.what], "text": each.text, "by": each.by, "on": long_date(each.on)}
            for each in case.remarks
        ],
        "instructions": [
            {
                "what": INSTRUCTION_NAMES[each.instruction],
                "on": long_date(each.on),
                "done": _done(each.confirmed_on, each.confirmed_by) if each.confirmed_on else "",
                "is_open": each.is_open,
            }
            for each in case.instructions
        ],
        "decisions": [(what.value, name, hint) for what, name, hint in DECISIONS[case.state]]
        if is_decidable(case, today)
        else [],
        "may_be_told": case.state is State.PROPOSED and case.window_ends_on is None,
    }


def proof_row(proof: Proof, *, agent: str) -> dict[str, Any]:
    """Return a proof as the secretariat sees it; one that waits has the address that answers it."""
    own = f"{address(agent)}/bevis/{quote(proof.proof_id, safe='')}"
    return {
        **proof_facts(proof),
        "address": own if proof.is_waiting else "",
        "document_address": f"{own}/dokument" if proof.document else "",
    }


def proof_facts(proof: Proof) -> dict[str, Any]:
    """Return what everybody who sees a proof sees of it."""
    if proof.verified_on is not None:
        badge: tuple[str, str | None] = (f"Godkendt den {long_date(proof.verified_on)}", "success")
    elif proof.refused_on is not None:
        badge = (f"Afvist den {long_date(proof.refused_on)}", "warning")
    else:
        badge = ("Venter på jer", "info")
    return {
        "proof_id": proof.proof_id,
        "kind": PROOF_NAMES[proof.kind],
        "taken_on": long_date(proof.taken_on),
        "source": proof.source,
        "registered": f"{long_date(proof.registered_on)} af {proof.registered_by}",
        "badge": badge,
        "refusal": proof.refusal or "",
    }


def history(entries: Iterable[Entry], dossier: Dossier) -> list[dict[str, Any]]:
    """Return what happened to a dossier, the newest first."""
    return [
        {
            "at": clock_time(entry.act.at),
            "what": EVENT_NAMES[entry.what] + _about(entry, dossier),
            "by": "Systemet" if entry.act.by == SYSTEM else entry.act.by,
            "reason": entry.reason or "",
        }
        for entry in reversed(tuple(entries))
    ]


def names(dossier: Dossier) -> dict[str, dict[str, str] | None]:
    """Return what is said of the agent's other ids, each with the address of its page and who said it."""
    return {"now": _name(dossier.renamed_to), "formerly": _name(dossier.formerly)}


def municipality_of(dossier: Dossier, entries: Iterable[Entry]) -> str | None:
    """Return the code of the municipality that the dossier is about now: of its latest case, else its latest proof.

    Else of whoever said another name of the agent or that it stopped, undone or not; None when its history has nothing
    of that.
    """
    codes: Sequence[str] = [
        *(each.municipality_code for each in entries if each.municipality_code is not None),
        *(each.renaming.municipality_code for each in entries if each.renaming is not None),
        *(proof.municipality_code for proof in dossier.proofs),
        *(case.ground.municipality_code for case in dossier.cases),
    ]
    return codes[-1] if codes else None


def _about(entry: Entry, dossier: Dossier) -> str:
    proof = dossier.proof(entry.proof_id) if entry.proof_id is not None else None
    if proof is not None:
        return f": {PROOF_NAMES[proof.kind]}, {long_date(proof.taken_on)}"
    return f": {entry.renaming.other}" if entry.renaming else ""


def _decision(case: Case, entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """Return who decided last, and why; nothing when nobody did."""
    decisions = {what for offered in DECISIONS.values() for what, _, _ in offered}
    taken = [entry for entry in entries if entry.case == case.number and entry.what in decisions]
    if not taken:
        return []
    last = taken[-1]
    who = f"{EVENT_NAMES[last.what]} den {long_date(last.act.on)} af {last.act.by}"
    return [("Afgørelse", who), ("Begrundelse", last.reason or "")]


def _name(renaming: Renaming | None) -> dict[str, str] | None:
    if renaming is None:
        return None
    said = f"{long_date(renaming.said_on)} af {renaming.said_by}"
    return {"agent": renaming.other, "address": address(renaming.other), "said": said}


def _dates(case: Case) -> list[tuple[str, str]]:
    found = [
        ("Foreslået", case.opened_on),
        ("Frist for kommunens svar", case.window_ends_on),
        ("På pause fra", case.paused_on),
        ("Afsluttet", case.settled_on),
    ]
    return [(name, long_date(day)) for name, day in found if day is not None]


def _done(on: date, by: str | None) -> str:
    return f"{long_date(on)} af {by}"
