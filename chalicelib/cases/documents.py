"""The files of proofs in the bucket: the one place that makes their keys, signed forms and links, and deletes them.

A file goes from the browser to S3 and back, never through our own function (docs/decisions/0020-documents.md). Its key,
which stands in queues, names no agent; the object's metadata does, fixed by the form's signature.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from chalicelib.cases.dossier import Dossier
from chalicelib.cases.proofs import Document, Proof, RefusedDocument
from chalicelib.common.clock import COPENHAGEN
from chalicelib.common.months import Month
from chalicelib.common.notices import Notice
from chalicelib.runtime import clients, settings

MOST_BYTES = 5 * 1024 * 1024
_PREFIX = "documents/"
_FORM_SECONDS = 30 * 60
_LINK_SECONDS = 60
_GONE = frozenset(("NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405"))

#: How a file of each kind begins. Names and what browsers say of a file prove nothing.
_CONTENT_TYPE_BY_BEGINNING: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_EXTENSION_BY_CONTENT_TYPE = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}

_EMPTY = "Filen er tom. Vælg filen igen, og læg den ved."
_TOO_LARGE = "Filen fylder mere end 5 MB. Gem den i en mindre udgave, og læg den ved."
_OTHER_KIND = "Filen er hverken PDF, JPG eller PNG. Gem dokumentet som PDF, og læg det ved."


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """A form that S3 takes one file by: where it is sent, and its hidden fields, which come before the file."""

    address: str
    value_by_field: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that somebody sent, as it lies in the bucket: what it is for, and whether it can be a document."""

    agent: str
    proof_id: str
    by: str
    what: Document | RefusedDocument


def key_of(proof: Proof, dossier: Dossier) -> str:
    """Return the key of the document of a proof in the dossier."""
    return f"{_PREFIX}{proof.municipality_code}/{dossier.alias}/{proof.proof_id}"


def form(proof: Proof, dossier: Dossier, *, by: str, back_to: str) -> UploadForm:
    """Return the form by which a leader, whose address is `by`, lays a document with the proof within half an hour.

    S3 leads the browser `back_to` that address afterwards, and adds its own bucket, key and etag.
    """
    fields = {
        "success_action_redirect": back_to,
        "x-amz-meta-agent": quote(dossier.agent, safe=""),
        "x-amz-meta-by": quote(by, safe=""),
        "x-amz-server-side-encryption": "AES256",
    }
    # What is signed is what the conditions name; fields alone are not (https://github.com/boto/boto3/issues/4137).
    made = clients.s3().generate_presigned_post(
        Bucket=settings.files_bucket(),
        Key=key_of(proof, dossier),
        Fields=dict(fields),
        Conditions=[*({name: value} for name, value in fields.items()), ["content-length-range", 1, MOST_BYTES]],
        ExpiresIn=_FORM_SECONDS,
    )
    return UploadForm(address=made["url"], value_by_field=made["fields"])


def link(document: Document) -> str:
    """Return the address at which that version is downloaded, for a minute, by whoever has it."""
    name = f"bevis.{_EXTENSION_BY_CONTENT_TYPE[document.content_type]}"
    address: str = clients.s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.files_bucket(),
            "Key": document.key,
            "VersionId": document.version_id,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseContentType": document.content_type,
            "ResponseCacheControl": "no-store",
        },
        ExpiresIn=_LINK_SECONDS,
    )
    return address


def sent(notice: Notice) -> Sent | None:
    """Return what the version is, by its size and its first bytes; None when it is gone, or came by no form of ours."""
    version = {"Bucket": settings.files_bucket(), "Key": notice.key, "VersionId": notice.version_id}
    try:
        head = clients.s3().head_object(**version)
        size: int = head["ContentLength"]
        in_range = 0 < size <= MOST_BYTES
        beginning: bytes = clients.s3().get_object(**version, Range="bytes=0-7")["Body"].read() if in_range else b""
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    said: Mapping[str, str] = head["Metadata"]
    if not {"agent", "by"} <= said.keys():
        return None
    return Sent(
        agent=unquote(said["agent"]),
        proof_id=notice.key.rpartition("/")[2],
        by=unquote(said["by"]),
        what=_judged(notice, size, beginning),
    )


def delete(key: str, version_id: str) -> None:
    """Delete one version. Harmless to repeat."""
    clients.s3().delete_object(Bucket=settings.files_bucket(), Key=key, VersionId=version_id)


def erase(document: Document) -> None:
    """Delete every version of the document, those that it replaced too. Harmless to repeat."""
    pages = clients.s3().get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=settings.files_bucket(), Prefix=document.key):
        for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            if version["Key"] == document.key:
                delete(document.key, version["VersionId"])


def erase_strays(last: Month, *, standing: Collection[str]) -> int:
    """Delete every version that came in `last` or before, but of the keys that stand in dossiers; return how many.

    They are files whose message was lost, or failed for good.
    """
    erased = 0
    pages = clients.s3().get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=settings.files_bucket(), Prefix=_PREFIX):
        for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            came_in = Month.of(version["LastModified"].astimezone(COPENHAGEN).date())
            if came_in <= last and version["Key"] not in standing:
                delete(version["Key"], version["VersionId"])
                erased += 1
    return erased


def _judged(notice: Notice, size: int, beginning: bytes) -> Document | RefusedDocument:
    found = [kind for start, kind in _CONTENT_TYPE_BY_BEGINNING.items() if beginning.startswith(start)]
    if found:
        return Document(key=notice.key, version_id=notice.version_id, sequencer=notice.sequencer, content_type=found[0])
    reason = _OTHER_KIND if beginning else _TOO_LARGE if size else _EMPTY
    return RefusedDocument(version_id=notice.version_id, sequencer=notice.sequencer, reason=reason)
