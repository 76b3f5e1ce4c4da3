"""A file that a leader sent to the bucket becomes its proof's document, or is deleted.

Told twice, late or in another order, it comes to the same: what stays in the bucket is what stands in a dossier.
"""

from __future__ import annotations

from chalicelib.cases import documents, service, store
from chalicelib.cases.documents import Sent
from chalicelib.common.clock import Clock, system_clock
from chalicelib.common.notices import Notice


def take(notice: Notice, *, clock: Clock = system_clock) -> None:
    """Let the version that the notice tells of stand at its proof; delete it where it can't.

    Raises:
        TryLater: the dossier is written by others all the time.
    """
    sent = documents.sent(notice)
    proof = None
    if sent is not None and _is_its_own(notice, sent):
        service.attach_document(sent.agent, sent.proof_id, sent.what, by=sent.by, clock=clock)
        proof = store.get(sent.agent).proof(sent.proof_id)
    if proof is None or proof.document is None or proof.document.version_id != notice.version_id:
        documents.delete(notice.key, notice.version_id)


def _is_its_own(notice: Notice, sent: Sent) -> bool:
    """Whether the key is the one of this agent's proof."""
    dossier = store.get(sent.agent)
    proof = dossier.proof(sent.proof_id)
    return proof is not None and documents.key_of(proof, dossier) == notice.key
