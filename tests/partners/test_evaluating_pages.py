"""The evaluation by its form while others write the partner: it stands all the same, or nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.partners import service, steps
from chalicelib.partners.agreements import Party
from chalicelib.partners.periods import Period
from tests.partners.dealing import END, OPEN_TERMS, STAFF, Dealing, mail, mail_ids
from tests.web import SECRETARIAT, Site

BY_STAFF = "/partnere/renosyd/evaluering"
EVALUATION: Mapping[str, str] = {"fortsaette": "ja", "opkald": "1.300", "godt": "Hurtige svar", "bedre": ""}
LATER_TERMS = replace(OPEN_TERMS, period=Period(start=date(2026, 4, 1), end=None), review_date=date(2027, 4, 1))


def by_link(dealing: Dealing) -> str:
    """Return the path of the link that the partner was sent."""
    dealing.morning(END - timedelta(days=60))
    url: str = next(mail(each).facts["evaluation_url"] for each in mail_ids() if each.endswith("_60"))
    return url.removeprefix("https://ddh.example")


def others_write(monkeypatch: pytest.MonkeyPatch, dealing: Dealing, *, times: int) -> None:
    """Let somebody else write the partner just before each of the next evaluations is stored."""
    evaluated, left = steps.evaluated, iter(range(times))

    def evaluated_while_others_write(*args: Any, **named: Any) -> Any:
        step = evaluated(*args, **named)
        if next(left, None) is not None:
            if dealing.now().proposal:
                service.drop("renosyd", by=STAFF, clock=dealing.clock)
            else:
                service.propose("renosyd", LATER_TERMS, by=STAFF, clock=dealing.clock)
        return step

    monkeypatch.setattr(steps, "evaluated", evaluated_while_others_write)


def test_an_evaluation_stands_though_somebody_else_writes_the_partner_meanwhile(
    dealing: Dealing, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealing.active()
    link, secretariat = by_link(dealing), site.signed_in(SECRETARIAT)

    others_write(monkeypatch, dealing, times=1)
    assert "Tak" in site.visitor().post(link, EVALUATION).text
    others_write(monkeypatch, dealing, times=1)
    assert secretariat.post(BY_STAFF, EVALUATION).status_code == 303

    assert [each.party for each in dealing.now().agreements[0].evaluations] == [Party.PARTNER, Party.SECRETARIAT]


def test_an_evaluation_that_can_t_be_taken_now_keeps_what_was_typed(
    dealing: Dealing, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealing.active()
    link, secretariat = by_link(dealing), site.signed_in(SECRETARIAT)
    others_write(monkeypatch, dealing, times=100)

    for visitor, path in ((site.visitor(), link), (secretariat, BY_STAFF)):
        answer = visitor.post(path, EVALUATION)
        assert (answer.status_code, "Hurtige svar" in answer.text) == (503, True)
        assert "Prøv igen om lidt." in answer.text
    assert dealing.now().agreements[0].evaluations == ()
