"""What shows that an agent was trained: proofs, with the files that may be laid with them.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ProofKind(StrEnum):
    """Both are needed."""

    E_LEARNING = "e_learning"
    PHYSICAL = "physical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A proof's file: one version of a key in the bucket. `sequencer` is S3's order of the key's versions."""

    key: str
    version_id: str
    sequencer: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDocument:
    """A version that couldn't be a proof's file, and is deleted. `reason` is Danish, and says what to do."""

    version_id: str
    sequencer: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows that training was taken on a day. `verified_on` or `refused_on` is the secretariat's answer.

    `municipality_code` is whose leader registered it; without a `document` the source alone is named.
    """

    proof_id: str
    municipality_code: str
    kind: ProofKind
    taken_on: date
    source: str
    registered_by: str
    registered_on: date
    verified_on: date | None = None
    refused_on: date | None = None
    refusal: str | None = None
    document: Document | None = None
    refused_document: RefusedDocument | None = None

    @property
    def is_waiting(self) -> bool:
        return self.verified_on is None and self.refused_on is None
