"""Where a command works, and who has it work: on a deployment of the account that one is signed in to."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
        if error.response["Error"].get("Code") != "ValidationError":
            raise
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


def operator(*, is_kept: bool) -> str:
    """Return who works: the signed-in operator's ARN, or the machine's user on a kept state."""
    if is_kept:
        return getpass.getuser()
    arn: str = clients.session().create_client("sts").get_caller_identity()["Arn"]
    return arn
