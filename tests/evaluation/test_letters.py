"""What the procedure's mails say: the same in both parts, collegial, and traceable to file and row."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest

from chalicelib.common.months import Month
from chalicelib.evaluation import letters, wording
from chalicelib.evaluation.ledger import Change, Line, MunicipalityMonth, changed_standings
from chalicelib.evaluation.rules import AgentMonth, Outcome, Policy, follow
from chalicelib.mail.outbox import Mail
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book as rulebook
from chalicelib.rulebook.rules import RuleBook
from chalicelib.runtime import settings
from chalicelib.runtime.templates import render

DECEMBER = Month(2024, 12)
POLICY = Policy(target_percent=60, minimum_answered=30, guard_level_permille=25)
LOW, HIGH = (100, 40), (100, 62)
EGEDAL = Member(
    municipality_code="240",
    name="Egedal",
    leaders=("leder@egedal.example",),
    services=frozenset({Service.CONTACT_CENTRE}),
    active_from=date(2022, 1, 1),
)
SOURCE = {"drop_id": "d1", "key": "drops/agent-kpi/2024-Q4.xlsx", "sheet": "December 2024", "row": 12, "revision": 1}


@pytest.fixture
def book(aws: Any) -> RuleBook:
    register.put(EGEDAL)
    rulebook.seed()
    return rulebook.load()


def line(agent: str, *counts: tuple[int, int]) -> Line:
    """The ledger line of December 2024 for an agent with these (answered, resolved) up to December."""
    months = [
        AgentMonth(month=DECEMBER.plus(index + 1 - len(counts)), answered=answered, resolved=resolved)
        for index, (answered, resolved) in enumerate(counts)
    ]
    judgement = follow(months, policy=POLICY)[-1]
    return Line(
        municipality_code="240",
        agent=agent,
        month=DECEMBER,
        answered=months[-1].answered,
        resolved=months[-1].resolved,
        outcome=judgement.outcome,
        reason=judgement.reason,
        pooled=judgement.pooled,
        before=judgement.before,
        after=judgement.after,
        source=SOURCE,
    )


def evaluated(*lines: Line) -> MunicipalityMonth:
    return MunicipalityMonth(
        municipality_code="240",
        month=DECEMBER,
        revision=1,
        figures_revision=1,
        snapshot="",
        rules={},
        lines=lines,
        standings={each.agent: each.after for each in lines},
    )


EVERY_KIND = (
    line("240-001", (100, 59), (100, 62)),
    line("240-002", *[(1000, 599)] * 3),
    line("240-003", LOW, LOW, LOW),
    line("240-004", (38, 20)),
    line("240-005", (29, 2)),
    line("240-006", LOW, LOW),
    line("240-007", LOW, LOW, LOW, LOW),
)


def words(mail: Mail, part: str) -> str:
    """Return a part's text as people read it, in one line."""
    text = render(f"{mail.template}.{part}", **mail.facts)
    if part == "html":
        text = unescape(re.sub(r"<[^>]+>", " ", text.partition("<body")[2]))
    return re.sub(r"[\s\N{NO-BREAK SPACE}]+", " ", text)


def test_nobody_below_target_is_no_mail_recognition_included(book: RuleBook) -> None:
    improved = line("240-001", LOW, HIGH)

    assert improved.is_improvement
    assert letters.notice(evaluated(improved, line("240-005", (5, 0))), book=book, today=date(2025, 1, 5)) is None


@pytest.mark.parametrize("part", ["html", "txt"])
def test_both_parts_say_everything(book: RuleBook, part: str) -> None:
    mail = letters.notice(evaluated(*EVERY_KIND), book=book, today=date(2025, 1, 5))

    assert mail is not None
    text = words(mail, part)
    for said in (
        "Straksafklaring i december 2024",
        "Kære ledere i Egedal",
        "under målet på 60 %",
        "599 opkald blev afklaret straks",
        "agentens egentlige niveau ligger sandsynligvis mellem 37,3 og 67,5 %",
        "Tre måneder samlet: 40,0 % af 300 opkald",
        "Kilde: 2024-Q4.xlsx, ark December 2024, række 12",
        "240-005. Måneden tæller hverken for eller imod",
        "240-001 er tilbage på eller over målet",
        "14. januar 2025 og 11. februar 2025",
        "En medarbejder i sekretariatet afgør forslaget; det sker aldrig automatisk",
        "14 dage",
        "Januar 2025 gøres op den 5. februar 2025",
    ):
        assert said.casefold() in text.casefold(), said
    for each in EVERY_KIND:
        assert each.agent in text


