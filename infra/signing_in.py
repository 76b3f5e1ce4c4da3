"""How AWS and its library say that nobody is signed in, or not where it was meant."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

#: Before AWS is asked: no credentials, half of them, a profile that isn't there, a sign-in that ended, no region.
_NOT_SIGNED_IN = (
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
#: By AWS: credentials that are unknown or too old. Each service has words of its own.
_REFUSED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


def is_missing(error: BotoCoreError | ClientError) -> bool:
    """Say whether an error of AWS or its library means that one must sign in first."""
    if isinstance(error, ClientError):
        return error.response["Error"].get("Code") in _REFUSED
    return isinstance(error, _NOT_SIGNED_IN)
