"""Which mails may be recorded. THREATS T10."""

from __future__ import annotations

import json
from datetime import date

import pytest

from chalicelib.mail.addresses import AddressRefused
from chalicelib.mail.mails import MOST_FACT_BYTES, Mail, MailRefused, checked
from tests.mail.fakes import a_mail


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(a_mail(""), id="no id"),
        pytest.param(a_mail("notice#2024-10"), id="a letter that SES takes in no tag"),
        pytest.param(a_mail("æble"), id="a letter outside a to z"),
        pytest.param(a_mail("a\n"), id="a line break"),
        pytest.param(a_mail("a" * 129), id="too long an id"),
        pytest.param(a_mail(to=()), id="nobody"),
        pytest.param(a_mail(to=("leder@aarhus.example",) * 51), id="more than SES takes"),
        pytest.param(a_mail(template="../runtime/templates/page"), id="a template outside a feature"),
        pytest.param(a_mail(template="notice"), id="a template of no feature"),
        pytest.param(a_mail(facts={"day": date(2025, 1, 1)}), id="a fact that is no JSON"),
        pytest.param(a_mail(facts={"rate": float("nan")}), id="a number that is none"),
        pytest.param(a_mail(facts={"text": "\ud800"}), id="a text that can't be written"),
        pytest.param(a_mail(facts={"text": "x" * MOST_FACT_BYTES}), id="too much to store"),
    ],
)
def test_a_mail_that_breaks_a_limit_is_refused(mail: Mail) -> None:
    with pytest.raises(MailRefused):
        checked(mail)


def test_each_recipient_is_judged_on_its_own() -> None:
    with pytest.raises(AddressRefused):
        checked(a_mail(to=("leder@aarhus.example", "a@b.dk, c@d.dk")))


def test_a_municipality_with_250_agents_fits() -> None:
    agent = {
        "agent": "751-000123",
        "answered": 1234,
        "resolved": 567,
        "interval": ["34,2", "74,2"],
        "outcome": "step_3_pause_proposed",
        "step": "Trin 3: pause foreslået",
        "reason": "Under målet i tre måneder i træk, og tallene er store nok til at være sikre.",
    }
    mail = a_mail(facts={"agents": [agent] * 250})

    assert checked(mail) is mail
    assert len(json.dumps(mail.facts)) < MOST_FACT_BYTES / 3
