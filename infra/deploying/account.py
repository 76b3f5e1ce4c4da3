"""Whether an account is ready for a stage: looked at before anything is made, for what would fail late or silently."""

from __future__ import annotations

import json
from typing import Any

from infra.deploying.problems import NoCertificate, TooLittleConcurrency, WrongAccount
from infra.deploying.stages import Stage
from infra.packaging.contents import PROJECT

#: What Lambda wants left to the functions without a reservation. Source: Lambda API reference, PutFunctionConcurrency.
UNRESERVED = 100


def check(stage: Stage, *, region: str, account: str, acm: Any, lambda_: Any) -> None:
    """Return when the stage can be deployed there.

    Raises:
        WrongAccount: the stage's certificate lies elsewhere.
        NoCertificate: it isn't issued, or is for other hosts.
        TooLittleConcurrency: Lambda would refuse the reservations of our functions.
    """
    if stage.certificate_arn.split(":")[3:5] != [region, account]:
        raise WrongAccount(stage.name, account=account, region=region, certificate_arn=stage.certificate_arn)
    _check_certificate(stage, acm)
    missing = sum(max(0, wanted - _reserved(lambda_, name)) for name, wanted in reservations(stage.name).items())
    unreserved = lambda_.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    if missing and unreserved - missing < UNRESERVED:
        raise TooLittleConcurrency(region, unreserved=unreserved, wanted=UNRESERVED + missing)


def reservations(stage: str) -> dict[str, int]:
    """Return how many runs at a time are reserved for each function that has some, by its deployed name."""
    functions = json.loads((PROJECT / ".chalice" / "config.json").read_text("utf-8"))["lambda_functions"]
    return {
        f"ddh-{stage}-{name}": each["reserved_concurrency"]
        for name, each in functions.items()
        if "reserved_concurrency" in each
    }


def _check_certificate(stage: Stage, acm: Any) -> None:
    try:
        certificate = acm.describe_certificate(CertificateArn=stage.certificate_arn)["Certificate"]
    except acm.exceptions.ResourceNotFoundException:
        raise NoCertificate(stage.certificate_arn, "isn't there") from None
    if certificate["Status"] != "ISSUED":
        raise NoCertificate(stage.certificate_arn, f"is {certificate['Status']}")
    names = {certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ())}
    host = stage.base_url.removeprefix("https://")
    # A wildcard stands for one label: *.ddh.example for www.ddh.example, but neither ddh.example nor a.b.ddh.example.
    if not {host, f"*.{host.partition('.')[2]}"} & {each.lower() for each in names}:
        raise NoCertificate(stage.certificate_arn, f"is for {', '.join(sorted(names))}, not for {host}")


def _reserved(lambda_: Any, function: str) -> int:
    try:
        return int(lambda_.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions", 0))
    except lambda_.exceptions.ResourceNotFoundException:
        return 0
