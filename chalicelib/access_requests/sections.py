"""What is held about an agent, in words: sections of text and tables, the same on the page and in the file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath

from chalicelib.access_requests.record import Looks, Record
from chalicelib.access_requests.roles import without_addresses
from chalicelib.cases.dossier import Case, Entry
from chalicelib.cases.proofs import Proof
from chalicelib.common import municipalities
from chalicelib.common.danish import clock_time, decimal_number, long_date, month_name, number, percent
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Said
from chalicelib.followup.agent_months import rules_used
from chalicelib.followup.case_wording import BADGE_BY_STATE, EVENT_NAMES, INSTRUCTION_NAMES, PROOF_NAMES
from chalicelib.kpi.figures import AgentFigure
from chalicelib.mail.outbox import MailState, State

#: The role in which an address acted, about something of a municipality.
RoleOf = Callable[[str, str | None], str]

_UNKNOWN = "–"
_MAIL_STATES = {
    State.PENDING: "Ikke sendt endnu",
    State.SENDING: "Ved at blive sendt",
    State.SENT: "Sendt",
    State.DELIVERED: "Sendt og modtaget",
    State.COMPLAINED: "Sendt og meldt som spam",
    State.BOUNCED: "Sendt og kommet retur",
    State.FAILED: "Ikke sendt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the record. Each row has a cell for each heading; a line break in a cell is one on the page."""

    heading: str
    caption: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    empty: str
    notes: Sequence[str] = field(default_factory=tuple)


def sections(record: Record, looks: Looks, *, role_of: RoleOf) -> tuple[Section, ...]:
    """Return the whole record in the order in which it is read."""
    return (
        _figures(record.figures),
        _ledger([each for each in record.said if each.run == reading.LIVE], is_live=True),
        _ledger([each for each in record.said if each.run != reading.LIVE], is_live=False),
        _cases(record.dossier.cases),
        _remarks(record.dossier.cases, role_of),
        _instructions(record.dossier.cases, role_of),
        _proofs(record.dossier.proofs, role_of),
        _history(record, role_of),
        _mails(record),
        _looks(looks, role_of),
    )


def _figures(found: Sequence[AgentFigure]) -> Section:
    return Section(
        heading="Tal",
        caption="Agentens tal måned for måned, som de gælder nu",
        headings=("Måned", "Kommune", "Løste opkald", "Omstillinger", "Samtaletid", "Tilfredshed", "Kilde"),
        rows=[
            (
                month_name(each.month),
                _name(each.municipality_code),
                _solved(each.answered, each.resolved),
                f"kolde: {_count(each.cold)}\nvarme: {_count(each.warm)}",
                _UNKNOWN if each.talk_seconds is None else f"{number(each.talk_seconds)} sekunder i snit",
                _satisfaction(each),
                _figure_source(each),
            )
            for each in found
        ],
        empty="Der er ingen tal for agenten.",
    )


def _ledger(said: Sequence[Said], *, is_live: bool) -> Section:
    return Section(
        heading="Opfølgning" if is_live else "Prøvekørsler",
        caption="Hvad hver måned blev gjort op til, og hvorfor" if is_live else "Hvad prøvekørsler kom til",
        headings=("Måned", "Kommune", "Løste opkald", "Udfald", "Regel og beslutning", "Kilde"),
        rows=[_said_row(each) for each in said],
        empty="Ingen måned er gjort op for agenten." if is_live else "Agenten er ikke med i nogen prøvekørsel.",
        notes=() if is_live else ("En prøvekørsel beregnes og vises, men får ingen følger, og ingen får mail om den.",),
    )


def _said_row(each: Said) -> tuple[str, ...]:
    month, name = month_name(each.evaluated.month), _name(each.evaluated.municipality_code)
    revision = "gælder nu" if each.is_current else "kan være rettet siden"
    run = "" if each.run == reading.LIVE else f"\n{each.run}"
    when = f"{month}{run}\nopgørelse {each.evaluated.revision}, {revision}"
    if each.line is None:
        return (when, name, _UNKNOWN, "Rettet: agenten står ikke længere i månedens opgørelse", _UNKNOWN, _UNKNOWN)
    facts = reading.line_facts(each.line)
    interval = f"\nmed 95 % sikkerhed mellem {facts['interval']}" if facts["interval"] else ""
    pooled = facts["pooled"]
    together = f"\ntre måneder samlet: {pooled['share']} af {number(pooled['answered'])} opkald" if pooled else ""
    return (
        when,
        name,
        f"{_solved(each.line.answered, each.line.resolved)}{interval}",
        f"{facts['step']}\n{facts['reason']}{together}",
        "\n".join(rules_used(each.evaluated.rules, each.line)),
        f"{facts['source']}\n{each.line.source['key']}",
    )


def _cases(cases: Sequence[Case]) -> Section:
    return Section(
        heading="Sager om pause",
        caption="Hver sag, hvad den hviler på, og hvor den står",
        headings=("Sag", "Kommune", "Grundlag", "Datoer"),
        rows=[
            (
                f"Sag {case.number}\n{BADGE_BY_STATE[case.state][0]}",
                _name(case.ground.municipality_code),
                "\n".join(
                    [f"trin 1 i {month_name(case.ground.step_1)}"]
                    + [
                        f"{month_name(each.month)}: {_solved(each.answered, each.resolved)}"
                        for each in case.ground.months
                    ]
                ),
                "\n".join(_case_dates(case)),
            )
            for case in cases
        ],
        empty="Der har ikke været nogen sag.",
    )


