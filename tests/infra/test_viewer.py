"""The mail viewer answers safely: no script, foreign HTML in a sandbox, and only to whoever asks this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date

import pytest
from werkzeug.test import Client

from chalicelib.common.clock import system_clock
from chalicelib.mail import outbox
from chalicelib.runtime import clients
from infra.local import mailbox
from infra.local.clockwork import Clockwork
from infra.local.mailbox import SentMail
from infra.local.pump import Pump
from infra.local.viewer import Viewer
from tests.conftest import EmulatedAWS

_HOST = "127.0.0.1:8025"
_RAW = b"""Subject: <script>x</script>\r
To: leder@x.example\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
as text <script>x</script> https://ddh.example/api.\r
--b\r
Content-Type: text/html\r
\r
<script>x</script><p>as page</p><a href="http://127.0.0.1:8026/log-ind/abc">ind</a><a href="javascript:x">x</a>\r
--b--\r
"""


@pytest.fixture
def viewer(aws: EmulatedAWS) -> Client:
    mail = SentMail(
        message_id="1",
        sent_at=system_clock.now(),
        sender="hotline@ddh.example",
        to=("leder@x.example",),
        tags={"mail_id": "notice"},
        configuration_set=None,
        raw=_RAW,
    )
    mailbox.sent.append(mail)
    return Client(Viewer([_HOST], Clockwork({}, Pump([]), working=nullcontext())))


@pytest.fixture
def _business_date() -> Iterator[None]:
    system_clock.business_date = date(2025, 2, 5)
    yield
    system_clock.business_date = None


def _get(viewer: Client, path: str, host: str = _HOST) -> tuple[int, str, str]:
    """Return status, content security policy and body."""
    answer = viewer.get(path, headers={"Host": host})
    return answer.status_code, answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/mails/1", "/mails/1/html", "/rapporter", "/udbakke", "/ur"])
def test_no_page_may_run_a_script(viewer: Client, path: str) -> None:
    status, policy, _ = _get(viewer, path)

    assert status == 200
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_what_a_mail_says_is_escaped_on_our_pages(viewer: Client) -> None:
    assert "<script>" not in _get(viewer, "/")[2]
    assert "<script>" not in _get(viewer, "/mails/1")[2]


def test_a_mail_s_html_is_served_as_it_is_into_a_sandbox(viewer: Client) -> None:
    _, policy, body = _get(viewer, "/mails/1/html")

    assert policy.startswith("sandbox;")
    assert "<p>as page</p>" in body
    assert 'src="/mails/1/html"' in _get(viewer, "/mails/1")[2]


def test_a_mail_can_be_fetched_byte_for_byte(viewer: Client) -> None:
    answer = viewer.get("/mails/1/raw.eml", headers={"Host": _HOST})

    assert answer.data == _RAW
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notice.eml"'


def test_another_host_s_page_gets_nothing(viewer: Client) -> None:
    status, _, body = _get(viewer, "/", host="evil.example")

    assert status == 421
    assert "leder@x.example" not in body


@pytest.mark.parametrize(
    "path", ["/mails/2", "/nowhere", "/rapporter/drops/agent-kpi/a.csv", "/rapporter/reports/none.html"]
)
def test_what_is_not_there_is_told_in_danish(viewer: Client, aws: EmulatedAWS, path: str) -> None:
    clients.s3().put_object(Bucket=aws.files_bucket, Key="drops/agent-kpi/a.csv", Body=b"secret")

    status, _, body = _get(viewer, path)

    assert status == 404
    assert "Siden findes ikke" in body


def test_the_outbox_page_shows_what_waits(viewer: Client) -> None:
    mail = outbox.Mail(mail_id="held", to=("leder@x.example",), subject="Hej", template="evaluation/missing", facts={})
    outbox.record_alone(mail)

    _, _, body = _get(viewer, "/udbakke")

    assert "<li>held</li>" in body


def test_a_mail_s_links_can_be_followed_and_are_web_addresses(viewer: Client) -> None:
    _, _, body = _get(viewer, "/mails/1")

    assert '<a href="http://127.0.0.1:8026/log-ind/abc">' in body
    assert '<a href="https://ddh.example/api">' in body
    assert "javascript:" not in body


def _move(viewer: Client, to: str, **headers: str) -> tuple[int, str]:
    sent = {name.replace("_", "-"): value for name, value in (headers or {"Sec_Fetch_Site": "same-origin"}).items()}
    answer = viewer.post("/ur", data={"dato": to}, headers={"Host": _HOST, **sent})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.usefixtures("_business_date")
def test_the_clock_moves_forward(viewer: Client) -> None:
    assert _move(viewer, "2025-07-01", Origin=f"http://{_HOST}")[0] == 303

    assert system_clock.today() == date(2025, 7, 1)
    assert "Morgenen den 1. juli 2025" in _get(viewer, "/ur")[2]


@pytest.mark.usefixtures("_business_date")
@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("2025-02-05", "kun fremad"),
        ("2024-12-31", "kun fremad"),
        ("9999-12-31", "inden for ti år"),
        ("1. juli", "Skriv datoen som"),
        ("", "Skriv datoen som"),
    ],
)
def test_a_date_that_the_clock_cannot_go_to_is_told_on_the_form(viewer: Client, to: str, told: str) -> None:
    status, body = _move(viewer, to)

    assert status == 422
    assert told in body
    assert system_clock.today() == date(2025, 2, 5)


@pytest.mark.usefixtures("_business_date")
@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "*/*"},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": f"http://{_HOST}", "Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_only_the_viewer_s_own_page_moves_the_clock(viewer: Client, headers: dict[str, str]) -> None:
    assert _move(viewer, "2025-07-01", **headers)[0] == 403
    assert system_clock.today() == date(2025, 2, 5)


def test_only_the_clock_s_page_has_a_form_that_works(viewer: Client) -> None:
    assert "form-action 'self'" in _get(viewer, "/ur")[1]
    assert "form-action 'none'" in _get(viewer, "/")[1]
