"""A deployment shows what would change, asks, applies it once, and the second time changes nothing.

The bucket of packages and the mail identity are the emulated AWS's; CloudFormation is a fake (tests/infra/deploying/
cloudformation.py says why). Nothing here can reach AWS.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
import yaml
from rich.console import Console

from infra.deploying import deploy as deploying
from infra.deploying import packages
from infra.deploying.change_sets import Template
from infra.deploying.deploy import Clients, deploy
from infra.deploying.problems import (
    CannotDeploy,
    ChangeSetFailed,
    NoSuchPackage,
    NotApplied,
    StackStuck,
    TooLittleConcurrency,
    UnknownParameters,
    WouldLoseData,
)
from infra.deploying.screen import Screen
from infra.deploying.stages import Stage
from infra.packaging.package import Package
from tests.conftest import EmulatedAWS
from tests.infra.deploying.cloudformation import FakeCloudFormation
from tests.infra.deploying.services import FakeServices

_STAGE = Stage(
    name="local",
    base_url="https://ddh.example",
    certificate_arn="arn:aws:acm:eu-north-1:123456789012:certificate/1",
    mail_domain="ddh.example",
    mail_from="hotline@ddh.example",
    secretariat_address="sekretariat@ddh.example",
    alarm_address="drift@ddh.example",
    log_retention_days=30,
)
_DATA, _APP = "ddh-local-data", "ddh-local"


class Deployment:
    """A terminal before an account: what was said, asked and seeded."""

    def __init__(self, folder: Path) -> None:
        session = boto3.session.Session(region_name="eu-north-1")
        self.cloudformation = FakeCloudFormation()
        self.services = FakeServices()
        self.aws = Clients(
            region="eu-north-1",
            account="123456789012",
            cloudformation=self.cloudformation,
            s3=session.client("s3"),
            apigateway=session.client("apigateway"),
            ses=self.services,
            acm=self.services,
            lambda_=self.services,
        )
        self.seeded: list[str] = []
        self._said = io.StringIO()
        self._folder = folder

    @property
    def said(self) -> str:
        return self._said.getvalue()

    @property
    def stored(self) -> list[str]:
        listed = self.aws.s3.list_objects_v2(Bucket="ddh-local-packages-123456789012")
        return [each["Key"] for each in listed.get("Contents", [])]

    def package(self, content: bytes = b"zip") -> Package:
        function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip"}}
        (self._folder / "app.yaml").write_text(yaml.safe_dump({"Resources": {"DeliverMail": function}, "Outputs": {}}))
        (self._folder / "deployment.zip").write_bytes(content)
        zip_path, template_path = self._folder / "deployment.zip", self._folder / "app.yaml"
        return Package(zip_path=zip_path, template_path=template_path, digest=content.hex())

    def run(self, package: Package | str | None = None, *, agrees: bool = True, may_lose: tuple[str, ...] = ()) -> bool:
        return deploy(
            _STAGE,
            package or self.package(),
            self.aws,
            screen=Screen(Console(file=self._said, width=120), agrees=agrees),
            may_lose=may_lose,
            seed=lambda stage, region: self.seeded.append(f"{stage.name} in {region}"),
            sleep=lambda seconds: None,
        )


@pytest.fixture
def deployment(aws: EmulatedAWS, tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


def test_a_first_deployment_brings_both_stacks_and_lets_the_secretariat_in(deployment: Deployment) -> None:
    assert deployment.run()

    assert deployment.cloudformation.applied == [_DATA, _APP]
    assert deployment.seeded == ["local in eu-north-1"]
    for words in ("Add", "KpiTable", "AWS::DynamoDB::Table", "https://ddh.example", "isn't verified yet"):
        assert words in deployment.said


def test_the_same_again_changes_nothing_and_says_so(deployment: Deployment) -> None:
    deployment.run()
    stored = deployment.stored

    assert deployment.run()

    assert deployment.cloudformation.applied == [_DATA, _APP]
    assert deployment.stored == stored
    assert f"{_DATA}: nothing changes." in deployment.said
    assert f"{_APP}: nothing changes." in deployment.said


def test_nothing_is_applied_without_a_yes(deployment: Deployment) -> None:
    assert not deployment.run(agrees=False)

    assert deployment.cloudformation.applied == []
    assert deployment.seeded == []
    assert "nothing was applied" in deployment.said


def test_where_nobody_can_be_asked_nobody_has_said_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    assert not Screen(Console(file=io.StringIO())).asks("Apply?")


@pytest.mark.parametrize(
    ("action", "type_", "replacement"),
    [
        ("Remove", "AWS::DynamoDB::Table", ""),
        ("Modify", "AWS::DynamoDB::Table", "True"),
        ("Modify", "AWS::S3::Bucket", "Conditional"),
        ("Remove", "AWS::SQS::Queue", ""),
        ("Modify", "AWS::SES::EmailIdentity", "True"),
    ],
)
def test_what_holds_data_is_not_replaced_or_removed_unless_it_is_named(
    deployment: Deployment, action: str, type_: str, replacement: str
) -> None:
    deployment.cloudformation.will(action, "KpiTable", type_, replacement)

    with pytest.raises(WouldLoseData, match="--lose KpiTable"):
        deployment.run(may_lose=("MailTable",))
    assert deployment.cloudformation.applied == []

    assert deployment.run(may_lose=("KpiTable",))


def _with_index(name: str) -> Template:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"GlobalSecondaryIndexes": [{"IndexName": name}]}}
    return {"TemplateBody": json.dumps({"Resources": {"MailTable": table}})}


def test_a_table_does_not_lose_an_index_unless_it_is_named(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploying, "data_template", lambda: _with_index("by_state"))
    deployment.run()
    monkeypatch.setattr(deploying, "data_template", lambda: _with_index("by_day"))
    deployment.cloudformation.will("Modify", "MailTable", "AWS::DynamoDB::Table", "False")

    with pytest.raises(WouldLoseData, match=r"MailTable would lose its index by_state.*--lose MailTable"):
        deployment.run()
    assert deployment.cloudformation.applied == [_DATA, _APP]

    assert deployment.run(may_lose=("MailTable",))


def test_another_replacement_is_shown_and_may_be_agreed_to(deployment: Deployment) -> None:
    deployment.cloudformation.will("Modify", "DropsRule", "AWS::Events::Rule", "True")

    assert deployment.run()
    assert "yes" in deployment.said


def test_a_changed_package_changes_the_application_alone(deployment: Deployment) -> None:
    deployment.run()

    deployment.run(deployment.package(b"other"))

    assert deployment.cloudformation.applied == [_DATA, _APP, _APP]
    assert len([key for key in deployment.stored if key.startswith("zips/")]) == 2


def test_an_earlier_package_is_deployed_again_by_its_id(deployment: Deployment) -> None:
    bucket = packages.bucket_of("local", "123456789012")
    deployment.run()
    first = packages.keep(deployment.aws.s3, bucket, deployment.package())
    deployment.run(deployment.package(b"other"))

    deployment.cloudformation.stacks[_DATA].made_of = "newer sources than the package"
    deployment.seeded.clear()

    assert deployment.run(first)

    # The application alone: what the data stack and the first start have may be newer.
    assert deployment.cloudformation.applied == [_DATA, _APP, _APP, _APP]
    assert deployment.seeded == []
    assert f"package {first}" in deployment.said
    body = deployment.aws.s3.get_object(Bucket=bucket, Key=f"packages/{first}/app.yaml")["Body"].read()
    template = yaml.safe_load(body)
    code = {"Bucket": bucket, "Key": f"zips/{b'zip'.hex()}.zip"}
    assert template["Resources"]["DeliverMail"]["Properties"]["CodeUri"] == code
    assert template["Outputs"]["PackageId"] == {"Value": first}


def test_an_earlier_package_is_given_the_parameters_that_it_has(deployment: Deployment) -> None:
    bucket = packages.bucket_of("local", "123456789012")
    deployment.run()
    first = packages.keep(deployment.aws.s3, bucket, deployment.package(b"first"))
    deployment.cloudformation.parameters = {"Stage": True, "BaseUrl": True, "Colour": False}

    assert deployment.run(first)
    assert deployment.cloudformation.given[_APP] == {"Stage": "local", "BaseUrl": "https://ddh.example"}

    deployment.cloudformation.parameters = {"Stage": True, "OldAddress": True}
    with pytest.raises(UnknownParameters, match="asks for OldAddress"):
        deployment.run(first)


def test_a_package_that_was_never_deployed_is_named(deployment: Deployment) -> None:
    with pytest.raises(NoSuchPackage, match="nosuch"):
        deployment.run("nosuch")


def _refused(deployment: Deployment) -> None:
    deployment.cloudformation.refuses_with = "Template format error"


def _fails(deployment: Deployment) -> None:
    deployment.cloudformation.fails_with = "Resource limit exceeded"


def _stuck(deployment: Deployment) -> None:
    deployment.run()
    deployment.cloudformation.stacks[_DATA].status = "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("arrange", "error", "told"),
    [
        (_refused, ChangeSetFailed, "Template format error"),
        (_fails, NotApplied, "KpiTable: Resource limit exceeded"),
        (_stuck, StackStuck, "ROLLBACK_COMPLETE"),
    ],
)
def test_what_cloudformation_does_not_do_is_told_with_its_reason(
    deployment: Deployment, arrange: Callable[[Deployment], None], error: type[CannotDeploy], told: str
) -> None:
    arrange(deployment)
    seeded = list(deployment.seeded)

    with pytest.raises(error, match=told):
        deployment.run()

    assert deployment.seeded == seeded


def test_nothing_is_made_in_an_account_that_is_not_ready(deployment: Deployment) -> None:
    deployment.services.unreserved = 10

    with pytest.raises(TooLittleConcurrency):
        deployment.run()
    assert deployment.cloudformation.stacks == {}
