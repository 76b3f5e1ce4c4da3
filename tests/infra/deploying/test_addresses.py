"""After a deployment the records that DNS still needs are told."""

from __future__ import annotations

from typing import Any

from infra.deploying import addresses
from infra.deploying.stages import stage_named

_STAGE = stage_named("test")


class _FakeServices:
    def get_domain_name(self, *, domainName: str) -> dict[str, str]:  # noqa: N803  # the API's name
        return {"domainName": domainName, "regionalDomainName": "d-1.execute-api.eu-north-1.amazonaws.com"}

    def get_email_identity(self, *, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803
        return {"VerifiedForSendingStatus": False, "DkimAttributes": {"Status": "PENDING", "Tokens": ["abc"]}}

    def get_account(self) -> dict[str, bool]:
        return {"ProductionAccessEnabled": True}


class _InTheSandbox(_FakeServices):
    def get_account(self) -> dict[str, bool]:
        return {"ProductionAccessEnabled": False}


def test_the_site_s_name_and_the_mail_domain_s_keys_are_told_as_records() -> None:
    services = _FakeServices()

    assert list(addresses.told(_STAGE, apigateway=services, ses=services)) == [
        "Pages and API: https://test.ddh.example",
        "DNS: test.ddh.example CNAME d-1.execute-api.eu-north-1.amazonaws.com",
        "DNS: abc._domainkey.test.ddh.example CNAME abc.dkim.amazonses.com",
        "Mail: test.ddh.example isn't verified yet (PENDING), so no mail leaves.",
    ]


def test_a_domain_itself_is_told_as_the_record_that_dns_takes_there() -> None:
    services = _FakeServices()

    told = list(addresses.told(stage_named("prod"), apigateway=services, ses=services))

    assert "DNS: ddh.example ALIAS d-1.execute-api.eu-north-1.amazonaws.com" in told


def test_an_account_that_may_mail_verified_addresses_alone_is_told_of_it() -> None:
    services = _InTheSandbox()

    told = list(addresses.told(_STAGE, apigateway=services, ses=services))

    assert "sandbox" in told[-1]
    assert "Before the first deployment" in told[-1]
