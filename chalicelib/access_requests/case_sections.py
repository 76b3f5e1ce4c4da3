"""What is held of an agent's dossier, in words: cases, remarks, instructions, proofs and the history. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from chalicelib.access_requests.record import Record
from chalicelib.access_requests.roles import without_addresses
from chalicelib.access_requests.section import UNKNOWN, RoleOf, Section, capital, name_of, solved
from chalicelib.cases.dossier import Case, Entry
from chalicelib.cases.proofs import Proof
from chalicelib.common.danish import clock_time, long_date, month_name
from chalicelib.followup.case_wording import BADGE_BY_STATE, EVENT_NAMES, INSTRUCTION_NAMES, PROOF_NAMES


def cases(found: Sequence[Case]) -> Section:
    """Return what each case rests on and where it stands."""
    return Section(
        heading="Sager om pause",
        caption="Hver sag, hvad den hviler på, og hvor den står",
        headings=("Sag", "Kommune", "Grundlag", "Datoer"),
        rows=[
            (
                f"Sag {case.number}\n{BADGE_BY_STATE[case.state][0]}",
                name_of(case.ground.municipality_code),
                "\n".join(
                    [f"trin 1 i {month_name(case.ground.step_1)}"]
                    + [
                        f"{month_name(each.month)}: {solved(each.answered, each.resolved)}"
                        for each in case.ground.months
                    ]
                ),
                "\n".join(_case_dates(case)),
            )
            for case in found
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


def remarks(found: Sequence[Case], role_of: RoleOf) -> Section:
    """Return what the municipality said of the cases."""
    return Section(
        heading="Hvad kommunen har sagt",
        caption="Kommentarer og indsigelser",
        headings=("Hvornår", "Sag", "Hvad", "Hvem", "Ordene"),
        rows=[
            (
                long_date(each.on),
                f"Sag {case.number}",
                EVENT_NAMES[each.what],
                capital(role_of(each.by, case.ground.municipality_code)),
                without_addresses(each.text) or UNKNOWN,
            )
            for case in found
            for each in case.remarks
        ],
        empty="Kommunen har ikke skrevet noget om agenten.",
    )


def instructions(found: Sequence[Case], role_of: RoleOf) -> Section:
    """Return what the telephony was told."""
    return Section(
        heading="Beskeder til telefonien",
        caption="Hvad telefonien skulle gøre, og om det er gjort",
        headings=("Besked", "Givet", "Udført", "Hvem"),
        rows=[
            (
                INSTRUCTION_NAMES[each.instruction],
                long_date(each.on),
                long_date(each.confirmed_on) if each.confirmed_on else "Bortfaldet" if each.void else "Venter",
                capital(role_of(each.confirmed_by, case.ground.municipality_code)) if each.confirmed_by else UNKNOWN,
            )
            for case in found
            for each in case.instructions
        ],
        empty="Telefonien har ikke fået besked om agenten.",
    )


def proofs(found: Sequence[Proof], role_of: RoleOf) -> Section:
    """Return the proofs of training and what became of them."""
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
            for each in found
        ],
        empty="Der er ikke registreret noget bevis.",
    )


def _answer(proof: Proof) -> str:
    if proof.verified_on is not None:
        return f"Godkendt {long_date(proof.verified_on)}"
    if proof.refused_on is not None:
        return f"Afvist {long_date(proof.refused_on)}\n{without_addresses(proof.refusal or '')}"
    return "Ikke besvaret endnu"


def history(record: Record, role_of: RoleOf) -> Section:
    """Return who did what."""
    stopped = record.dossier.stopped_on
    return Section(
        heading="Hvem gjorde hvad",
        caption="Alt, hvad der er sket i agentens sager, det ældste først",
        headings=("Hvornår", "Hvad", "Hvem", "Begrundelse"),
        rows=[
            (
                clock_time(entry.act.at),
                _what(entry),
                capital(role_of(entry.act.by, _code_of(entry, record))),
                without_addresses(entry.reason or "") or UNKNOWN,
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
