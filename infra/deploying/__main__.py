"""`python -m infra.deploying STAGE --region REGION`: brings the package in build/, or one from before, to AWS."""

from __future__ import annotations

import argparse
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, InvalidRegionError

from infra import signing_in
from infra.deploying.deploy import Clients, check, deploy
from infra.deploying.problems import CannotDeploy, NoSuchRegion, NotSignedIn
from infra.deploying.screen import Screen
from infra.deploying.stages import filled_in, stage_named
from infra.packaging.package import made_before
from infra.packaging.problems import CannotPackage

#: Not 2, with which argparse ends when a word is wrong.
_NOT_AGREED = 3


def main() -> int:
    """Return the exit code: 1 when something is to be put right first, 3 when the answer was no."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploying", description=__doc__)
    parser.add_argument("stage", help="a stage of infra/stages.yaml")
    parser.add_argument("--region", required=True, help="eu-north-1, for example")
    parser.add_argument("--package", metavar="ID", help="deploy this one, from the stage's bucket, instead of build/")
    parser.add_argument("--check", action="store_true", help="only see whether stage, account and region are ready")
    parser.add_argument("--yes", action="store_true", help="ask nothing: apply what is shown")
    parser.add_argument(
        "--lose",
        metavar="RESOURCE",
        action="append",
        default=[],
        help="what holds data and may be replaced or removed, or a table that may lose an index",
    )
    arguments = parser.parse_args()
    try:
        stage = filled_in(stage_named(arguments.stage))
        aws = _clients(arguments.region)
        if arguments.check:
            check(stage, aws)
            return 0
        package = arguments.package or made_before()
        screen = Screen(agrees=True if arguments.yes else None)
        agreed = deploy(stage, package, aws, screen=screen, may_lose=arguments.lose)
    except (CannotDeploy, CannotPackage) as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS: {error}", file=sys.stderr)
        return 1
    return 0 if agreed else _NOT_AGREED


def _clients(region: str) -> Clients:
    try:
        session = boto3.session.Session(region_name=region)
        account = session.client("sts").get_caller_identity()["Account"]
    except (EndpointConnectionError, InvalidRegionError) as error:
        raise NoSuchRegion(region, str(error)) from None
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) or signing_in.is_missing(error):
            raise NotSignedIn(str(error)) from None
        raise
    return Clients(
        region=region,
        account=account,
        cloudformation=session.client("cloudformation"),
        s3=session.client("s3"),
        apigateway=session.client("apigateway"),
        ses=session.client("sesv2"),
        acm=session.client("acm"),
        lambda_=session.client("lambda"),
    )


if __name__ == "__main__":
    sys.exit(main())
