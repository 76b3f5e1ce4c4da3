"""Each stage says everything that the templates ask for, and nothing that they don't."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from infra import packaged
from infra.deploying import __main__ as command
from infra.deploying import stages
from infra.deploying.deploy import Clients, data_template
from infra.deploying.problems import NotAStage, StagesUnreadable, StillSamples
from infra.deploying.stages import STAGES, filled_in, stage_named
from infra.local.template import APP_TEMPLATE, DATA_TEMPLATE, load
from infra.packaging import __main__ as packaging
from tests.infra.deploying.services import FakeServices

_NAMES = list(yaml.safe_load(STAGES.read_text("utf-8")))
_SAID = yaml.safe_load(STAGES.read_text("utf-8"))["test"]


def _file(folder: Path, **differently: object) -> Path:
    path = folder / "stages.yaml"
    said = {name: value for name, value in {**_SAID, **differently}.items() if value is not None}
    path.write_text(yaml.safe_dump({"test": said}), "utf-8")
    return path


@pytest.mark.parametrize("name", _NAMES)
def test_a_stage_sets_every_parameter_of_both_templates(name: str) -> None:
    stage = stage_named(name)

    assert stage.data_parameters.keys() == load(DATA_TEMPLATE)["Parameters"].keys()
    assert stage.app_parameters.keys() == load(APP_TEMPLATE)["Parameters"].keys()
    assert stage.log_retention_days in stages._LOG_DAYS
    assert list(stages._LOG_DAYS) == load(APP_TEMPLATE)["Parameters"]["LogRetentionDays"]["AllowedValues"]


def test_logs_are_kept_as_long_as_the_stage_says() -> None:
    resources = packaged.template("test")["Resources"].values()
    groups = [each["Properties"] for each in resources if each["Type"] == "AWS::Logs::LogGroup"]

    assert len(groups) > 10
    assert all(group["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups)


@pytest.mark.parametrize(
    ("differently", "told"),
    [
        ({"base_url": None}, "base_url"),
        ({"colour": "blue"}, "colour"),
        ({"base_url": "https://ddh.example/"}, "without a slash"),
        ({"base_url": "http://ddh.example"}, "https://"),
        ({"mail_from": "hotline@other.example"}, "mail_domain"),
        ({"mail_from": "@test.ddh.example"}, "mail_from is no mail address"),
        ({"alarm_address": "drift"}, "alarm_address is no mail address"),
        ({"secretariat_address": "a@b.example, c@d.example"}, "secretariat_address is no mail address"),
        ({"log_retention_days": 31}, "one of 14, 30, 60, 90, 180, 365"),
        ({"log_retention_days": "30"}, "one of 14"),
        ({"base_url": 7}, "base_url: a text is missing"),
    ],
)
def test_what_a_stage_says_wrongly_is_told(tmp_path: Path, differently: dict[str, object], told: str) -> None:
    with pytest.raises(NotAStage, match=told):
        stage_named("test", _file(tmp_path, **differently))


def test_a_stage_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotAStage, match="no such stage; there are test"):
        stage_named("production", _file(tmp_path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("test:\n  base_url: [a\nprod: x\n", "line 3: "),
        ("", "holds no stages"),
        ("- test\n", "holds no stages"),
        ("test: yes\n", "test has no keys"),
        ("test: \x00\n", "not allowed"),
        (None, "No such file"),
    ],
)
def test_a_file_of_stages_that_can_not_be_read_is_told_in_one_line(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "stages.yaml").write_text(text, "utf-8")

    with pytest.raises(StagesUnreadable, match=told) as caught:
        stage_named("test", tmp_path / "stages.yaml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["my-stage", "Test", "t", "t" * 13])
def test_a_name_that_no_stage_may_have_is_told_as_that(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotAStage, match="small letters and digits"):
        stage_named(name, _file(tmp_path))


def test_make_package_refuses_a_stage_that_is_not_there_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["packaging", "tset"])
    monkeypatch.setattr(packaging, "build", lambda stage: pytest.fail("it was packaged"))

    assert packaging.main() == 1
    assert "tset: there is no such stage" in capsys.readouterr().err


_FILLED_IN = {
    "base_url": "https://ddh.invalid",
    "certificate_arn": "arn:aws:acm:eu-north-1:123456789012:certificate/1",
    "mail_domain": "ddh.invalid",
    "mail_from": "hotline@ddh.invalid",
    "secretariat_address": "sekretariat@ddh.invalid",
    "alarm_address": "drift@ddh.invalid",
}


def test_a_stage_that_is_filled_in_may_be_deployed(tmp_path: Path) -> None:
    stage = stage_named("test", _file(tmp_path, **_FILLED_IN))

    assert filled_in(stage) is stage


@pytest.mark.parametrize(
    ("sample", "named"),
    [
        ({"base_url": "https://pages.example"}, "base_url"),
        ({"certificate_arn": _SAID["certificate_arn"]}, "certificate_arn"),
        ({"mail_domain": "Mail.Example", "mail_from": "a@Mail.Example"}, "mail_domain, mail_from"),
        ({"secretariat_address": "a@sub.ddh.example"}, "secretariat_address"),
        ({"alarm_address": "a@ddh.example"}, "alarm_address"),
    ],
)
def test_a_stage_that_still_holds_a_sample_is_refused_by_its_keys(
    tmp_path: Path, sample: dict[str, str], named: str
) -> None:
    with pytest.raises(StillSamples, match=f"test: {named} still hold samples"):
        filled_in(stage_named("test", _file(tmp_path, **{**_FILLED_IN, **sample})))


@pytest.mark.parametrize("name", _NAMES)
def test_make_deploy_refuses_the_samples_before_it_looks_for_credentials_or_a_package(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["deploying", name, "--region", "eu-north-1", "--yes"])
    monkeypatch.setattr(command, "_clients", lambda region: pytest.fail("AWS was asked"))

    assert command.main() == 1

    told = capsys.readouterr().err
    sampled = "base_url, certificate_arn, mail_domain, mail_from, secretariat_address, alarm_address"
    assert f"{name}: {sampled} still hold samples" in told
    assert "make package" not in told


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the command read a file of stages without samples."""
    path = _file(tmp_path, **_FILLED_IN)
    monkeypatch.setattr(command, "stage_named", lambda name: stage_named(name, path))


