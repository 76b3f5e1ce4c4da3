"""What the next newsletter may tell of partners: agreements made and extended, and what agents have come to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chalicelib.common.danish import long_date
from chalicelib.partners.agreements import Event
from chalicelib.partners.knowledge.updates import KnowledgeUpdate
from chalicelib.partners.store import News

_WHAT_BY_EVENT = {Event.ACTIVATED: "Ny aftale", Event.EXTENDED: "Aftale forlænget"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to tell, in Danish. `address` is the page that it is told of at length."""

    on: date
    what: str
    partner: str
    more: str
    address: str

    @property
    def day(self) -> str:
        return long_date(self.on)


def items(news: Iterable[News], updates: Iterable[KnowledgeUpdate]) -> list[Item]:
    """Return what may be told, the latest first."""
    found = [*map(_of_agreement, news), *map(_of_knowledge, updates)]
    return sorted(found, key=lambda item: item.on, reverse=True)


def _of_agreement(news: News) -> Item:
    period = f"Fra {long_date(news.start)}" + (f" til {long_date(news.end)}" if news.end else ", uden slutdato")
    return Item(
        on=news.on,
        what=_WHAT_BY_EVENT[news.what],
        partner=news.partner_name,
        more=f"{period}, efter beslutning {news.decision_id}",
        address=f"/partnere/{news.partner_id}",
    )


def _of_knowledge(update: KnowledgeUpdate) -> Item:
    assert update.decided is not None
    return Item(
        on=update.decided.on,
        what="Ny viden til agenterne",
        partner=update.partner_name,
        more=f"{update.title}. Gælder fra {long_date(update.valid_from)}",
        address=f"/viden/{update.partner_id}/{update.update_id}",
    )
