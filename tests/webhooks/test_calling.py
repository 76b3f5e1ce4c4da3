"""The call to a partner: whom it reaches, what it carries, and that nothing of the answer holds it up."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.webhooks import calling
from chalicelib.webhooks.calling import Call, post
from chalicelib.webhooks.delivery import Answer, Outcome
from tests.webhooks.receiver import Receiver, listening

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
HOST = "hotline.renosyd.example"
PUBLIC, PRIVATE = "185.60.216.35", "10.0.0.7"


def call(*secrets: str) -> Call:
    return Call(
        event_id="extended_renosyd_3",
        body='{"type":"agreement.extended","data":{"navn":"Sønderjylland"}}',
        secrets=secrets or (SECRET,),
        signed_at=datetime.now(UTC),
    )


def told(receiver: Receiver) -> Answer:
    return post(receiver.url, call(), loopback=lambda: receiver.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def test_the_partner_verifies_what_it_gets_by_the_library_of_standard_webhooks(receiver: Receiver) -> None:
    answer = told(receiver)

    (got,) = receiver.got
    assert answer == Answer(outcome=Outcome.TAKEN)
    assert Webhook(SECRET).verify(got.body, got.headers)["data"] == {"navn": "Sønderjylland"}
    assert (got.headers["webhook-id"], got.headers["content-type"]) == ("extended_renosyd_3", "application/json")
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", got.headers)


def test_while_a_secret_is_rotated_both_verify(receiver: Receiver) -> None:
    post(receiver.url, call(SECRET, OTHER_SECRET), loopback=lambda: receiver.url)

    (got,) = receiver.got
    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(got.body, got.headers)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer(outcome=Outcome.TAKEN)),
        (299, Answer(outcome=Outcome.TAKEN)),
        (304, Answer(outcome=Outcome.FAILED, code="status_304")),
        (400, Answer(outcome=Outcome.FAILED, code="status_400")),
        (410, Answer(outcome=Outcome.GONE, code="status_410")),
        (503, Answer(outcome=Outcome.FAILED, code="status_503")),
    ],
)
def test_the_status_alone_says_what_came_of_it(receiver: Receiver, status: int, answer: Answer) -> None:
    receiver.answers = [status]

    assert told(receiver) == answer


def test_no_redirect_is_followed(receiver: Receiver) -> None:
    with listening() as elsewhere:
        receiver.answers, receiver.headers = [307], {"Location": elsewhere.url}

        assert told(receiver) == Answer(outcome=Outcome.FAILED, code="status_307")
        assert (len(receiver.got), elsewhere.got) == (1, [])


def test_a_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert told(receiver).outcome is Outcome.TAKEN


def test_nobody_who_listens_is_no_connection(receiver: Receiver) -> None:
    with listening() as gone:
        url = gone.url

    assert post(url, call(), loopback=lambda: url) == Answer(outcome=Outcome.FAILED, code="no_connection")


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200]
)
def test_an_answer_that_is_no_http_is_no_connection(answer: bytes) -> None:
    with _raw(lambda connection: connection.sendall(answer)) as port:
        url = f"http://127.0.0.1:{port}/"

        assert post(url, call(), loopback=lambda: url) == Answer(outcome=Outcome.FAILED, code="no_connection")


@pytest.mark.parametrize("drip", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_receiver_that_answers_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    monkeypatch.setattr(calling, "SECONDS_IN_ALL", 0.4)

    def dripping(connection: socket.socket) -> None:
        for _ in range(200):
            connection.sendall(drip)
            sleep(0.05)

    with _raw(dripping) as port:
        url, began = f"http://127.0.0.1:{port}/", monotonic()

        assert post(url, call(), loopback=lambda: url) == Answer(outcome=Outcome.FAILED, code="timeout")
        assert monotonic() - began < 3


def test_a_status_that_came_counts_though_its_body_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "SECONDS_IN_ALL", 0.4)

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        sleep(1)

    with _raw(endless) as port:
        url = f"http://127.0.0.1:{port}/"

        assert post(url, call(), loopback=lambda: url).outcome is Outcome.TAKEN


def test_a_status_that_came_counts_though_the_connection_breaks_in_its_body() -> None:
    def breaking(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        sleep(0.1)  # so that the status is read before the connection is reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with _raw(breaking) as port:
        url = f"http://127.0.0.1:{port}/"

        assert post(url, call(), loopback=lambda: url).outcome is Outcome.TAKEN


def test_no_more_of_an_answer_is_read_than_some_thousand_bytes() -> None:
    def flooding(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        ends_at = monotonic() + 3
        while monotonic() < ends_at:
            connection.sendall(b"a" * 4096)

    with _raw(flooding) as port:
        url, began = f"http://127.0.0.1:{port}/", monotonic()

        assert post(url, call(), loopback=lambda: url).outcome is Outcome.TAKEN
        assert monotonic() - began < 2


class Connections:
    """Stands for the network: it keeps whereto a connection was asked for, and makes none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, int]] = []
        monkeypatch.setattr(socket, "create_connection", self._connect)

    def _connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.asked.append(address)
        raise ConnectionRefusedError


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Connections:
    return Connections(monkeypatch)