@pytest.mark.parametrize(("unreserved", "code"), [(1000, 0), (10, 1)])
def test_what_is_only_looked_at_needs_no_package_and_changes_nothing(
    filled: None, monkeypatch: pytest.MonkeyPatch, unreserved: int, code: int
) -> None:
    services = FakeServices()
    services.unreserved = unreserved
    nothing = dict.fromkeys(("cloudformation", "s3", "apigateway"))
    aws = Clients(region="eu-north-1", account="123456789012", ses=services, acm=services, lambda_=services, **nothing)
    monkeypatch.setattr("sys.argv", ["deploying", "test", "--region", "eu-north-1", "--check"])
    monkeypatch.setattr(command, "_clients", lambda region: aws)
    monkeypatch.setattr(command, "made_before", lambda: pytest.fail("a package was asked for"))

    assert command.main() == code


def test_who_is_not_signed_in_is_told_how(
    filled: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this")
    monkeypatch.setattr("sys.argv", ["deploying", "test", "--region", "eu-north-1", "--check"])

    assert command.main() == 1
    assert "aws sso login" in capsys.readouterr().err


def test_a_region_in_which_nobody_answers_is_asked_about(
    filled: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("sys.argv", ["deploying", "test", "--region", "eu-nort-1", "--check"])

    assert command.main() == 1
    assert "Is the region right (eu-nort-1)?" in capsys.readouterr().err


def test_no_is_another_answer_than_a_wrong_word(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_clients", lambda region: None)
    monkeypatch.setattr(command, "made_before", lambda: None)
    monkeypatch.setattr(command, "deploy", lambda *_, **__: False)
    monkeypatch.setattr("sys.argv", ["deploying", "test", "--region", "eu-north-1"])

    assert command.main() == 3

    monkeypatch.setattr("sys.argv", ["deploying", "test", "--yes"])
    with pytest.raises(SystemExit, match="2"):
        command.main()


def test_make_deploy_looks_at_the_account_before_it_packages() -> None:
    rule = (packaged.PROJECT / "Makefile").read_text("utf-8").partition("\ndeploy: ")[2].partition("\n\n")[0]

    head, *steps = rule.splitlines()
    assert head.startswith("setup ##")
    assert ["--check" in step for step in steps] == [True, False, False]
    assert steps[1].endswith(" package")


def test_what_a_deployment_says_of_the_runbook_stands_there() -> None:
    said = "".join(path.read_text("utf-8") for path in (packaged.PROJECT / "infra" / "deploying").glob("*.py"))
    headings = (packaged.PROJECT / "docs" / "operations.md").read_text("utf-8")
    named = re.findall(r"docs/operations\.md, (?:under )?([A-Z][a-z ]+)\.", said)

    assert set(named) == {"Before the first deployment", "Deploying"}
    assert all(f"\n## {name}\n" in headings for name in named)


def test_the_data_template_fits_into_a_call() -> None:
    # There is no bucket to put it in before it made one; CloudFormation takes 51,200 bytes.
    assert len(data_template()["TemplateBody"].encode()) < 51_200
