"""What whoever runs the service does by hand: dead letters, the outbox, evaluating again, exporting."""

from __future__ import annotations

import getpass
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from chalicelib.access import grants, staff
from chalicelib.access.people import Person, Role
from chalicelib.cases import service
from chalicelib.common.months import Month
from chalicelib.kpi import figures
from chalicelib.mail import outbox
from chalicelib.rulebook import book
from chalicelib.runtime import clients
from infra.local import snapshot
from infra.local.functions import functions_of
from infra.local.pump import Pump
from infra.ops import __main__ as ops
from infra.ops import dead_letters, exporting, where
from infra.ops.problems import Refused
from infra.packaged import PROJECT, template
from tests import faults
from tests.access.looks import looks_at
from tests.cases.dossiers import ground
from tests.conftest import EmulatedAWS, SettableClock

DEAD = "ddh-local-outbox-dead"


def _put(queue: str, *bodies: str) -> None:
    sqs = clients.sqs()
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)


def _mail(clock: SettableClock) -> None:
    mail = outbox.Mail(
        mail_id="hello_1",
        to=("leder@samsoe.example",),
        subject="Hej",
        template="access/sign_in",
        facts={"url": "https://ddh.example/log-ind/x", "minutes": 15},
    )
    outbox.record_alone(mail, clock=clock)


def test_a_message_that_was_done_already_may_be_sent_back(aws: EmulatedAWS, clock: SettableClock) -> None:
    outbox_pump = Pump([functions_of(template("local"), aws.references)["deliver-mail"]])
    _mail(clock)
    told = '{"version": 1, "mail_id": "hello_1"}'
    _put("ddh-local-outbox", told)
    outbox_pump.drain()
    assert len(aws.sent_mails) == 1
    _put(DEAD, told, told)

    assert dead_letters.redrive(DEAD, invoke=print).count_by_place == {"ddh-local-outbox": 2}
    outbox_pump.drain()

    assert len(aws.sent_mails) == 1


def _export(directory: Path, clock: SettableClock, tell: Callable[[str, int], object] = lambda *_: None) -> int:
    return exporting.export(directory, who="drift", purpose="Flytning", tell=tell, clock=clock)


