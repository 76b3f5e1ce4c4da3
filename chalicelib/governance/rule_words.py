"""The rules in Danish: what each is called, what it decides, and what its value means.

Pure: no clock, no AWS, no environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.common.danish import MONTH_NAMES, WEEKDAY_NAMES, counted, decimal_number, listed, month_name, number
from chalicelib.common.months import Month
from chalicelib.rulebook.rules import RuleName

_SERVICE_NAME = {"contact_centre": "kontaktcenter", "chatbot": "chatbot"}
_RESPONSIBLE_NAME = {"leader": "lederen", "secretariat": "sekretariatet"}


@dataclass(frozen=True, slots=True)
class Wording:
    """How a rule is told. `value` gives the lines that say what a value of it means."""

    title: str
    about: str
    value: Callable[[Any], tuple[str, ...]]


def title(name: RuleName) -> str:
    """Return what the rule is called: `Mål for straksafklaring`."""
    return WORDING_BY_NAME[name].title


def in_words(name: RuleName, value: Any) -> tuple[str, ...]:
    """Return the lines that say what a value of the rule means."""
    return WORDING_BY_NAME[name].value(value)


def month_and_day(text: str) -> str:
    """Return `1. juli` for `07-01`."""
    month, day = text.split("-")
    return f"{int(day)}. {MONTH_NAMES[int(month) - 1]}"


def level_in_percent(permille: int) -> str:
    """Return `2,5` for 25."""
    return decimal_number(Decimal(permille) / 10, places=1)


def _days(value: int) -> tuple[str, ...]:
    return (counted(value, "dag", "dage"),)


def _minimum(value: int) -> tuple[str, ...]:
    return (f"{number(value)} besvarede opkald i måneden" if value else "Slået fra: alle måneder vurderes",)


def _guard(value: Mapping[str, Any]) -> tuple[str, ...]:
    level = f"ensidet niveau {level_in_percent(value['level_permille'])} %"
    return (f"Slået til, {level}" if value["on"] else f"Slået fra ({level}, hvis den slås til)",)


def _quiet(value: Mapping[str, str]) -> tuple[str, ...]:
    return (f"{month_and_day(value['from'])} – {month_and_day(value['to'])}, begge dage med",)


def _guidance(value: Mapping[str, Any]) -> tuple[str, ...]:
    teaching = value["teaching"]
    when = f"{teaching['week_of_month']}. {WEEKDAY_NAMES[teaching['weekday'] - 1]} i måneden"
    return (
        f"Proceduren: {value['procedure_url']}",
        f"E-læring: {value['e_learning_url']}",
        f"Fysisk undervisning: {when}, {teaching['hours']}, {teaching['place']}",
    )


def _agreement(value: Mapping[str, Any]) -> tuple[str, ...]:
    notice = counted(value["notice_months"], "måned", "måneder")
    return (f"Version {value['version']}", f"Opsigelsesvarsel: {notice}", f"Teksten: {value['document_url']}")


def _tasks(value: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{task['title']} ({', '.join(_task_facts(task))})" for task in value)


def _task_facts(task: Mapping[str, Any]) -> tuple[str, ...]:
    services = listed([_SERVICE_NAME[each] for each in task["services"]])
    return (_RESPONSIBLE_NAME[task["responsible"]], _due(task), services)


def _due(task: Mapping[str, Any]) -> str:
    if task.get("due_months") is not None:
        return f"{counted(task['due_months'], 'måned', 'måneder')} efter indmeldelsen"
    days = task["due_days"]
    if days == 0:
        return "på indmeldelsesdagen"
    return f"{counted(abs(days), 'dag', 'dage')} {'efter' if days > 0 else 'før'} indmeldelsen"


WORDING_BY_NAME: Mapping[RuleName, Wording] = {
    RuleName.FCR_TARGET_PERCENT: Wording(
        "Mål for straksafklaring",
        "Så mange af de besvarede opkald skal en agent afslutte selv. En måned går efter målet på dens første dag.",
        lambda value: (f"Mindst {value} %",),
    ),
    RuleName.MINIMUM_ANSWERED_CALLS: Wording(
        "Mindste antal besvarede opkald",
        "Har en agent færre i en måned, kan måneden ikke vurderes: den tæller ikke og nulstiller ikke.",
        _minimum,
    ),
    RuleName.SMALL_SAMPLE_GUARD: Wording(
        "Værn mod for få opkald",
        "Er det slået til, foreslås pause kun, når tre måneder samlet ligger sikkert under målet.",
        _guard,
    ),
    RuleName.PROCEDURE_START: Wording(
        "Opfølgningens første måned",
        "Måneder før den er prøvekørsel: alt beregnes og vises, ingen mail sendes.",
        lambda value: (month_name(Month.parse(value)),),
    ),
    RuleName.QUIET_PERIOD: Wording(
        "Sommer uden sekretariat",
        "Mails holdes i perioden og sendes dagen efter dens sidste dag.",
        _quiet,
    ),
    RuleName.RESPONSE_WINDOW_DAYS: Wording(
        "Kommunens frist til at svare",
        "Så længe har kommunen til at svare på et forslag om pause, fra den dag mailen er modtaget.",
        _days,
    ),
    RuleName.FOLLOW_UP_BOTTOM: Wording(
        "Kommuner, der følges op på",
        "Så mange kommuner fra bunden af månedens straksafklaring følges der op på.",
        lambda value: (f"Nederste {counted(value, 'kommune', 'kommuner')}",),
    ),
    RuleName.WAIT_FOR_FIGURES_DAYS: Wording(
        "Ventetid på manglende tal",
        "Så længe efter den planlagte evaluering kan måneden startes uden de kommuner, der mangler tal.",
        _days,
    ),
    RuleName.GUIDANCE: Wording(
        "Det, mails henviser til",
        "Links til proceduren og e-læring, og hvornår der er fysisk undervisning.",
        _guidance,
    ),
    RuleName.ENTRY_DATES: Wording(
        "Indmeldelsesdatoer",
        "De dage i året, en kommune kan træde ind. En anmodning går efter reglen på den dag, den er sendt.",
        lambda value: (listed([month_and_day(day) for day in value]),),
    ),
    RuleName.COOPERATION_AGREEMENT: Wording(
        "Samarbejdsaftalen",
        "Version, opsigelsesvarsel og tekst. En ny version ændrer intet i det, der er underskrevet.",
        _agreement,
    ),
    RuleName.ONBOARDING_TASKS: Wording(
        "Onboarding af en ny kommune",
        "Opgaverne i tjeklisten, hvem der gør dem, og hvornår de skal være gjort.",
        _tasks,
    ),
    RuleName.EXIT_REASONS: Wording(
        "Årsager til udmeldelse",
        "Dem kan en kommune vælge blandt, når den melder sig ud.",
        lambda value: tuple(reason["title"] for reason in value),
    ),
    RuleName.SMALL_AGGREGATE_MINIMUM: Wording(
        "Svar, før de vises samlet",
        "En samlet opgørelse vises først, når der er så mange svar.",
        lambda value: (counted(value, "svar", "svar"),),
    ),
    RuleName.RETENTION_MONTHS: Wording(
        "Så længe gemmes tal om personer",
        "Når en måneds sidste dag ligger så langt tilbage, slettes alt om de enkelte agenter i den. "
        "Kommunernes samlede tal bliver. Det, der er slettet, kommer ikke igen, hvis reglen ændres.",
        lambda value: (counted(value, "måned", "måneder"),),
    ),
}
