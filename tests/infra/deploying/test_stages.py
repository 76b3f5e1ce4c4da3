"""Each stage says everything that the templates ask for, and nothing that they don't."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from infra import packaged
from infra.deploying import __main__ as command
from infra.deploying.deploy import data_template
from infra.deploying.problems import NotAStage, StillSamples
from infra.deploying.stages import STAGES, filled_in, stage_named
from infra.local.template import APP_TEMPLATE, DATA_TEMPLATE, load

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
    allowed = load(APP_TEMPLATE)["Parameters"]["LogRetentionDays"]["AllowedValues"]
    assert stage.log_retention_days in allowed


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
    ],
)
def test_what_a_stage_says_wrongly_is_told(tmp_path: Path, differently: dict[str, object], told: str) -> None:
    with pytest.raises(NotAStage, match=told):
        stage_named("test", _file(tmp_path, **differently))


def test_a_stage_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotAStage, match="no such stage"):
        stage_named("production", _file(tmp_path))


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


def test_the_data_template_fits_into_a_call() -> None:
    # There is no bucket to put it in before it made one; CloudFormation takes 51,200 bytes.
    assert len(data_template()["TemplateBody"].encode()) < 51_200
