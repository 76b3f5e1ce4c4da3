"""Where a deployment is reached, and which DNS records that still takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploying.stages import Stage


def told(stage: Stage, *, apigateway: Any, ses: Any) -> Iterator[str]:
    """Yield a line for each address and record."""
    yield f"Pages and API: {stage.base_url}"
    host = stage.base_url.removeprefix("https://")
    # DNS takes no CNAME at a domain itself: beside it there are other records.
    yield f"DNS: {host} {'CNAME' if host.count('.') > 1 else 'ALIAS'} {_regional_name(apigateway, host)}"
    identity = ses.get_email_identity(EmailIdentity=stage.mail_domain)
    dkim = identity.get("DkimAttributes", {})
    for token in dkim.get("Tokens", []):
        yield f"DNS: {token}._domainkey.{stage.mail_domain} CNAME {token}.dkim.amazonses.com"
    if not identity.get("VerifiedForSendingStatus", False):
        yield f"Mail: {stage.mail_domain} isn't verified yet ({dkim.get('Status', 'unknown')}), so no mail leaves."
    if not ses.get_account()["ProductionAccessEnabled"]:
        yield (
            "Mail: SES keeps this account in its sandbox: mail reaches verified addresses alone, so nobody else can "
            "sign in. Ask for production access: docs/operations.md, Before the first deployment."
        )


def _regional_name(apigateway: Any, host: str) -> str:
    try:
        return str(apigateway.get_domain_name(domainName=host)["regionalDomainName"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return "(the API doesn't have that domain name)"
