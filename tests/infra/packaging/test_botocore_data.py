"""The package describes exactly the services that the application has clients of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from infra.packaging import botocore_data
from infra.packaging.contents import PROJECT

_NAMES_A_SERVICE = {"create_client", "client", "resource", "get_service_model", "get_service_data"}


def _asked_for() -> Iterator[str]:
    """Yield the service of each client that the code makes; a name that isn't written there is told as such."""
    for path in [PROJECT / "app.py", *(PROJECT / "chalicelib").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr=name), args=arguments) if name in _NAMES_A_SERVICE:
                    match arguments:
                        case [ast.Constant(value=str(service)), *_]:
                            yield service
                        case _:
                            yield f"{path}:{node.lineno}"


def test_every_client_that_the_code_makes_has_its_service_described_and_no_other_is() -> None:
    assert set(_asked_for()) == set(botocore_data.SERVICES)


def test_other_services_old_versions_and_examples_stay_at_home() -> None:
    data = "botocore/data"
    needed = [
        "botocore/session.py",
        f"{data}/endpoints.json",
        f"{data}/sqs/2012-11-05/service-2.json.gz",
        f"{data}/dynamodb/2012-08-10/waiters-2.json",
    ]
    others = [
        f"{data}/ec2/2016-11-15/service-2.json.gz",
        f"{data}/sqs/2012-11-05/examples-1.json",
        f"{data}/dynamodb/2011-12-05/endpoint-rule-set-1.json.gz",
    ]

    assert list(botocore_data.trimmed(dict.fromkeys([*needed, *others], b""))) == needed