@pytest.mark.parametrize(
    ("history", "said", "unsaid"),
    [
        ([LOW], "bliver det trin 2", "foreslå en pause"),
        ([LOW, LOW], "kan vi foreslå en pause", "bliver det trin 2"),
        ([LOW] * 3, "I har 14 dage", "bliver det trin 2"),
        ([(1000, 599)] * 3, "Derfor foreslår vi ingen pause", "I har 14 dage"),
        ([LOW] * 4, "er ikke afgjort endnu", "I har 14 dage"),
    ],
)
def test_what_happens_next_is_said_for_the_steps_there_are(
    book: RuleBook, history: list[tuple[int, int]], said: str, unsaid: str
) -> None:
    mail = letters.notice(evaluated(line("240-001", *history)), book=book, today=date(2025, 1, 5))

    assert mail is not None
    assert said in words(mail, "txt")
    assert unsaid not in words(mail, "txt")


def test_a_day_that_has_passed_is_not_announced(book: RuleBook) -> None:
    mail = letters.notice(evaluated(*EVERY_KIND), book=book, today=date(2025, 2, 6))

    assert mail is not None
    assert "gøres op den" not in words(mail, "txt")


def corrected(*, was: tuple[Line, ...], now: tuple[Line, ...], book: RuleBook) -> list[Mail]:
    """The mails about a correction of December alone, the latest month."""
    before, after = evaluated(*was), replace(evaluated(*now), revision=2)
    return letters.corrections(
        changed_standings(before, after), was=before, now=after, book=book, today=date(2025, 1, 9)
    )


@pytest.mark.parametrize("part", ["html", "txt"])
def test_a_correction_says_what_was_and_what_is(book: RuleBook, part: str) -> None:
    to_leaders, copy = corrected(
        was=(line("240-003", LOW, LOW, LOW), line("240-004", (38, 20))),
        now=(line("240-003", LOW, HIGH, LOW), line("240-008", (40, 10))),
        book=book,
    )

    assert (to_leaders.mail_id, to_leaders.to) == ("correction_2024-12_240_r2", ("leder@egedal.example",))
    assert (copy.mail_id, copy.to) == ("correction-copy_2024-12_240_r2", ("sekretariat@ddh.example",))
    assert copy.subject == f"Kopi: {to_leaders.subject}"
    text = words(to_leaders, part)
    assert "Forslaget om pause er bortfaldet for 240-003." in text
    assert re.search(r"Trin 3: pause foreslået.*Trin 1.*240-004.*Ingen tal.*240-008.*Ingen tal.*Trin 1", text)


def test_a_proposal_that_only_moves_to_another_month_is_not_called_withdrawn(book: RuleBook) -> None:
    """December's proposal lapses in December's line, but January proposes anew: nothing is over."""
    was, now = line("240-003", LOW, LOW, LOW), line("240-003", (100, 70), LOW, LOW)
    proposed_anew = replace(now.after, proposal_month=DECEMBER.next(), months_below=3)
    latest_was = replace(evaluated(was), month=DECEMBER.next())
    latest_now = replace(evaluated(now), month=DECEMBER.next(), standings={"240-003": proposed_anew})
    changes = changed_standings(evaluated(was), replace(evaluated(now), revision=2))

    mail = letters.corrections(changes, was=latest_was, now=latest_now, book=book, today=date(2025, 2, 9))[0]

    assert mail.facts["withdrawn"] == []
    assert "er ikke afgjort endnu" in words(mail, "txt")


