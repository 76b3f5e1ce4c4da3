"""A deployment from end to end: the data stack, the package, the application's stack, the first start.

The application imports what the data stack exports, so its changes can be shown only when the data stack stands: each
stack is shown, asked about and applied in its turn. Every step may be repeated; the second time it changes nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from infra.deploying import account, addresses, change_sets, packages
from infra.deploying.change_sets import Sleep, Template
from infra.deploying.problems import NotSeeded, UnknownParameters, WouldLoseData
from infra.deploying.screen import Screen
from infra.deploying.stages import Stage
from infra.local.template import DATA_TEMPLATE, load
from infra.packaging.contents import PROJECT
from infra.packaging.package import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """The AWS that is deployed to."""

    region: str
    account: str
    cloudformation: Any
    s3: Any
    apigateway: Any
    ses: Any
    acm: Any
    lambda_: Any


def data_template() -> Template:
    """Return infra/data.yaml as CloudFormation takes it before there is a bucket: in the call, so in its short form."""
    return {"TemplateBody": json.dumps(load(DATA_TEMPLATE), separators=(",", ":"))}


def first_start(stage: Stage, region: str) -> None:
    """Store rules, decisions and the secretariat's account, as infra/first_start.py does.

    Raises:
        NotSeeded: it couldn't.
    """
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": region,
        "DDH_STAGE": stage.name,
        "DDH_SECRETARIAT_ADDRESS": stage.secretariat_address,
    }
    command = [sys.executable, "-m", "infra.first_start"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotSeeded(done.stderr)


def deploy(
    stage: Stage,
    package: Package | str,
    aws: Clients,
    *,
    screen: Screen,
    may_lose: Collection[str] = (),
    seed: Callable[[Stage, str], None] = first_start,
    sleep: Sleep = time.sleep,
) -> bool:
    """Deploy a package that was made here, or by its id one that was deployed before; return whether it was agreed to.

    One from before changes the application alone: the data stack and what the first start stored may be newer than it.

    Raises:
        CannotDeploy: something is to be put right first. What was applied stays.
    """
    check(stage, aws)

    def bring(stack: str, template: Template, parameters: Mapping[str, str]) -> bool:
        return _bring(aws.cloudformation, stack, template, parameters, screen=screen, may_lose=may_lose, sleep=sleep)

    bucket = packages.bucket_of(stage.name, aws.account)
    if isinstance(package, str):
        package_id, template = package, packages.template_of(aws.s3, bucket, package)
        parameters = _parameters_for(aws.cloudformation, package, template, stage.app_parameters)
    else:
        if not bring(stage.data_stack, data_template(), stage.data_parameters):
            return False
        package_id = packages.keep(aws.s3, bucket, package)
        template, parameters = packages.template_of(aws.s3, bucket, package_id), stage.app_parameters
    before = change_sets.outputs(aws.cloudformation, stage.app_stack).get("PackageId", "none")
    screen.say(f"{stage.app_stack}: package {package_id}, before it {before}.")
    if not bring(stage.app_stack, template, parameters):
        return False
    if not isinstance(package, str):
        seed(stage, aws.region)
        screen.say("Rules, decisions and the secretariat's account are there.")
    for line in addresses.told(stage, apigateway=aws.apigateway, ses=aws.ses):
        screen.say(line)
    return True


def check(stage: Stage, aws: Clients) -> None:
    """Return when the account is ready for the stage.

    Raises:
        CannotDeploy: it isn't.
    """
    account.check(stage, region=aws.region, account=aws.account, acm=aws.acm, lambda_=aws.lambda_)


def _parameters_for(
    cloudformation: Any, package_id: str, template: Template, parameters: Mapping[str, str]
) -> Mapping[str, str]:
    """Return those parameters that an earlier package's template has."""
    asked = change_sets.parameters_of(cloudformation, template)
    if unknown := [name for name, must in asked.items() if must and name not in parameters]:
        raise UnknownParameters(package_id, unknown)
    return {name: value for name, value in parameters.items() if name in asked}


def _bring(
    cloudformation: Any,
    stack: str,
    template: Template,
    parameters: Mapping[str, str],
    *,
    screen: Screen,
    may_lose: Collection[str],
    sleep: Sleep,
) -> bool:
    """Bring one stack to its template; return whether that was agreed to."""
    change_set = change_sets.prepare(cloudformation, stack, template, parameters, sleep=sleep)
    if change_set is None:
        screen.say(f"{stack}: nothing changes.")
        return True
    screen.changes(change_set)
    lost = {each.logical_id: "would be replaced or removed" for each in change_set.changes if each.loses_data}
    lost |= change_sets.indexes_lost(cloudformation, stack, template)
    lost = {name: what for name, what in lost.items() if name not in may_lose}
    if lost or not screen.asks(f"Apply this to {stack}?"):
        change_sets.drop(cloudformation, change_set)
        if lost:
            raise WouldLoseData(stack, lost)
        screen.say(f"{stack}: nothing was applied.")
        return False
    with screen.working(stack, len(change_set.changes)) as progress:
        change_sets.apply(cloudformation, change_set, progress=progress, sleep=sleep)
    screen.say(f"{stack}: applied.")
    return True
