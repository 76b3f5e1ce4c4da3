"""Which e-mail addresses the outbox writes to: one plain address at a time.

Whatever could turn one recipient into two, or into a header, is refused: a comma, a semicolon, a line break, a display
name. Source: RFC 5321 section 4.5.3.1 (lengths), RFC 5322 `dot-atom`; SES takes ASCII addresses only.
"""

from __future__ import annotations

import re

from chalicelib.common.errors import Refused

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>(?:{_LABEL}\.)+{_TOP_LABEL})")
_LONGEST_LOCAL = 64
_LONGEST = 254


class AddressRefused(Refused):
    """Raised when a text is not one plain e-mail address. The message does not repeat it: it may be a person's."""

    code = "address_refused"

    def __init__(self) -> None:
        super().__init__(
            "En modtager er ikke én gyldig e-mailadresse som navn@kommune.dk. "
            "Skriv hver adresse for sig, uden navn og uden æ, ø og å (domæner med æ, ø og å skrives i formen xn--…)."
        )


def check_address(text: str) -> str:
    """Return `text` when it is one plain address.

    Raises:
        AddressRefused: it is anything else.
    """
    match = _ADDRESS.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or len(match["local"]) > _LONGEST_LOCAL:
        raise AddressRefused
    return text