def test_an_export_holds_every_item_for_nobody_else_to_read(
    aws: EmulatedAWS, clock: SettableClock, tmp_path: Path
) -> None:
    _mail(clock)
    told: dict[str, int] = {}

    exported = _export(tmp_path / "ud", clock, lambda table, count: told.update({table: count}))

    assert exported == 3, "the mail, and the look with its link"
    assert told["ddh-local-mail"] == 1
    (line,) = (tmp_path / "ud" / "ddh-local-mail.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["mail_id"] == {"S": "hello_1"}
    files = list((tmp_path / "ud").iterdir())
    assert len(files) == len(told) >= 10
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_an_export_that_can_not_be_written_is_no_look_at_anybody(
    aws: EmulatedAWS, clock: SettableClock, tmp_path: Path
) -> None:
    book.seed()
    service.propose("751-001", ground(), clock=clock)
    (tmp_path / "file").write_text("")

    with pytest.raises(Refused, match="is there already: name a folder that isn't"):
        _export(tmp_path, clock)
    with pytest.raises(Refused, match=r"can't be made .*: name another folder"):
        _export(tmp_path / "file" / "ud", clock)

    assert looks_at("751-001") == ()


def test_an_export_is_noted_as_a_look_at_everybody_before_the_first_table(
    aws: EmulatedAWS, clock: SettableClock, tmp_path: Path
) -> None:
    book.seed()
    service.propose("751-001", ground(), clock=clock)

    with faults.counted() as calls:
        _export(tmp_path / "ud", clock)

    assert [(each.who, each.purpose) for each in looks_at("751-001")] == [("drift", "Flytning")]
    assert calls.operations.index("TransactWriteItems") < calls.operations.index("Scan")


def test_whoever_is_locked_out_is_given_access_which_is_noted(
    aws: EmulatedAWS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, "deployment", _here)
    told = StringIO()
    give = ["--stage", "prod", "give-access"]

    assert ops.main([*give, "Ny@ddh.example"], console=Console(file=told)) == 0
    assert ops.main([*give, "ikke en adresse"], console=Console(file=told)) == 1

    assert grants.of("ny@ddh.example") == (Person(address="ny@ddh.example", role=Role.SECRETARIAT),)
    (change,) = staff.log()
    assert (change.what, change.by) == ("given", where.operator(is_kept=False))
    assert "gyldig e-mailadresse" in told.getvalue()


def test_nobody_exports_without_a_purpose(tmp_path: Path) -> None:
    code, told = _run("--kept", str(tmp_path), "export", str(tmp_path / "ud"))

    assert code == 2
    assert "--purpose" in told


def test_who_exports_is_the_signed_in_operator_or_the_machine_s_user(aws: EmulatedAWS) -> None:
    assert where.operator(is_kept=False).startswith("arn:aws:sts::")
    assert where.operator(is_kept=True) == getpass.getuser()


def _run(*words: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "infra.ops", *words],
        cwd=PROJECT,
        env={name: value for name, value in {**os.environ, "COLUMNS": "200", **environment}.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_commands_work_on_a_kept_state_and_keep_what_came_of_it(
    aws: EmulatedAWS, clock: SettableClock, tmp_path: Path
) -> None:
    _mail(clock)
    _put(DEAD, '{"mail_id": "gone"}')
    snapshot.save(tmp_path)
    kept = ("--kept", str(tmp_path))

    assert "ddh-local-outbox-dead" in _run(*kept, "dead-letters")[1]
    assert "mail_id gone" in _run(*kept, "dead-letters", DEAD)[1]
    assert _run(*kept, "redrive", DEAD) == (0, "1 messages to ddh-local-outbox\n1 messages sent on, 0 stay\n")
    assert _run(*kept, "redrive", DEAD) == (0, "0 messages sent on, 0 stay\n")
    assert "hello_1" in _run(*kept, "outbox", "pending")[1]
    assert _run(*kept, "outbox", "failed") == (0, "no mails are FAILED\n")
    assert _run(*kept, "dead-letters", DEAD) == (0, f"no messages in {DEAD}\n")


def test_what_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    code, said = _run("--kept", str(tmp_path), "outbox")

    assert code == 1
    assert said.startswith("no state is kept in")
    assert "Traceback" not in said


def test_a_state_that_can_not_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state.json.gz").write_bytes(b"not gzip")

    code, said = _run("--kept", str(tmp_path), "outbox")

    assert (code, "can't be read" in said, "Traceback" in said) == (1, True, False)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"AWS_DEFAULT_REGION": ""}, "sign in to the account, and set AWS_DEFAULT_REGION"),
        ({"AWS_PROFILE": "nobody-has-this"}, "sign in to the account, and set AWS_DEFAULT_REGION"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "sign in to the account, and set AWS_DEFAULT_REGION"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS refused or didn't answer"),
    ],
)
def test_whoever_is_not_signed_in_or_meets_no_answer_is_told_so(environment: dict[str, str], said: str) -> None:
    without = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_MAX_ATTEMPTS": "1"}
    signed_in = {"AWS_DEFAULT_REGION": "eu-north-1"}
    credentials = {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }

    code, told = _run("--stage", "prod", "outbox", **without | signed_in | credentials | environment)

    assert code == 1
    assert told.startswith(said)
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate", "2024-13"), "no month"),
        (("read-again", "i går"), "no moment"),
        (("read-again", "2999-03-01T08:00:00Z"), "still to come"),
        (("settle-sent", "2999-03-01T08:00:00Z"), "still to come"),
    ],
)
def test_a_word_that_is_not_understood_is_answered_with_one_that_is(words: tuple[str, str], said: str) -> None:
    code, told = _run("--kept", ".", *words)

    assert code == 2
    assert f"'{words[1]}' is {said}" in told


