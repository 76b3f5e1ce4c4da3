"""Dossiers and their history as JSON values, as they are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from chalicelib.cases.aliases import alias_before_aliases
from chalicelib.cases.dossier import (
    Case,
    Dossier,
    Entry,
    Event,
    Ground,
    GroundMonth,
    Instruction,
    Ordered,
    Remark,
    Renaming,
    State,
)
from chalicelib.cases.proofs import Document, Proof, ProofKind, RefusedDocument
from chalicelib.common.acts import Act
from chalicelib.common.instants import instant_from, instant_text
from chalicelib.common.months import Month


def dossier_to_json(dossier: Dossier) -> dict[str, Any]:
    return {
        "agent": dossier.agent,
        "alias": dossier.alias,
        "version": dossier.version,
        "proofs": [_proof_to_json(each) for each in dossier.proofs],
        "cases": [_case_to_json(each) for each in dossier.cases],
        "stopped_on": _text(dossier.stopped_on),
        "renamed_to": _renaming_to_json(dossier.renamed_to),
        "formerly": _renaming_to_json(dossier.formerly),
    }


def dossier_from_json(stored: Mapping[str, Any]) -> Dossier:
    return Dossier(
        agent=stored["agent"],
        alias=stored.get("alias") or alias_before_aliases(stored["agent"]),
        version=stored["version"],
        proofs=tuple(_proof_from_json(each) for each in stored["proofs"]),
        cases=tuple(_case_from_json(each) for each in stored["cases"]),
        stopped_on=_day(stored["stopped_on"]),
        renamed_to=_renaming_from_json(stored.get("renamed_to")),  # stored before names could change: absent
        formerly=_renaming_from_json(stored.get("formerly")),
    )


def entry_to_json(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "what": entry.what.value,
        "by": entry.act.by,
        "at": instant_text(entry.act.at),
        "on": entry.act.on.isoformat(),
        "case": entry.case,
        "proof_id": entry.proof_id,
        "renaming": _renaming_to_json(entry.renaming),
        "reason": entry.reason,
        "municipality_code": entry.municipality_code,
    }


def entry_from_json(stored: Mapping[str, Any]) -> Entry:
    return Entry(
        number=stored["number"],
        what=Event(stored["what"]),
        act=Act(by=stored["by"], at=instant_from(stored["at"]), on=date.fromisoformat(stored["on"])),
        case=stored["case"],
        proof_id=stored["proof_id"],
        renaming=_renaming_from_json(stored.get("renaming")),
        reason=stored["reason"],
        municipality_code=stored.get("municipality_code"),  # stored before stops could be undone: absent
    )


def _renaming_to_json(renaming: Renaming | None) -> dict[str, str] | None:
    if renaming is None:
        return None
    return {
        "other": renaming.other,
        "municipality_code": renaming.municipality_code,
        "said_by": renaming.said_by,
        "said_on": renaming.said_on.isoformat(),
    }


def _renaming_from_json(stored: Mapping[str, str] | None) -> Renaming | None:
    if stored is None:
        return None
    return Renaming(
        other=stored["other"],
        municipality_code=stored["municipality_code"],
        said_by=stored["said_by"],
        said_on=date.fromisoformat(stored["said_on"]),
    )


def _proof_to_json(proof: Proof) -> dict[str, Any]:
    return {
        "proof_id": proof.proof_id,
        "municipality_code": proof.municipality_code,
        "kind": proof.kind.value,
        "taken_on": proof.taken_on.isoformat(),
        "source": proof.source,
        "document": asdict(proof.document) if proof.document else None,
        "refused_document": asdict(proof.refused_document) if proof.refused_document else None,
        "registered_by": proof.registered_by,
        "registered_on": proof.registered_on.isoformat(),
        "verified_on": _text(proof.verified_on),
        "refused_on": _text(proof.refused_on),
        "refusal": proof.refusal,
    }


def _proof_from_json(stored: Mapping[str, Any]) -> Proof:
    return Proof(
        proof_id=stored["proof_id"],
        municipality_code=stored["municipality_code"],
        kind=ProofKind(stored["kind"]),
        taken_on=date.fromisoformat(stored["taken_on"]),
        source=stored["source"],
        document=Document(**stored["document"]) if stored.get("document") else None,
        refused_document=RefusedDocument(**stored["refused_document"]) if stored.get("refused_document") else None,
        registered_by=stored["registered_by"],
        registered_on=date.fromisoformat(stored["registered_on"]),
        verified_on=_day(stored["verified_on"]),
        refused_on=_day(stored["refused_on"]),
        refusal=stored["refusal"],
    )


def _case_to_json(case: Case) -> dict[str, Any]:
    ground = case.ground
    return {
        "number": case.number,
        "ground": {
            "municipality_code": ground.municipality_code,
            "step_1": str(ground.step_1),
            "months": [[str(each.month), each.answered, each.resolved] for each in ground.months],
            "ledger_revision": ground.ledger_revision,
            "mail_id": ground.mail_id,
        },
        "state": case.state.value,
        "opened_on": case.opened_on.isoformat(),
        "window_ends_on": _text(case.window_ends_on),
        "remarks": [
            {"what": each.what.value, "text": each.text, "by": each.by, "on": each.on.isoformat()}
            for each in case.remarks
        ],
        "instructions": [
            {
                "instruction": each.instruction.value,
                "on": each.on.isoformat(),
                "confirmed_on": _text(each.confirmed_on),
                "confirmed_by": each.confirmed_by,
                "void": each.void,
            }
            for each in case.instructions
        ],
        "paused_on": _text(case.paused_on),
        "upheld_on": _text(case.upheld_on),
        "settled_on": _text(case.settled_on),
        "closed_from": case.closed_from.value if case.closed_from else None,
    }


def _case_from_json(stored: Mapping[str, Any]) -> Case:
    ground = stored["ground"]
    return Case(
        number=stored["number"],
        ground=Ground(
            municipality_code=ground["municipality_code"],
            step_1=Month.parse(ground["step_1"]),
            months=tuple(
                GroundMonth(month=Month.parse(month), answered=answered, resolved=resolved)
                for month, answered, resolved in ground["months"]
            ),
            ledger_revision=ground["ledger_revision"],
            mail_id=ground["mail_id"],
        ),
        state=State(stored["state"]),
        opened_on=date.fromisoformat(stored["opened_on"]),
        window_ends_on=_day(stored["window_ends_on"]),
        remarks=tuple(
            Remark(what=Event(each["what"]), text=each["text"], by=each["by"], on=date.fromisoformat(each["on"]))
            for each in stored["remarks"]
        ),
        instructions=tuple(
            Ordered(
                instruction=Instruction(each["instruction"]),
                on=date.fromisoformat(each["on"]),
                confirmed_on=_day(each["confirmed_on"]),
                confirmed_by=each["confirmed_by"],
                void=each["void"],
            )
            for each in stored["instructions"]
        ),
        paused_on=_day(stored["paused_on"]),
        upheld_on=_day(stored.get("upheld_on")),  # stored before a pause could be upheld for good: absent
        settled_on=_day(stored["settled_on"]),
        closed_from=State(stored["closed_from"]) if stored.get("closed_from") else None,
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
