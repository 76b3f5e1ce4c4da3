"""The example client signs as the API asks, comes back as it is told to, and takes no webhook that isn't ours."""

from __future__ import annotations

import base64
import json
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from chalicelib.access import public_keys, signatures
from chalicelib.access.public_keys import Key
from chalicelib.access.signatures import SignedMessage
from chalicelib.common.clock import system_clock
from examples import partner_client
from examples.partner_client import PartnerApi, Problem, Receiver
from infra.local import arguments as command_line
from infra.packaged import PROJECT

_KEY = partner_client.Key(key_id="renosyd.00000000", private_key=Ed25519PrivateKey.generate())
_SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
_WAITS = [1, 3, 9]


class _Api(HTTPServer):
    """An API that answers as it is told beforehand, and keeps what it was sent."""

    def __init__(self, answers: Sequence[tuple[int, dict[str, str], bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _ApiHandler)
        self.answers = list(answers)
        self.taken: list[SignedMessage] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _ApiHandler(BaseHTTPRequestHandler):
    server: _Api

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        message = SignedMessage(
            method=self.command,
            origin=self.server.url,
            path=self.path,
            has_query="?" in self.path,
            headers=tuple(self.headers.items()),
            body=body,
        )
        self.server.taken.append(message)
        status, headers, told = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(told)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = _do  # noqa: N815  # the standard library's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
        pass


def _answer(status: int, value: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, {name.replace("_", "-"): text for name, text in headers.items()}, json.dumps(value).encode()


@contextmanager
def _served(server: HTTPServer) -> Iterator[None]:
    with server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@contextmanager
def _api(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[_Api]:
    with _served(api := _Api(answers)):
        yield api


def _verified(message: SignedMessage) -> signatures.Verified:
    known = Key(
        key_id=_KEY.key_id,
        partner_id="renosyd",
        raw=_KEY.private_key.public_key().public_bytes_raw(),
        registered_at=system_clock.now(),
    )
    return signatures.verify(message, find_key={known.key_id: known}.get, clock=system_clock)


def _header(message: SignedMessage, name: str) -> str | None:
    return next((value for key, value in message.headers if key.lower() == name), None)


def test_each_kind_of_call_is_signed_as_the_api_asks() -> None:
    with _api(*[_answer(200, {})] * 6) as api:
        client = PartnerApi(api.url, _KEY)
        client.agreement()
        client.figures("2025-01")
        client.put_forecast("2025-W08", [40, 38, 41, 39, 30, 0, 12])
        client.ask_extension("2026-03-31", 1100, idempotency_key="wish-1")
        client.send_update("Ny åbningstid", "Pladsen åbner kl. 7", "2025-03-01", idempotency_key="update-1")
        client.update("5e0c3c2f9a7d4b1e8f60a2d1")

    assert [_verified(message).partner_id for message in api.taken] == ["renosyd"] * 6
    assert [(message.method, message.path) for message in api.taken] == [
        ("GET", "/partner/v1/agreement"),
        ("GET", "/partner/v1/figures/2025-01"),
        ("PUT", "/partner/v1/forecasts/2025-W08"),
        ("POST", "/partner/v1/extension-requests"),
        ("POST", "/partner/v1/knowledge-updates"),
        ("GET", "/partner/v1/knowledge-updates/5e0c3c2f9a7d4b1e8f60a2d1"),
    ]


def test_a_call_that_failed_over_there_is_made_again_with_the_same_key_and_a_new_nonce() -> None:
    waited: list[float] = []
    with _api(_answer(500), _answer(502), _answer(201, {"status": "open"})) as api:
        told = PartnerApi(api.url, _KEY, wait=waited.append).ask_extension("2026-03-31", 1100, idempotency_key="wish-1")

    assert told == {"status": "open"}
    assert waited == _WAITS[:2]
    assert {_header(message, "idempotency-key") for message in api.taken} == {"wish-1"}
    assert len({_verified(message).nonce for message in api.taken}) == 3


@pytest.mark.parametrize("status", [409, 429])
def test_a_call_that_is_told_to_come_back_waits_as_long_as_it_is_told(status: int) -> None:
    waited: list[float] = []
    with _api(_answer(status, {"code": "later"}, Retry_After="42"), _answer(200, {})) as api:
        PartnerApi(api.url, _KEY, wait=waited.append).agreement()

    assert waited == [42]


@pytest.mark.parametrize("status", [307, 400, 401, 403, 404, 409, 413, 422])
def test_a_refusal_is_not_argued_with(status: int) -> None:
    told = {"code": "refused", "detail": "Det går ikke.", "errors": [{"pointer": "/until", "detail": "Ret dagen"}]}
    with _api(_answer(status, told)) as api, pytest.raises(Problem) as caught:
        PartnerApi(api.url, _KEY).agreement()

    assert (caught.value.status, caught.value.code) == (status, "refused")
    assert str(caught.value) == f"{status} refused: Det går ikke.\n  /until: Ret dagen"


def test_a_call_gives_up_after_its_last_try() -> None:
    waited: list[float] = []
    with _api(*[(503, {"Content-Length": "0"}, b"")] * 4) as api, pytest.raises(Problem, match="503"):
        PartnerApi(api.url, _KEY, wait=waited.append).agreement()

    assert waited == _WAITS


def test_a_call_that_nobody_answers_gives_up_too() -> None:
    waited: list[float] = []
    with _api() as api:
        pass

    with pytest.raises(requests.ConnectionError):
        PartnerApi(api.url, _KEY, wait=waited.append).agreement()

    assert waited == _WAITS


def test_a_made_key_is_this_users_alone_and_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert partner_client.main(["--folder", str(tmp_path / "key"), "make-key"]) == 0

    path = tmp_path / "key" / "private-key.pem"
    made = path.read_bytes()
    told = capsys.readouterr().out
    raw = public_keys.read(told[: told.index("Fingerprint")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"Fingerprint: {public_keys.fingerprint(raw)}" in told
    assert "PRIVATE" not in told

    assert partner_client.main(["--folder", str(tmp_path / "key"), "make-key"]) == 1

    assert path.read_bytes() == made


@pytest.mark.parametrize(
    ("command", "has_key", "missing", "how"),
    [
        ("agreement", False, "private-key.pem", "make a key with make-key, start the local run (make run)"),
        ("agreement", True, "key-id", "write the id that the secretariat answered"),
        ("listen", False, "webhook-secret", "write the secret (whsec_…) that the secretariat gave you"),
    ],
)
def test_what_is_missing_is_told_in_one_line_with_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, has_key: bool, missing: str, how: str
) -> None:
    folder = tmp_path / "key"
    if has_key:
        partner_client.make_key(folder)

    assert partner_client.main(["--folder", str(folder), command]) == 1

    told = capsys.readouterr().err
    assert told.startswith(f"There is no {folder / missing}: {how}")
    assert told.count("\n") == 1


def test_what_a_made_key_would_replace_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partner_client.make_key(tmp_path)

    assert partner_client.main(["--folder", str(tmp_path), "make-key"]) == 1

    told = f"There is a key already: {tmp_path / 'private-key.pem'}. Name another folder with --folder.\n"
    assert capsys.readouterr().err == told


def _webhook(*, secret: str = _SECRET, at: datetime | None = None, webhook_id: str = "ended_renosyd_2") -> Any:
    body = json.dumps({"type": "agreement.ended", "data": {"number": 2}})
    at = at or datetime.now(UTC)
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, body),
    }
    return {"data": body, "headers": headers, "timeout": 5}


@pytest.fixture
def taken() -> list[Any]:
    return []


@pytest.fixture
def receiver(taken: list[Any]) -> Iterator[str]:
    with _served(receiver := Receiver(0, _SECRET, tell=taken.append)):
        yield f"http://127.0.0.1:{receiver.server_port}/"


def test_a_webhook_of_ours_is_taken_once(receiver: str, taken: list[Any]) -> None:
    statuses = [requests.post(receiver, **_webhook()).status_code for _ in range(2)]
    statuses.append(requests.post(receiver, **_webhook(webhook_id="ended_renosyd_3")).status_code)

    assert statuses == [204, 204, 204]
    assert taken == [{"type": "agreement.ended", "data": {"number": 2}}] * 2


def test_while_the_secret_rotates_either_signature_will_do(receiver: str, taken: list[Any]) -> None:
    new, old = _webhook(secret="whsec_" + base64.b64encode(b"another secret").decode()), _webhook()
    new["headers"]["webhook-signature"] += " " + old["headers"]["webhook-signature"]

    assert requests.post(receiver, **new).status_code == 204
    assert len(taken) == 1


def test_a_webhook_that_is_not_ours_is_refused(receiver: str, taken: list[Any]) -> None:
    stranger = _webhook(secret="whsec_" + base64.b64encode(b"a stranger's secret").decode())
    stale = _webhook(at=datetime.now(UTC) - timedelta(minutes=6))
    changed = {**_webhook(), "data": "{}"}
    broken = _webhook()
    broken["headers"]["webhook-signature"] = "nonsense"
    unsigned: dict[str, Any] = {"data": "{}", "timeout": 5}

    statuses = [requests.post(receiver, **each).status_code for each in (stranger, stale, changed, broken, unsigned)]

    assert statuses == [400] * 5
    assert requests.post(receiver, data=b"x" * 100_001, timeout=5).status_code == 413
    assert taken == []


def test_without_options_it_meets_the_local_run() -> None:
    run, client = command_line.parse([]), partner_client.command_line()

    calling, listening = client.parse_args(["agreement"]), client.parse_args(["listen"])

    assert calling.url == f"http://127.0.0.1:{run.site_port}"
    assert PROJECT / calling.folder == run.partner_key
    assert listening.port == run.webhook_port
