"""The services that a deployment asks about an account, and of which the emulated AWS has no such answers."""

from __future__ import annotations

from typing import Any

import boto3


class FakeServices:
    """ACM, Lambda and SES of an account that is ready; a test sets what isn't. The rest of SES is emulated."""

    def __init__(self) -> None:
        session = boto3.session.Session(region_name="eu-north-1")
        self._ses = session.client("sesv2")
        #: What a client's `exceptions` holds is one and the same name in both services.
        self.exceptions = session.client("lambda").exceptions
        self.certificate: str | None = "ISSUED"
        self.certified = ["ddh.example", "*.ddh.example", "ddh.invalid"]
        self.unreserved = 1000
        self.reserved: dict[str, int] = {}
        self.leaves_the_sandbox = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ses, name)

    def describe_certificate(self, *, CertificateArn: str) -> dict[str, Any]:  # noqa: N803  # the API's name
        if self.certificate is None:
            raise self._not_found("DescribeCertificate")
        return {
            "Certificate": {
                "CertificateArn": CertificateArn,
                "Status": self.certificate,
                "DomainName": self.certified[0],
                "SubjectAlternativeNames": self.certified,
            }
        }

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"UnreservedConcurrentExecutions": self.unreserved}}

    def get_function_concurrency(self, *, FunctionName: str) -> dict[str, int]:  # noqa: N803
        if FunctionName not in self.reserved:
            raise self._not_found("GetFunctionConcurrency")
        return {"ReservedConcurrentExecutions": self.reserved[FunctionName]}

    def get_account(self) -> dict[str, bool]:
        return {"ProductionAccessEnabled": self.leaves_the_sandbox}

    def _not_found(self, operation: str) -> Exception:
        said = {"Error": {"Code": "ResourceNotFoundException", "Message": "not found"}}
        error: Exception = self.exceptions.ResourceNotFoundException(said, operation)
        return error
