"""The links of a mail, so that they can be followed: the sandbox that shows its HTML lets nobody out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from infra.local.mailbox import SentMail

_IN_TEXT = re.compile(r"https?://[^\s<>\"]+")


def links_in(mail: SentMail) -> tuple[str, ...]:
    """Return the web addresses that the mail names, each once, in its order."""
    hrefs = _Hrefs()
    hrefs.feed(mail.part("html"))
    in_text = (address.rstrip(".,;:)") for address in _IN_TEXT.findall(mail.part("plain")))
    return tuple(dict.fromkeys(address for address in (*hrefs.found, *in_text) if _IN_TEXT.fullmatch(address)))


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.extend(value for name, value in attrs if tag == "a" and name == "href" and value)
