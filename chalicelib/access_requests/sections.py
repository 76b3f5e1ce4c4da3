"""What is held about an agent, in words: sections of text and tables, the same on the page and in the file. Pure."""

from __future__ import annotations

from chalicelib.access_requests import case_sections, month_sections
from chalicelib.access_requests.record import Looks, Record
from chalicelib.access_requests.section import RoleOf, Section, capital
from chalicelib.common.danish import clock_time, number
from chalicelib.evaluation import reading
from chalicelib.mail.outbox import MailState, State

_MAIL_STATES = {
    State.PENDING: "Ikke sendt endnu",
    State.SENDING: "Ved at blive sendt",
    State.SENT: "Sendt",
    State.DELIVERED: "Sendt og modtaget",
    State.COMPLAINED: "Sendt og meldt som spam",
    State.BOUNCED: "Sendt og kommet retur",
    State.FAILED: "Ikke sendt",
}


def sections(record: Record, looks: Looks, *, role_of: RoleOf) -> tuple[Section, ...]:
    """Return the whole record in the order in which it is read."""
    return (
        month_sections.figures(record.figures),
        month_sections.ledger([each for each in record.said if each.run == reading.LIVE], is_live=True),
        month_sections.ledger([each for each in record.said if each.run != reading.LIVE], is_live=False),
        case_sections.cases(record.dossier.cases),
        case_sections.remarks(record.dossier.cases, role_of),
        case_sections.instructions(record.dossier.cases, role_of),
        case_sections.proofs(record.dossier.proofs, role_of),
        case_sections.history(record, role_of),
        _mails(record),
        _looks(looks, role_of),
    )


def _mails(record: Record) -> Section:
    return Section(
        heading="Mails",
        caption="Mails, som nævner agenten",
        headings=("Emne", "Skrevet", "Sendt"),
        rows=[_mail_row(state) for state in record.mails],
        empty="Ingen mail nævner agenten.",
        notes=("Mails om opfølgning går til kommunens ledere eller til sekretariatet.",) if record.mails else (),
    )


def _mail_row(state: MailState) -> tuple[str, ...]:
    sent = f"\n{clock_time(state.accepted_at)}" if state.accepted_at else ""
    return (state.mail.subject, clock_time(state.delivery.recorded_at), f"{_MAIL_STATES[state.state]}{sent}")


def _looks(looks: Looks, role_of: RoleOf) -> Section:
    links = sum(each.links for each in looks.checked)
    return Section(
        heading="Opslag",
        caption="Hver gang nogen har set agentens oplysninger, det ældste først",
        headings=("Hvornår", "Hvem", "Hvorfor"),
        rows=[
            (clock_time(each.at), capital(role_of(each.who, each.municipality_code)), each.purpose)
            for each in looks.looks
        ],
        empty="Ingen har slået agenten op.",
        notes=(
            f"Noteringen af opslag er kontrolleret: kæden på {number(links)} led passer, og intet er ændret eller "
            "fjernet."
            if looks.is_unbroken
            else "Noteringen af opslag passer ikke med sin egen kontrol: noget er ændret eller fjernet. Listen kan "
            "mangle opslag. Sekretariatet skal have det undersøgt.",
        ),
    )
