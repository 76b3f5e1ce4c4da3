"""An account that isn't ready is told so before anything is made, with what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from infra import packaged
from infra.deploying import account
from infra.deploying.problems import CannotDeploy, NoCertificate, TooLittleConcurrency, WrongAccount
from infra.deploying.stages import stage_named
from tests.infra.deploying.services import FakeServices

_STAGE = stage_named("test")  # its certificate is of account 000000000000


def _check(services: FakeServices, *, region: str = "eu-north-1", of: str = "000000000000") -> None:
    account.check(_STAGE, region=region, account=of, acm=services, lambda_=services)


@pytest.mark.parametrize(("region", "of"), [("eu-west-1", "000000000000"), ("eu-north-1", "999999999999")])
def test_another_account_or_region_than_the_certificate_s_is_refused(region: str, of: str) -> None:
    with pytest.raises(WrongAccount, match=f"{of} and deploy to {region}"):
        _check(FakeServices(), region=region, of=of)


def _pending(services: FakeServices) -> None:
    services.certificate = "PENDING_VALIDATION"


def _without_certificate(services: FakeServices) -> None:
    services.certificate = None


def _new(services: FakeServices) -> None:
    services.unreserved = 10


def _just_too_little(services: FakeServices) -> None:
    services.unreserved = 101


@pytest.mark.parametrize(
    ("arrange", "error", "told"),
    [
        (_pending, NoCertificate, "is PENDING_VALIDATION"),
        (_without_certificate, NoCertificate, "isn't there"),
        (_new, TooLittleConcurrency, "may run 10 .* we need 102"),
        (_just_too_little, TooLittleConcurrency, "request-service-quota-increase .* --region eu-north-1"),
    ],
)
def test_what_an_account_lacks_is_told_with_what_to_do(
    arrange: Callable[[FakeServices], None], error: type[CannotDeploy], told: str
) -> None:
    services = FakeServices()
    arrange(services)

    with pytest.raises(error, match=told):
        _check(services)


@pytest.mark.parametrize("names", [["test.ddh.example"], ["other.example", "Test.DDH.example"], ["*.ddh.example"]])
def test_a_certificate_for_the_pages_host_is_taken(names: list[str]) -> None:
    services = FakeServices()
    services.certified = names

    _check(services)


@pytest.mark.parametrize("name", ["ddh.example", "www.ddh.example", "*.test.ddh.example", "*.example"])
def test_a_certificate_for_another_host_is_refused(name: str) -> None:
    services = FakeServices()
    services.certified = [name]

    with pytest.raises(NoCertificate, match=r"is for .*, not for test\.ddh\.example"):
        _check(services)


def test_an_account_with_just_enough_is_ready() -> None:
    services = FakeServices()
    services.unreserved = 102

    _check(services)


def test_what_is_reserved_already_needs_no_more() -> None:
    services = FakeServices()
    services.unreserved, services.reserved = 100, {"ddh-test-deliver-mail": 2}

    _check(services)


def test_what_is_looked_for_is_what_the_template_reserves() -> None:
    functions = [
        each["Properties"]
        for each in packaged.template("test")["Resources"].values()
        if each["Type"] == "AWS::Serverless::Function"
    ]

    assert account.reservations("test") == {
        each["FunctionName"]["Fn::Sub"].replace("${Stage}", "test"): each["ReservedConcurrentExecutions"]
        for each in functions
        if "ReservedConcurrentExecutions" in each
    }
