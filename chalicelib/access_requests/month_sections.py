"""What is held of an agent's months, in words: the figures, and what they were judged to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import PurePosixPath

from chalicelib.access_requests.section import UNKNOWN, Section, name_of, solved
from chalicelib.common.danish import decimal_number, month_name, number
from chalicelib.evaluation import reading
from chalicelib.evaluation.reading import Said
from chalicelib.followup.agent_months import rules_used
from chalicelib.kpi.figures import AgentFigure


def figures(found: Sequence[AgentFigure]) -> Section:
    """Return the figures of every month."""
    return Section(
        heading="Tal",
        caption="Agentens tal måned for måned, som de gælder nu",
        headings=("Måned", "Kommune", "Løste opkald", "Omstillinger", "Samtaletid", "Tilfredshed", "Kilde"),
        rows=[
            (
                month_name(each.month),
                name_of(each.municipality_code),
                solved(each.answered, each.resolved),
                f"kolde: {_count(each.cold)}\nvarme: {_count(each.warm)}",
                UNKNOWN if each.talk_seconds is None else f"{number(each.talk_seconds)} sekunder i snit",
                _satisfaction(each),
                _figure_source(each),
            )
            for each in found
        ],
        empty="Der er ingen tal for agenten.",
    )


def ledger(said: Sequence[Said], *, is_live: bool) -> Section:
    """Return the lines of the live ledger, or those of dry runs."""
    return Section(
        heading="Opfølgning" if is_live else "Prøvekørsler",
        caption="Hvad hver måned blev gjort op til, og hvorfor" if is_live else "Hvad prøvekørsler kom til",
        headings=("Måned", "Kommune", "Løste opkald", "Udfald", "Regel og beslutning", "Kilde"),
        rows=[_said_row(each) for each in said],
        empty="Ingen måned er gjort op for agenten." if is_live else "Agenten er ikke med i nogen prøvekørsel.",
        notes=() if is_live else ("En prøvekørsel beregnes og vises, men får ingen følger, og ingen får mail om den.",),
    )


def _said_row(each: Said) -> tuple[str, ...]:
    month, name = month_name(each.evaluated.month), name_of(each.evaluated.municipality_code)
    revision = "gælder nu" if each.is_current else "kan være rettet siden"
    run = "" if each.run == reading.LIVE else f"\n{each.run}"
    when = f"{month}{run}\nopgørelse {each.evaluated.revision}, {revision}"
    if each.line is None:
        return (when, name, UNKNOWN, "Rettet: agenten står ikke længere i månedens opgørelse", UNKNOWN, UNKNOWN)
    facts = reading.line_facts(each.line)
    interval = f"\nmed 95 % sikkerhed mellem {facts['interval']}" if facts["interval"] else ""
    pooled = facts["pooled"]
    together = f"\ntre måneder samlet: {pooled['share']} af {number(pooled['answered'])} opkald" if pooled else ""
    return (
        when,
        name,
        f"{solved(each.line.answered, each.line.resolved)}{interval}",
        f"{facts['step']}\n{facts['reason']}{together}",
        "\n".join(rules_used(each.evaluated.rules, each.line)),
        f"{facts['source']}\n{each.line.source['key']}",
    )


def _count(value: int | None) -> str:
    return UNKNOWN if value is None else number(value)


def _satisfaction(each: AgentFigure) -> str:
    if each.satisfaction_answers is None:
        return UNKNOWN
    score = each.satisfaction_hundredths
    mean = "" if score is None else f"\n{decimal_number(Decimal(score) / 100, places=2)} i snit"
    return f"{number(each.satisfaction_answers)} svar{mean}"


def _figure_source(each: AgentFigure) -> str:
    sheet = f", ark {each.source.sheet}" if each.source.sheet else ""
    name = PurePosixPath(each.source.key).name
    return f"{name}{sheet}, række {each.source.row}\n{each.source.key}, {each.source.revision}. udgave"
