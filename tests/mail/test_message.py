"""What goes out: one message, two parts that say the same, and no header that we did not mean. THREATS T10, T11."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.mail.addresses import AddressRefused
from chalicelib.mail.mails import Mail
from chalicelib.mail.message import Message, Unrenderable, one_line, render_mail
from tests.mail.fakes import a_mail

AT = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("trial_templates", "_environment")


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDH_MAIL_FROM", "Den Digitale Hotline – drift <hotline@ddh.example>")
    monkeypatch.setenv("DDH_SECRETARIAT_ADDRESS", "sekretariat@ddh.example")


def _mail(**changes: Any) -> Mail:
    facts = {"name": "Aarhus", "answered": 1234}
    return a_mail(template="trial/plain", **{"facts": facts, **changes})


def _parsed(message: Message) -> EmailMessage:
    parsed = message_from_bytes(message.raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_both_parts_are_written_from_the_same_facts() -> None:
    message = _parsed(render_mail(_mail(), at=AT))

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        assert "Aarhus" in _part(message, kind)
        assert "1.234" in _part(message, kind)
        assert "Den Digitale Hotline" in _part(message, kind)


def test_the_headers_say_who_what_when_and_that_a_machine_wrote_it() -> None:
    to = ("leder@aarhus.example", "vikar@aarhus.example")
    message = _parsed(render_mail(_mail(to=to, subject="Månedens tal: oktober 2024"), at=AT))

    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "Den Digitale Hotline – drift <hotline@ddh.example>",
        "To": "leder@aarhus.example, vikar@aarhus.example",
        "Reply-To": "sekretariat@ddh.example",
        "Subject": "Månedens tal: oktober 2024",
        "Date": "Wed, 05 Feb 2025 06:00:00 +0100",
        "Message-ID": "<notice_2024-10_751_r1@ddh.example>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Language": "da",
    }


def test_the_message_is_ascii_with_network_line_ends_and_short_lines() -> None:
    raw = render_mail(_mail(facts={"name": "æøå " * 500, "answered": 1}), at=AT).raw

    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_markup_in_a_fact_is_text_in_the_mail() -> None:
    message = _parsed(render_mail(_mail(facts={"name": "<script>x</script>&", "answered": 1}), at=AT))

    assert "<script>" not in _part(message, "html")
    assert "&lt;script&gt;x&lt;/script&gt;&amp;" in _part(message, "html")
    assert "<script>x</script>&" in _part(message, "plain")


def test_what_turns_the_reading_direction_is_taken_out() -> None:
    message = _parsed(
        render_mail(_mail(subject="tal\u202e.xslx", facts={"name": "Aar\u202ehus", "answered": 1}), at=AT)
    )

    assert message["Subject"] == "tal .xslx"
    assert all("\u202e" not in _part(message, kind) for kind in ("plain", "html"))


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"name": "Aarhus"}, id="a fact is missing"),
        pytest.param({"name": "Aarhus", "answered": "mange"}, id="a fact has another type"),
        pytest.param({"name": "\ud800", "answered": 1}, id="a fact can't be written"),
    ],
)
def test_a_mail_that_cannot_be_written_is_our_fault_and_named_so(facts: dict[str, object]) -> None:
    with pytest.raises(Unrenderable) as unrenderable:
        render_mail(_mail(facts=facts), at=AT)

    assert "notice_2024-10_751_r1" in unrenderable.value.message


def test_a_template_that_does_not_exist_makes_no_mail() -> None:
    with pytest.raises(Unrenderable):
        render_mail(a_mail(template="trial/nowhere"), at=AT)


def test_a_recipient_is_judged_again_when_the_message_is_made() -> None:
    with pytest.raises(AddressRefused):
        render_mail(_mail(to=("leder@aarhus.example, offer@evil.example",)), at=AT)


@given(st.text(max_size=300))
def test_a_subject_is_one_clean_line(subject: str) -> None:
    line = one_line(subject)

    assert line.splitlines() in ([], [line])
    assert len(line) <= 200
    assert one_line(line) == line


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n:,;<>@\x0b\x0c\x1c\x85\u2028"),
        max_size=120,
    ),
    st.lists(st.sampled_from(["leder@aarhus.example", "a@b.dk", "x.y+z@kommune.example"]), min_size=1, max_size=4),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
)
def test_no_text_makes_a_header_or_a_recipient(subject: str, to: list[str], name: str) -> None:
    mail = _mail(subject=subject, to=tuple(to), facts={"name": name, "answered": 1})

    message = _parsed(render_mail(mail, at=AT))

    assert sorted(message.keys()) == sorted(
        [
            "From",
            "To",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
            "Content-Language",
        ]
    )
    assert [address.addr_spec for address in message["To"].addresses] == to
    assert message["Subject"] == one_line(subject)
    assert len(list(message.walk())) == 3
