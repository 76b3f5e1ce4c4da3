"""The mails about cases: who is told what of a step, and the facts they are written from. The words are in templates/.

What somebody decided about an agent is told to the agent's municipality, with the reason word for word. A mail names
the agent by id, and no figures: those stand on the page that it leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from chalicelib.cases.aliases import alias_before_aliases
from chalicelib.cases.dossier import Dossier, Entry, Event, Step
from chalicelib.common import municipalities
from chalicelib.mail.outbox import Mail
from chalicelib.mail.receivers import leaders_of
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime import settings

_SUBJECT_BY_EVENT: Mapping[Event, str] = {
    Event.CONTESTED: "{name} gør indsigelse mod en pause",
    Event.PAUSED: "En agent i {name} sættes på pause",
    Event.DECLINED: "En agent i {name} sættes ikke på pause",
    Event.REOPENED: "Sagen om en pause i {name} er genåbnet",
    Event.UPHELD: "En agent i {name} er stadig på pause",
    Event.LIFTED: "Pausen for en agent i {name} er ophævet",
    Event.REINSTATED: "En agent i {name} kan tage telefonen igen",
    Event.PROOF_REGISTERED: "{name} har registreret et bevis",
    Event.PROOF_REFUSED: "Et bevis fra {name} er ikke godkendt",
    Event.STOPPED: "{name} skriver, at en agent er stoppet",
    Event.STOP_UNDONE: "En agent i {name} er alligevel ikke stoppet",
    Event.FORMERLY: "{name} skriver, at en agent har fået et nyt id",
}


def told_of(step: Step, *, book: RuleBook, today: date) -> tuple[Mail, ...]:
    """Return the mails that a step causes, one an entry and receiver; most entries cause none."""
    found = (_mails(step.dossier, entry, book=book, today=today) for entry in step.entries)
    return tuple(mail for mails in found for mail in mails)


def mail_ids(dossier: Dossier, entry: Entry) -> tuple[str, ...]:
    """Return the ids that the mails about an entry of a dossier's history have, or would have: most caused none."""
    return tuple(_mail_id(to_whom, dossier, entry) for to_whom in ("leaders", "secretariat"))


def _mail_id(to_whom: str, dossier: Dossier, entry: Entry) -> str:
    """No day is in it: what follows from figures happens again after a restore, some day later, and is told once.

    Half an alias is enough to tell dossiers apart; what happened tells a person's other act of the same number apart.
    A digest, from before there were aliases, doesn't tell a dossier from the one that was erased before it: a day does.
    """
    is_digest = dossier.alias == alias_before_aliases(dossier.agent)
    told_apart_by = f"{entry.act.on:%Y%m%d}" if is_digest else entry.what.value
    return f"case_{to_whom}_{dossier.alias[:16]}_{told_apart_by}_{entry.number}"


def _mails(dossier: Dossier, entry: Entry, *, book: RuleBook, today: date) -> list[Mail]:
    subject = _SUBJECT_BY_EVENT.get(entry.what)
    if subject is None:
        return []
    code = _municipality(dossier, entry)
    if code is None:
        return []
    name = municipalities.by_code[code].name
    return [
        Mail(
            mail_id=_mail_id(to_whom, dossier, entry),
            to=to,
            subject=subject.format(name=name),
            template="cases/told",
            facts={
                "what": entry.what.value,
                "municipality": name,
                "agent": dossier.agent,
                "reason": entry.reason,
                "other": entry.renaming.other if entry.renaming else "",
                "to_secretariat": to_whom == "secretariat",
                "page_url": f"{settings.base_url()}{_page(to_whom, code, dossier.agent)}",
                "secretariat": settings.secretariat_address(),
            },
            send_from=book.release_date(today),
        )
        for to_whom, to in _receivers(entry.what, code).items()
    ]


def _receivers(what: Event, municipality_code: str) -> dict[str, tuple[str, ...]]:
    """Return who is told, by side; where the secretariat stands in for missing leaders, it gets the leaders' mail."""
    secretariat: dict[str, tuple[str, ...]] = {"secretariat": (settings.secretariat_address(),)}
    if what in (Event.CONTESTED, Event.PROOF_REGISTERED, Event.STOPPED, Event.FORMERLY):
        return secretariat
    leaders = {"leaders": leaders_of(municipality_code)}
    return leaders | secretariat if what is Event.REOPENED else leaders


def _municipality(dossier: Dossier, entry: Entry) -> str | None:
    """Return whose leader said it, or whose proof or case it is about; None when nobody knows whose."""
    if entry.municipality_code is not None:
        return entry.municipality_code
    if entry.renaming is not None:
        return entry.renaming.municipality_code
    if entry.proof_id is not None:
        proof = dossier.proof(entry.proof_id)
        assert proof is not None
        return proof.municipality_code
    case = dossier.case(entry.case or 0)
    return case.ground.municipality_code if case is not None else None


def _page(to_whom: str, municipality_code: str, agent: str) -> str:
    """Return the path of the agent's own page. Ids are free text."""
    own = quote(agent, safe="")
    return f"/sager/{own}" if to_whom == "secretariat" else f"/opfoelgning/{municipality_code}/{own}"