def test_a_row_that_is_gone_leaves_an_earlier_proposal_waiting(book: RuleBook) -> None:
    proposed = replace(line("240-003", LOW, LOW, LOW).after, proposal_month=DECEMBER.previous())
    was = replace(evaluated(line("240-003", LOW, LOW, LOW, LOW)), standings={"240-003": proposed})
    now = replace(evaluated(), revision=2, standings={"240-003": replace(proposed, months_below=3)})
    change = Change(agent="240-003", month=DECEMBER, revision=2, was=was.lines[0], now=None)

    mail = letters.corrections([change], was=was, now=now, book=book, today=date(2025, 1, 9))[0]

    assert mail.facts["withdrawn"] == []


def test_what_happens_next_follows_the_latest_month_and_not_the_corrected_one(book: RuleBook) -> None:
    october = Change(
        agent="240-001", month=DECEMBER.plus(-2), revision=2, was=line("240-001", HIGH), now=line("240-001", LOW)
    )
    latest = evaluated(line("240-001", HIGH))

    mail = letters.corrections([october], was=latest, now=latest, book=book, today=date(2025, 1, 9))[0]

    assert mail.facts["next_steps"] == []
    assert "november" not in words(mail, "txt")


def test_a_municipality_without_leaders_gets_its_mail_at_the_secretariat_once(book: RuleBook) -> None:
    register.put(replace(EGEDAL, leaders=()))

    (mail,) = corrected(was=(line("240-003", LOW),), now=(line("240-003", HIGH),), book=book)

    assert mail.to == ("sekretariat@ddh.example",)


def test_an_unusable_address_does_not_stop_the_others(book: RuleBook) -> None:
    register.put(replace(EGEDAL, leaders=("leder@egedal.example", "to@a.example, tre@b.example")))

    mail = letters.notice(evaluated(*EVERY_KIND), book=book, today=date(2025, 1, 5))

    assert mail is not None
    assert mail.to == ("leder@egedal.example", "sekretariat@ddh.example")


@pytest.mark.parametrize("part", ["html", "txt"])
def test_an_open_proposal_is_shown_in_a_better_month_too(book: RuleBook, part: str) -> None:
    better = line("240-003", LOW, LOW, LOW, HIGH)

    mail = letters.notice(evaluated(better, line("240-004", LOW)), book=book, today=date(2025, 1, 5))

    assert mail is not None
    assert "Forslaget om pause for 240-003 (fra november 2024) venter stadig" in words(mail, part)


def test_a_held_mail_speaks_of_the_days_after_it_leaves(book: RuleBook) -> None:
    mail = letters.notice(evaluated(*EVERY_KIND), book=book, today=date(2025, 7, 5))

    assert mail is not None
    assert mail.facts["teaching_dates"] == ["12. august 2025", "9. september 2025"]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_name_for_people(outcome: Outcome) -> None:
    assert wording.STEP_TEXT[outcome]


@pytest.mark.parametrize("part", ["html", "txt"])
def test_a_strange_agent_id_is_shown_verbatim_and_harmless(book: RuleBook, part: str) -> None:
    strange = replace(line("240-004", (38, 20)), agent="<b>&x")

    mail = letters.notice(evaluated(strange), book=book, today=date(2025, 1, 5))

    assert mail is not None
    assert "<b>&x" in words(mail, part).replace("&lt;", "<")
    if part == "html":
        assert "<b>&x" not in render(f"{mail.template}.html", **mail.facts)


def test_mails_lead_to_the_municipality_s_page_and_to_the_secretariat_with_questions_alone(book: RuleBook) -> None:
    notice = letters.notice(evaluated(*EVERY_KIND), book=book, today=date(2025, 1, 5))
    correction, _ = corrected(was=(line("240-003", LOW),), now=(line("240-003", LOW, LOW, LOW),), book=book)

    assert notice is not None
    for mail in (notice, correction):
        page = f"{settings.base_url()}/opfoelgning/240"
        assert f'href="{page}"' in render(f"{mail.template}.html", **mail.facts)
        for part in ("html", "txt"):
            text = words(mail, part)
            assert page in text
            assert "svare eller gøre indsigelse på jeres side" in text
            assert re.search(r"Har I spørgsmål, så skriv til\s+sekretariat@ddh.example", text)
            assert text.count("sekretariat@ddh.example") == 2  # questions, and who wants to listen in
