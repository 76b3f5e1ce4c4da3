"""The mail viewer answers safely: no script, foreign HTML in a sandbox, and only to whoever asks this machine."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from chalicelib.common.clock import system_clock
from chalicelib.mail import outbox
from chalicelib.runtime import clients
from infra.local import mailbox
from infra.local.mailbox import SentMail
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
as text <script>x</script>\r
--b\r
Content-Type: text/html\r
\r
<script>x</script><p>as page</p>\r
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
    return Client(Viewer([_HOST]))


def _get(viewer: Client, path: str, host: str = _HOST) -> tuple[int, str, str]:
    """Return status, content security policy and body."""
    answer = viewer.get(path, headers={"Host": host})
    return answer.status_code, answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/mails/1", "/mails/1/html", "/rapporter", "/udbakke"])
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
