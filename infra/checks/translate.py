"""`python -m infra.checks.translate FROM TO`: what CloudFormation will make of the packaged template, as JSON.

AWS expands the template's transform when it is deployed; the translator is the program that does it there. Runs in
.venv/checks, so of ours it imports only what needs the standard library alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.checks.names import unstaged

#: What `make deploy` says that has no default.
_PARAMETERS = {"CertificateArn": "arn:aws:acm:eu-north-1:123456789012:certificate/example"}
#: As `make deploy` writes it, from the zip beside the template.
_CODE = {"Bucket": "ddh-test-packages-123456789012", "Key": "example/deployment.zip"}


def translated(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template without its transform.

    Raises:
        InvalidDocumentException: the translator doesn't take it.
    """
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = _CODE
    defaults = {name: each["Default"] for name, each in template["Parameters"].items() if "Default" in each}
    # No managed policies to look up; a session only to be asked for its region.
    translator = Translator({}, Parser(), boto_session=SimpleNamespace(region_name="eu-north-1"))
    result: dict[str, Any] = translator.translate(sam_template=template, parameter_values={**defaults, **_PARAMETERS})
    return result


def main() -> int:
    """Return the exit code: 1 when the translator finds something, or a name without its stage, which is told."""
    source, destination = map(Path, sys.argv[1:])
    try:
        result = translated(yaml.safe_load(source.read_text("utf-8")))
    except InvalidDocumentException as error:
        for cause in error.causes:
            print(cause.message, file=sys.stderr)
        return 1
    if names := unstaged(result):
        print("The same in every stage:", *names, sep="\n- ", file=sys.stderr)
        return 1
    destination.write_text(json.dumps(result, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
