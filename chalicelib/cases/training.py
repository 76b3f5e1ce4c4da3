"""Proofs of training: registered by a leader, verified or refused by the secretariat. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.cases import refusals
from chalicelib.cases.dossier import Act, Dossier, Event, Proof, ProofKind, Step
from chalicelib.cases.steps import happened, reinstated_if_trained


def registered(
    dossier: Dossier,
    *,
    proof_id: str,
    municipality_code: str,
    kind: ProofKind,
    taken_on: date,
    source: str,
    document: str | None,
    act: Act,
) -> Step | None:
    """A leader registers a proof; None when this one (its id) is registered.

    Raises:
        SourceMissing: nobody could check it.
        ProofAhead: it is dated later than today.
    """
    if dossier.proof(proof_id) is not None:
        return None
    if not source.strip():
        raise refusals.SourceMissing
    if taken_on > act.on:
        raise refusals.ProofAhead
    proof = Proof(
        proof_id=proof_id,
        municipality_code=municipality_code,
        kind=kind,
        taken_on=taken_on,
        source=source.strip(),
        document=document,
        registered_by=act.by,
        registered_on=act.on,
    )
    return happened(Event.PROOF_REGISTERED, replace(dossier, proofs=(*dossier.proofs, proof)), act, proof_id=proof_id)


def verified(dossier: Dossier, *, proof_id: str, act: Act) -> Step:
    """The secretariat has seen that the proof is true; whoever is paused and has both comes back.

    Raises:
        ProofUnknown, ProofSettled: there is nothing to verify.
    """
    proof = _waiting(dossier, proof_id)
    after = _with_proof(dossier, replace(proof, verified_on=act.on))
    return reinstated_if_trained(happened(Event.PROOF_VERIFIED, after, act, proof_id=proof_id), act=act)


def refused(dossier: Dossier, *, proof_id: str, reason: str, act: Act) -> Step:
    """The secretariat doesn't take the proof, and says why.

    Raises:
        ProofUnknown, ProofSettled: there is nothing to refuse.
        ReasonMissing: the leader must know what is wrong with it.
    """
    proof = _waiting(dossier, proof_id)
    if not reason.strip():
        raise refusals.ReasonMissing
    after = _with_proof(dossier, replace(proof, refused_on=act.on, refusal=reason.strip()))
    return happened(Event.PROOF_REFUSED, after, act, proof_id=proof_id, reason=reason.strip())


def _waiting(dossier: Dossier, proof_id: str) -> Proof:
    proof = dossier.proof(proof_id)
    if proof is None:
        raise refusals.ProofUnknown
    if not proof.is_waiting:
        raise refusals.ProofSettled
    return proof


def _with_proof(dossier: Dossier, changed: Proof) -> Dossier:
    proofs = tuple(changed if each.proof_id == changed.proof_id else each for each in dossier.proofs)
    return replace(dossier, proofs=proofs)
