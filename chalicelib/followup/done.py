"""What a page says first after a form that went well. The address that the form leads to says which form it was."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.access.visit import Visit
from chalicelib.runtime.web import Answer, see_other

_QUERY = "gjort"

_TEXT_BY_FORM: Mapping[str, str] = {
    "svar": "Jeres svar er sendt til sekretariatet.",
    "beviser": "Beviset er registreret og sendt til sekretariatet.",
    "udfoert": "Det er noteret, at beskeden er udført.",
    "stoppet": "Det er noteret, at agenten er stoppet.",
    "stop-fortrudt": "Det er fortrudt, at agenten er stoppet.",
    "nyt-navn": "Agentens nye id er registreret.",
    "afgoer": "Sagen er afgjort, og afgørelsen bliver sendt til kommunen.",
    "godkend": "Beviset er godkendt.",
    "afvis": "Beviset er afvist, og begrundelsen bliver sendt til kommunen.",
    "orienteret": "Det er noteret, at kommunen er orienteret. Dens frist løber fra i dag.",
    "navn-fortrudt": "Skiftet af id er fortrudt.",
}


def led_to(page: str, form: str) -> Answer:
    """Return the answer to a form that was taken: go and see its page, which says so."""
    assert form in _TEXT_BY_FORM, form
    return see_other(f"{page}?{_QUERY}={form}")


def text(visit: Visit) -> str:
    """Return what was done just before; empty when nothing was."""
    return _TEXT_BY_FORM.get(visit.query(_QUERY), "")
