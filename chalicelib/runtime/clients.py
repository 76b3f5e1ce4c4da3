"""The one way to get an AWS client: made on first use, shared, from one botocore session.

botocore clients are used directly: boto3's Session adds its resource layer to every import, and nothing here uses it.
Where they connect is botocore's business alone (AWS_ENDPOINT_URL points everything at an emulator).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

# A retry of these calls is harmless: every write is conditional or natural-keyed.
_RETRYING = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=3, read_timeout=20)
_S3 = _RETRYING.merge(
    Config(
        # What is signed for browsers names the bucket in its region: S3 answers the global address of a younger bucket
        # by a redirect, which no form survives (https://github.com/boto/boto3/issues/2187).
        s3={"addressing_style": "virtual"},
        signature_version="s3v4",
    )
)
# SES has no idempotency token: a retry after a lost response is a second mail (docs/architecture.md, the outbox).
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=20)


@cache
def session() -> botocore.session.Session:
    """Return the session that every client and table shares."""
    return botocore.session.get_session()


@cache
def s3() -> Any:
    return session().create_client("s3", config=_S3)


@cache
def sqs() -> Any:
    return session().create_client("sqs", config=_RETRYING)


@cache
def ses() -> Any:
    """Return the mail client. It never retries by itself: the outbox decides."""
    return session().create_client("sesv2", config=_ONCE)


def forget_clients() -> None:
    """Drop the shared clients, for tests and the local run, whose endpoint changes.

    The session stays: it reads the endpoint anew for each client, and a new one costs a tenth of a second.
    """
    for make in (s3, sqs, ses):
        make.cache_clear()
