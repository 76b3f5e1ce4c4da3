"""Where a command works: a deployment of the account that one is signed in to, or the kept state of a local run."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from chalicelib.runtime import clients
from infra.ops.problems import Refused

#: The function whose environment says where everything of a deployment is.
_KNOWS_THE_SETTINGS = "APIHandler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a command can have done there, beside what it does itself.

    `work` does what was put on queues; on AWS that is Lambda's own affair. `invoke` has a scheduled function do what is
    due, without waiting for it on AWS.
    """

    work: Callable[[], object]
    invoke: Callable[[str], object]


@contextmanager
def deployment(stage: str) -> Iterator[Place]:
    """Work on a deployment, with the settings that its own functions have.

    Raises:
        Refused: the account has none of this name in its region.
    """
    cloudformation = clients.session().create_client("cloudformation")
    lambda_ = clients.session().create_client("lambda")
    try:
        told = cloudformation.describe_stack_resource(StackName=f"ddh-{stage}", LogicalResourceId=_KNOWS_THE_SETTINGS)
    except ClientError as error:
        raise Refused(f"no deployment ddh-{stage} here: {error.response['Error']['Message']}") from error
    name = told["StackResourceDetail"]["PhysicalResourceId"]
    settings = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    os.environ.update(settings)
    yield Place(
        work=lambda: None,
        invoke=lambda function: lambda_.invoke(
            FunctionName=f"ddh-{stage}-{function}", InvocationType="Event", Payload=b"{}"
        ),
    )


@contextmanager
def kept_state(directory: Path) -> Iterator[Place]:
    """Work on what a local run kept with `--state`, and keep what came of it. Not while that run is up.

    Raises:
        Refused: nothing is kept there.
    """
    from infra import packaged
    from infra.local import aws, snapshot
    from infra.local.functions import functions_of
    from infra.local.pump import Pump

    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"
    with aws.emulated() as emulated:
        try:
            restored = snapshot.restore(directory)
        except snapshot.UnreadableState as error:
            raise Refused(f"the state in {directory} can't be read: {error}") from error
        if not restored:
            raise Refused(f"no state is kept in {directory}: run `make run ARGS='--once --state {directory}'` first")
        functions = functions_of(packaged.template(aws.STAGE), emulated.references)
        pump = Pump(functions.values())
        yield Place(work=pump.drain, invoke=lambda function: functions[function].call({}))
        snapshot.save(directory)


def operator(*, is_kept: bool) -> str:
    """Return who works: the signed-in operator's ARN, or the machine's user on a kept state."""
    if is_kept:
        return getpass.getuser()
    arn: str = clients.session().create_client("sts").get_caller_identity()["Arn"]
    return arn
