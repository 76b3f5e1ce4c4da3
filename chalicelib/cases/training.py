"""Proofs of training: registered by a leader, with a document or none, verified or refused by the secretariat. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from chalicelib.cases import refusals
from chalicelib.cases.dossier import Dossier, Event, Step
from chalicelib.cases.proofs import Document, Proof, ProofKind, RefusedDocument
from chalicelib.cases.steps import happened
from chalicelib.common.acts import Act
from chalicelib.common.notices import comparable


def registered(
    dossier: Dossier,
    *,
    proof_id: str,
    municipality_code: str,
    kind: ProofKind,
    taken_on: date,
    source: str,
    act: Act,
) -> Step | None:
    """A leader registers a proof; None when this one (its id) is registered.

    Raises:
        SourceMissing: nobody could check it.
        ProofAhead: it is dated later than today.
        ProofTooEarly: it is dated before the month of step 1 of the open case, and would not count.
        ProofTwice: one of the kind and day waits already.
    """
    if dossier.proof(proof_id) is not None:
        return None
    if not source.strip():
        raise refusals.SourceMissing
    if taken_on > act.on:
        raise refusals.ProofAhead
    case = dossier.open_case
    if case is not None and taken_on < case.ground.step_1.first_day:
        raise refusals.ProofTooEarly(case.ground.step_1)
    if any(each.is_waiting and (each.kind, each.taken_on) == (kind, taken_on) for each in dossier.proofs):
        raise refusals.ProofTwice
    proof = Proof(
        proof_id=proof_id,
        municipality_code=municipality_code,
        kind=kind,
        taken_on=taken_on,
        source=source.strip(),
        registered_by=act.by,
        registered_on=act.on,
    )
    return happened(Event.PROOF_REGISTERED, replace(dossier, proofs=(*dossier.proofs, proof)), act, proof_id=proof_id)


def document_sent(dossier: Dossier, *, proof_id: str, sent: Document | RefusedDocument, act: Act) -> Step | None:
    """A leader's file has arrived, and stands at its proof or is refused there.

    None when that changes nothing: nobody knows the proof, it is settled, or this version or a later one was told of.
    """
    proof = dossier.proof(proof_id)
    if proof is None or not proof.is_waiting or not _is_latest(sent, proof):
        return None
    if isinstance(sent, Document):
        after = _with_proof(dossier, replace(proof, document=sent, refused_document=None))
        return happened(Event.DOCUMENT_ATTACHED, after, act, proof_id=proof_id)
    after = _with_proof(dossier, replace(proof, refused_document=sent))
    return happened(Event.DOCUMENT_REFUSED, after, act, proof_id=proof_id, reason=sent.reason)


def verified(dossier: Dossier, *, proof_id: str, own: Collection[str], now_in: Collection[str], act: Act) -> Step:
    """The secretariat has seen that the proof is true; `steps.back_if_trained` says who comes back by it.

    Raises:
        ProofUnknown, ProofSettled: there is nothing to verify.
        OwnMunicipality: the person is a leader of one of `own`, and the proof's is among them or one of `now_in`, where
            the agent last had a row.
    """
    proof = _waiting(dossier, proof_id, own=own, now_in=now_in)
    after = _with_proof(dossier, replace(proof, verified_on=act.on))
    return happened(Event.PROOF_VERIFIED, after, act, proof_id=proof_id)


def refused(
    dossier: Dossier, *, proof_id: str, reason: str, own: Collection[str], now_in: Collection[str], act: Act
) -> Step:
    """The secretariat doesn't take the proof, and says why.

    Raises:
        ProofUnknown, ProofSettled: there is nothing to refuse.
        OwnMunicipality: as for verifying.
        ReasonMissing: the leader must know what is wrong with it.
    """
    proof = _waiting(dossier, proof_id, own=own, now_in=now_in)
    if not reason.strip():
        raise refusals.ReasonMissing
    after = _with_proof(dossier, replace(proof, refused_on=act.on, refusal=reason.strip()))
    return happened(Event.PROOF_REFUSED, after, act, proof_id=proof_id, reason=reason.strip())


def _is_latest(sent: Document | RefusedDocument, proof: Proof) -> bool:
    """Whether no version as late as this was told of."""
    for told in (proof.document, proof.refused_document):
        if told is not None:
            own, other = comparable(sent.sequencer, told.sequencer)
            if sent.version_id == told.version_id or own <= other:
                return False
    return True


def _waiting(dossier: Dossier, proof_id: str, *, own: Collection[str], now_in: Collection[str]) -> Proof:
    proof = dossier.proof(proof_id)
    if proof is None:
        raise refusals.ProofUnknown
    if not proof.is_waiting:
        raise refusals.ProofSettled
    if {proof.municipality_code, *now_in} & set(own):
        raise refusals.OwnMunicipality
    return proof


def _with_proof(dossier: Dossier, changed: Proof) -> Dossier:
    proofs = tuple(changed if each.proof_id == changed.proof_id else each for each in dossier.proofs)
    return replace(dossier, proofs=proofs)
