"""A page with everything that fields.html offers, as a form shows itself again with errors."""

from __future__ import annotations

from pathlib import Path

from chalicelib.runtime import templates

ERRORS = {
    "kommune": "Vælg en kommune fra listen",
    "email": "Skriv e-mailadressen som navn@kommune.dk",
    "dato": "Skriv en dato, der findes",
    "grund": "Skriv en begrundelse",
    "rolle": "Vælg en rolle",
    "indtraeden": "Vælg en dato",
    "ydelser": "Vælg mindst én ydelse",
    "laest": "Sæt flueben",
}
_PLACES = ("Anmodninger", "Medlemmer", "Udmeldelser", "Møder og beslutninger", "Regelbog", "Adgang")


def page(errors: dict[str, str]) -> str:
    """Return the page as somebody sees it who is signed in."""
    source = (Path(__file__).parent / "pages" / "demo.html").read_text("utf-8")
    return (
        templates._environment()
        .from_string(source)
        .render(
            errors=errors,
            navigation=[{"address": f"/{name}", "name": name, "current": name == "Medlemmer"} for name in _PLACES],
            csrf_token="the-token",
            person={"address": "en.meget.lang.adresse@ringkoebing-skjern.example", "role": "Sekretariatet"},
        )
    )
