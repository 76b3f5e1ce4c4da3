"""The template that `make package` deploys, made without building the zip and without network.

Chalice's own steps (application → resources → SAM template, infra/app.yaml merged over it), less the one that runs pip.
The local run pumps the queues by it and the tests hold it to what AWS needs.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

from chalice.cli.factory import CLIFactory
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder
from chalice.deploy.deployer import InjectDefaults, SwaggerBuilder
from chalice.deploy.swagger import CFNSwaggerGenerator
from chalice.package import PackageOptions, SAMTemplateGenerator, TemplateDeepMerger

from infra.local.template import APP_TEMPLATE, DATA_TEMPLATE, load
from infra.packaging import target
from infra.watching import watched

PROJECT = Path(__file__).resolve().parent.parent


class _Names:
    """What Chalice asks a client for while it writes a template: names that are the same wherever we deploy."""

    region_name = "eu-north-1"

    def endpoint_dns_suffix(self, service: str, region: str) -> str:  # noqa: ARG002  # Chalice asks so
        return "amazonaws.com"

    def service_principal(self, service: str, region: str, suffix: str) -> str:  # noqa: ARG002  # Chalice asks so
        return f"{service}.{suffix}"


def name_of(function: dict[str, Any]) -> str:
    """Return what a packaged function is called after its deployment's name, by its handler: `start-evaluation`."""
    name: str = function["Handler"].rpartition(".")[2]
    return "site" if name == "app" else name.replace("_", "-")


def _name_schedules(function: dict[str, Any]) -> None:
    """Name a function's schedule after it: SAM would take the logical id, the same in every stage of an account."""
    for event in function.get("Events", {}).values():
        if event["Type"] == "ScheduleV2":
            event["Properties"]["Name"] = function["FunctionName"]


def template(stage: str = "prod") -> dict[str, Any]:
    """Return the merged template in its long form."""
    factory = CLIFactory(str(PROJECT))
    with contextlib.redirect_stderr(io.StringIO()):  # Chalice greets new Python versions there
        config = factory.create_config_obj(chalice_stage_name=stage)
    resources = DependencyBuilder().build_dependencies(ApplicationGraphBuilder().build(config, stage))
    steps = (InjectDefaults(), SwaggerBuilder(CFNSwaggerGenerator()))
    for resource in resources:
        for step in steps:
            step.handle(config, resource)
        if isinstance(resource, models.DeploymentPackage):
            resource.filename = "./deployment.zip"
    generated = SAMTemplateGenerator(config, PackageOptions(client=_Names())).generate(resources)
    merged: dict[str, Any] = TemplateDeepMerger().merge(load(APP_TEMPLATE), generated)
    merged["Outputs"].pop("EndpointURL")  # Chalice tells the address that infra/app.yaml switches off
    for resource in merged["Resources"].values():
        if resource.get("Type") == "AWS::Serverless::Function":
            resource["Properties"]["Runtime"] = target.RUNTIME  # Chalice writes the Python that it runs in
            resource["Properties"]["FunctionName"] = {"Fn::Sub": f"ddh-${{Stage}}-{name_of(resource['Properties'])}"}
            _name_schedules(resource["Properties"])
        elif resource.get("Type") == "AWS::Logs::LogGroup":
            resource["Properties"]["RetentionInDays"] = {"Ref": "LogRetentionDays"}  # Chalice knows one for all stages
    return watched(merged, load(DATA_TEMPLATE))
