"""The bucket as browsers meet it: files come in by forms, and go out by links, that the application signed.

moto takes any form and gives any link, whatever was signed. Here they are held to it, as S3 does.

Source: Amazon S3 API Reference, "Browser-based uploads using POST (AWS Signature Version 4)", "POST policy" and
"Authenticating requests: using query parameters".
"""

from __future__ import annotations

import hmac
import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

from chalicelib.common.clock import system_clock
from chalicelib.runtime import clients
from infra.local.resources import REGION

_UNSIGNED_FIELDS = {"policy", "x-amz-signature", "file"}


class _Refused(Exception):
    """Raised when S3 would refuse: its status, and its code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def open_at(address: str) -> None:
    """Let what the application signs lead to the door, served at `address`; its own calls stay in this process."""
    os.environ["AWS_ENDPOINT_URL_S3"] = os.environ["MOTO_S3_CUSTOM_ENDPOINTS"] = address
    clients.forget_clients()


class BucketDoor:
    """Takes files and gives them. `working` is held meanwhile; `afterwards` is called when one was taken."""

    def __init__(self, *, working: AbstractContextManager[Any], afterwards: Callable[[], object]) -> None:
        self._working = working
        self._afterwards = afterwards

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with Request(environ) as request, self._working:
            try:
                response = self._take(request) if request.method == "POST" else _given(request)
            except _Refused as refused:
                xml = f"<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>{escape(refused.code)}</Code></Error>"
                response = Response(xml, status=refused.status, mimetype="application/xml")
        return response(environ, start_response)

    def _take(self, request: Request) -> Response:
        """Store the file of a form that keeps what was signed, and lead the browser on."""
        bucket = request.path.strip("/")
        fields = {name.lower(): value for name, value in request.form.items()}
        body = request.files["file"].read()
        _check_policy(fields, bucket=bucket, size=len(body))
        prefix = "x-amz-meta-"
        stored = clients.s3().put_object(
            Bucket=bucket,
            Key=fields["key"],
            Body=body,
            Metadata={name.removeprefix(prefix): value for name, value in fields.items() if name.startswith(prefix)},
            ServerSideEncryption=fields["x-amz-server-side-encryption"],
        )
        self._afterwards()
        told = urlencode({"bucket": bucket, "key": fields["key"], "etag": stored["ETag"]})
        return Response(status=303, headers={"Location": f"{fields['success_action_redirect']}?{told}"})


def _check_policy(fields: Mapping[str, str], *, bucket: str, size: int) -> None:
    """Check the signature of the form's policy, and the form against each of its conditions."""
    auth = S3SigV4PostAuth(clients.session().get_credentials(), "s3", REGION)
    signed = AWSRequest()
    signed.context["timestamp"] = fields["x-amz-date"]
    if not hmac.compare_digest(auth.signature(fields["policy"], signed), fields["x-amz-signature"]):
        raise _Refused(403, "SignatureDoesNotMatch")
    policy = json.loads(b64decode(fields["policy"]))
    if datetime.fromisoformat(policy["expiration"]) < system_clock.now():
        raise _Refused(403, "AccessDenied")
    left = set(fields) - _UNSIGNED_FIELDS
    for condition in policy["conditions"]:
        if isinstance(condition, list):
            what, least, most = condition
            assert what == "content-length-range", "our forms have no other"
            if not least <= size <= most:
                raise _Refused(400, "EntityTooLarge" if size > most else "EntityTooSmall")
        else:
            ((name, value),) = condition.items()
            if {**fields, "bucket": bucket}.get(name.lower()) != value:
                raise _Refused(403, "AccessDenied")
            left.discard(name.lower())
    if left:
        raise _Refused(403, "AccessDenied")


def _given(request: Request) -> Response:
    """Return the version that a link names, with the headers that it names."""
    _check_link(request)
    bucket, _, key = request.path.lstrip("/").partition("/")
    try:
        found = clients.s3().get_object(Bucket=bucket, Key=key, VersionId=request.args["versionId"])
    except ClientError as error:
        raise _Refused(404, "NoSuchVersion") from error
    prefix = "response-"
    headers = {name.removeprefix(prefix): value for name, value in request.args.items() if name.startswith(prefix)}
    return Response(found["Body"].read(), headers=headers)


def _check_link(request: Request) -> None:
    """Check a link's signature, and that it isn't too old."""
    query, _, signature = request.query_string.decode("ascii").partition("&X-Amz-Signature=")
    expires = int(request.args.get("X-Amz-Expires", 0))
    at = request.args.get("X-Amz-Date", "19700101T000000Z")
    auth = S3SigV4QueryAuth(clients.session().get_credentials(), "s3", REGION, expires=expires)
    signed = AWSRequest(method="GET", url=f"{request.host_url.rstrip('/')}{request.path}?{query}")
    signed.context["timestamp"] = at
    own = auth.signature(auth.string_to_sign(signed, auth.canonical_request(signed)), signed)
    if not hmac.compare_digest(own, signature):
        raise _Refused(403, "SignatureDoesNotMatch")
    if datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + timedelta(seconds=expires) < system_clock.now():
        raise _Refused(403, "AccessDenied")
