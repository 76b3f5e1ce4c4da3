"""What the API refuses by itself, each with a code for programs and a Danish sentence that says what to do. Pure."""

from __future__ import annotations

import re
from datetime import date

from chalicelib.common.danish import long_date
from chalicelib.common.errors import Forbidden, NotFound, Refused


class AgreementNotInForce(Forbidden):
    """Raised when a partner calls on a day on which no agreement of its holds; it names the first day of the next."""

    code = "agreement_not_in_force"

    def __init__(self, next_start: date | None) -> None:
        since = f" Den næste begynder {long_date(next_start)}." if next_start else ""
        super().__init__(
            f"I har ingen aftale, der gælder i dag.{since} Læs jeres aftaler med GET /partner/v1/agreement, "
            "eller skriv til sekretariatet."
        )


class NotAMonth(Refused):
    """Raised when a text names no month: it is written in another way, or there is no such month."""

    code = "not_a_month"

    def __init__(self, text: str) -> None:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text) is None:
            told = "Måneden skal skrives som 2025-01: året og månedens nummer med to cifre."
        elif "01" <= text[5:] <= "12":
            told = "Måneden findes ikke: året skal være fra 1900 til 9999."
        else:
            told = "Måneden findes ikke. Skriv en måned fra 01 til 12."
        super().__init__(told)


class NoFigures(NotFound):
    """Raised when there are no figures of the partner's for a month."""

    code = "no_figures"

    def __init__(self) -> None:
        super().__init__("Der er ingen tal for jeres kø i den måned. Prøv igen, når måneden er talt op.")