def test_every_command_of_the_runbook_is_one_of_these_with_its_words() -> None:
    told = (PROJECT / "docs" / "operations.md").read_text("utf-8").replace("$STAGE", "prod")
    commands = re.findall(r'make ops ARGS="([^"]+)"', told.replace("$AT", "2025-03-01T08:00:00Z"))

    for each in commands:
        if each != "--help":
            ops._parser().parse_args(each.split())
    named = {word for each in commands for word in each.split()}
    assert {
        "dead-letters",
        "redrive",
        "outbox",
        "evaluate",
        "export",
        "read-again",
        "settle-sent",
        "give-access",
    } <= named


class _FakeAWS:
    """A session whose account has one deployment, ddh-prod."""

    code = "ValidationError"
    invoked: ClassVar[list[tuple[str, str, bytes]]] = []

    def create_client(self, _service: str) -> _FakeAWS:
        return self

    def describe_stack_resource(self, **named: str) -> dict[str, Any]:
        if named["StackName"] != "ddh-prod":
            raise ClientError(
                {"Error": {"Code": self.code, "Message": f"Stack {named['StackName']} does not exist"}}, "DescribeStack"
            )
        return {"StackResourceDetail": {"PhysicalResourceId": f"ddh-prod-{named['LogicalResourceId']}-X1"}}

    def get_function_configuration(self, **named: str) -> dict[str, Any]:
        assert named == {"FunctionName": "ddh-prod-APIHandler-X1"}
        return {"Environment": {"Variables": {"DDH_STAGE": "prod"}}}

    def invoke(self, **named: Any) -> None:
        self.invoked.append((named["FunctionName"], named["InvocationType"], named["Payload"]))


def test_a_deployment_s_settings_are_those_of_its_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDH_STAGE", "other")
    monkeypatch.setattr(clients, "session", _FakeAWS)

    with where.deployment("prod") as there:
        assert os.environ["DDH_STAGE"] == "prod"
        there.invoke("sweep-outbox")
    assert _FakeAWS.invoked == [("ddh-prod-sweep-outbox", "Event", b"{}")], "nobody waits for fifteen minutes"
    with pytest.raises(Refused, match="Stack ddh-test does not exist"), where.deployment("test"):
        pass


@pytest.mark.parametrize(
    ("code", "said"), [("ExpiredTokenException", "sign in to the account"), ("AccessDenied", "AWS refused")]
)
def test_an_account_that_can_not_be_asked_is_not_one_without_the_deployment(
    monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    monkeypatch.setattr(clients, "session", _FakeAWS)
    monkeypatch.setattr(_FakeAWS, "code", code)
    told = StringIO()

    assert ops.main(["--stage", "test", "outbox"], console=Console(file=told)) == 1
    assert told.getvalue().startswith(said)


@contextmanager
def _here(_stage: str) -> Iterator[where.Place]:
    yield where.Place(work=lambda: None, invoke=print)


def test_a_month_is_evaluated_again_for_one_municipality_or_all(
    aws: EmulatedAWS, queued: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(file=StringIO())
    monkeypatch.setattr(figures, "revisions", lambda month: {"751": 1, "190": 2} if month == Month(2024, 10) else {})
    monkeypatch.setattr(where, "deployment", _here)

    assert ops.main(["--stage", "prod", "evaluate", "2024-10"], console=console) == 0
    assert ops.main(["--stage", "prod", "evaluate", "2024-10", "751"], console=console) == 0
    assert ops.main(["--stage", "prod", "evaluate", "2024-11"], console=console) == 1

    asked = [(body["municipality_code"], body["from_month"]) for body in queued("ddh-evaluations")]
    assert sorted(asked) == [("190", "2024-10"), ("751", "2024-10"), ("751", "2024-10")]
