"""The documents of proofs on the pages: the forms that S3 takes them by, and the way to one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from chalicelib.access import look_log
from chalicelib.access.people import Role
from chalicelib.access.visit import Visit
from chalicelib.cases import documents
from chalicelib.cases.dossier import Dossier
from chalicelib.cases.proofs import Proof
from chalicelib.cases.refusals import ProofUnknown
from chalicelib.runtime import settings
from chalicelib.runtime.web import Answer, see_signed_link


def led_to(visit: Visit, dossier: Dossier) -> Answer:
    """Note the look at the document of the proof that the path names, and lead to it.

    Raises:
        ProofUnknown: the dossier has no such proof, or it has no document.
    """
    proof = dossier.proof(visit.parameters["proof_id"])
    if proof is None or proof.document is None:
        raise ProofUnknown
    look_log.note(
        who=visit.somebody.address,
        purpose="Dokumentet ved et bevis for undervisning",
        municipality_code=proof.municipality_code,
        agents=(dossier.agent,),
        clock=visit.clock,
    )
    return see_signed_link(documents.link(proof.document))


def facts(proof: Proof, visit: Visit, *, dossier: Dossier, page: str) -> dict[str, Any]:
    """Return what the municipality's page, at the path `page`, shows of a proof's document.

    What was just sent is looked at before it stands at its proof: until then there is no second form.
    """
    is_awaited = proof.is_waiting and proof.document is None and visit.somebody.role is Role.LEADER
    is_sent = visit.query("key") == documents.key_of(proof, dossier)
    refusal = proof.refused_document.reason if is_awaited and proof.refused_document else ""
    has_form = is_awaited and (bool(refusal) or not is_sent)
    return {
        "document_address": f"{page}/beviser/{quote(proof.proof_id, safe='')}/dokument" if proof.document else "",
        "document_refusal": refusal,
        "document_field": _field(proof),
        "document_form": _form(proof, visit, dossier=dossier, page=page) if has_form else None,
        "document_is_sent": is_sent,
        "document_is_looked_at": is_awaited and not has_form,
    }


def just_refused(proofs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what is wrong with the file that was just sent, by its field."""
    return {
        proof["document_field"]: proof["document_refusal"]
        for proof in proofs
        if proof["document_is_sent"] and proof["document_refusal"]
    }


def _field(proof: Proof) -> str:
    """Return what tells the proof's field from those of other proofs on the page."""
    return f"dokument-{hashlib.sha256(proof.proof_id.encode()).hexdigest()[:8]}"


def _form(proof: Proof, visit: Visit, *, dossier: Dossier, page: str) -> documents.UploadForm:
    back_to = f"{settings.base_url()}{page}"
    return documents.form(proof, dossier, by=visit.somebody.address, back_to=back_to)