class Names:
    """Stands for DNS: each time it is asked it answers with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self._answers.pop(0)


@pytest.mark.parametrize(
    "addresses", [[PRIVATE], [PUBLIC, PRIVATE], [PRIVATE, PUBLIC], ["127.0.0.1"], ["169.254.169.254"], ["::1"], []]
)
def test_a_name_is_not_called_unless_every_address_of_it_is_public(
    connections: Connections, addresses: list[str]
) -> None:
    answer = post(f"https://{HOST}/", call(), resolve=Names(addresses), loopback=lambda: None)

    assert answer == Answer(outcome=Outcome.FAILED, code="not_public")
    assert connections.asked == []


def test_a_name_that_turns_private_between_two_looks_is_called_where_it_was_checked(connections: Connections) -> None:
    names = Names([PUBLIC], [PRIVATE])

    post(f"https://{HOST}:8443/", call(), resolve=names, loopback=lambda: None)

    assert connections.asked == [(PUBLIC, 8443)]
    assert names.asked == 1


def test_a_second_address_is_tried_when_the_first_does_not_answer(connections: Connections) -> None:
    post(f"https://{HOST}/", call(), resolve=Names([PUBLIC, "8.8.8.8", "8.8.4.4"]), loopback=lambda: None)

    assert connections.asked == [(PUBLIC, 443), ("8.8.8.8", 443)]


def test_a_name_that_nobody_knows_is_told_as_such(connections: Connections) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    answer = post(f"https://{HOST}/", call(), resolve=unknown, loopback=lambda: None)

    assert answer == Answer(outcome=Outcome.FAILED, code="unknown_name")


def test_the_receiver_of_the_local_run_is_called_nowhere_else(receiver: Receiver) -> None:
    answer = post(f"https://127.0.0.1:{receiver.port}/", call(), loopback=lambda: None)

    assert answer == Answer(outcome=Outcome.FAILED, code="not_public")


@pytest.mark.parametrize(
    ("named", "answer"),
    [(HOST, Answer(outcome=Outcome.TAKEN)), ("other.example", Answer(outcome=Outcome.FAILED, code="certificate"))],
)
def test_the_certificate_must_be_the_name_s_though_the_connection_goes_to_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, answer: Answer
) -> None:
    certificate = _certificate(tmp_path, named)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(calling, "is_public", lambda address: address == "127.0.0.1")

    with listening(certificate=certificate) as receiver:
        url = f"https://{HOST}:{receiver.port}/a/b?c=d"
        assert post(url, call(), resolve=Names(["127.0.0.1"]), loopback=lambda: None) == answer

    assert [(got.path, got.headers["host"]) for got in receiver.got] == (
        [("/a/b?c=d", f"{HOST}:{receiver.port}")] if answer.outcome is Outcome.TAKEN else []
    )


def test_a_receiver_without_tls_is_told_nothing(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "is_public", lambda address: True)

    answer = post(f"https://{HOST}:{receiver.port}/", call(), resolve=Names(["127.0.0.1"]), loopback=lambda: None)

    assert answer == Answer(outcome=Outcome.FAILED, code="no_connection")
    assert receiver.got == []


def _certificate(folder: Path, name: str) -> Path:
    """Write a certificate of its own authority, with its key, for a name."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path = folder / "certificate.pem"
    path.write_bytes(pem)
    return path


@contextmanager
def _raw(answer: Callable[[socket.socket], Any]) -> Iterator[int]:
    """Listen once on a free port, read what comes, and let `answer` do as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                try:
                    answer(connection)
                except OSError:
                    return

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)