def _case_dates(case: Case) -> Iterator[str]:
    for name, day in (
        ("foreslået", case.opened_on),
        ("kommunen kunne svare til og med", case.window_ends_on),
        ("på pause fra", case.paused_on),
        ("afsluttet", case.settled_on),
    ):
        if day is not None:
            yield f"{name} {long_date(day)}"


def _remarks(cases: Sequence[Case], role_of: RoleOf) -> Section:
    return Section(
        heading="Hvad kommunen har sagt",
        caption="Kommentarer og indsigelser",
        headings=("Hvornår", "Sag", "Hvad", "Hvem", "Ordene"),
        rows=[
            (
                long_date(each.on),
                f"Sag {case.number}",
                EVENT_NAMES[each.what],
                _capital(role_of(each.by, case.ground.municipality_code)),
                without_addresses(each.text) or _UNKNOWN,
            )
            for case in cases
            for each in case.remarks
        ],
        empty="Kommunen har ikke skrevet noget om agenten.",
    )


def _instructions(cases: Sequence[Case], role_of: RoleOf) -> Section:
    return Section(
        heading="Beskeder til telefonien",
        caption="Hvad telefonien skulle gøre, og om det er gjort",
        headings=("Besked", "Givet", "Udført", "Hvem"),
        rows=[
            (
                INSTRUCTION_NAMES[each.instruction],
                long_date(each.on),
                long_date(each.confirmed_on) if each.confirmed_on else "Bortfaldet" if each.void else "Venter",
                _capital(role_of(each.confirmed_by, case.ground.municipality_code)) if each.confirmed_by else _UNKNOWN,
            )
            for case in cases
            for each in case.instructions
        ],
        empty="Telefonien har ikke fået besked om agenten.",
    )


def _proofs(proofs: Sequence[Proof], role_of: RoleOf) -> Section:
    return Section(
        heading="Beviser for undervisning",
        caption="Beviserne, hvor de kommer fra, og hvad sekretariatet svarede",
        headings=("Undervisning", "Kilde", "Registreret", "Svar", "Dokument"),
        rows=[
            (
                f"{PROOF_NAMES[each.kind]}\n{long_date(each.taken_on)}",
                without_addresses(each.source),
                f"{long_date(each.registered_on)}\naf {role_of(each.registered_by, each.municipality_code)}",
                _answer(each),
                PurePosixPath(each.document.key).name if each.document else "Intet dokument",
            )
            for each in proofs
        ],
        empty="Der er ikke registreret noget bevis.",
    )


def _answer(proof: Proof) -> str:
    if proof.verified_on is not None:
        return f"Godkendt {long_date(proof.verified_on)}"
    if proof.refused_on is not None:
        return f"Afvist {long_date(proof.refused_on)}\n{without_addresses(proof.refusal or '')}"
    return "Ikke besvaret endnu"


def _history(record: Record, role_of: RoleOf) -> Section:
    stopped = record.dossier.stopped_on
    return Section(
        heading="Hvem gjorde hvad",
        caption="Alt, hvad der er sket i agentens sager, det ældste først",
        headings=("Hvornår", "Hvad", "Hvem", "Begrundelse"),
        rows=[
            (
                clock_time(entry.act.at),
                _what(entry),
                _capital(role_of(entry.act.by, _code_of(entry, record))),
                without_addresses(entry.reason or "") or _UNKNOWN,
            )
            for entry in record.history
        ],
        empty="Der er ikke sket noget.",
        notes=(f"Agenten er stoppet {long_date(stopped)}.",) if stopped else (),
    )


def _what(entry: Entry) -> str:
    other = f": {entry.renaming.other}" if entry.renaming else ""
    case = f"\nSag {entry.case}" if entry.case is not None else ""
    return f"{EVENT_NAMES[entry.what]}{other}{case}"


def _code_of(entry: Entry, record: Record) -> str | None:
    """Return the municipality that an entry is about: whose leader said it, its proof's, its case's, a name's.

    Else the agent's latest.
    """
    if entry.municipality_code is not None:
        return entry.municipality_code
    proof = record.dossier.proof(entry.proof_id) if entry.proof_id is not None else None
    if proof is not None:
        return proof.municipality_code
    case = record.dossier.case(entry.case) if entry.case is not None else None
    if case is not None:
        return case.ground.municipality_code
    if entry.renaming is not None:
        return entry.renaming.municipality_code
    codes = [each.evaluated.municipality_code for each in record.said] or list(record.municipality_codes)
    return codes[-1] if codes else None


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
            (clock_time(each.at), _capital(role_of(each.who, each.municipality_code)), each.purpose)
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


def _solved(answered: int, resolved: int) -> str:
    return f"{number(resolved)} af {number(answered)}\n{percent(resolved, answered)}"


def _count(value: int | None) -> str:
    return _UNKNOWN if value is None else number(value)


def _satisfaction(each: AgentFigure) -> str:
    if each.satisfaction_answers is None:
        return _UNKNOWN
    score = each.satisfaction_hundredths
    mean = "" if score is None else f"\n{decimal_number(Decimal(score) / 100, places=2)} i snit"
    return f"{number(each.satisfaction_answers)} svar{mean}"


def _figure_source(each: AgentFigure) -> str:
    sheet = f", ark {each.source.sheet}" if each.source.sheet else ""
    name = PurePosixPath(each.source.key).name
    return f"{name}{sheet}, række {each.source.row}\n{each.source.key}, {each.source.revision}. udgave"


def _name(municipality_code: str) -> str:
    return municipalities.by_code[municipality_code].name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
