"""Reads CloudFormation templates: YAML with its short tags, and the few intrinsic functions that ours use."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

INFRA = Path(__file__).resolve().parent.parent
DATA_TEMPLATE = INFRA / "data.yaml"
APP_TEMPLATE = INFRA / "app.yaml"

_NAME_IN_SUB = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class _CloudFormationLoader(yaml.SafeLoader):
    """SafeLoader that turns `!Ref X` into `{"Ref": "X"}`, `!GetAtt X.Arn` into `{"Fn::GetAtt": ["X", "Arn"]}` …"""


def _long_form(loader: _CloudFormationLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name == "Ref" else f"Fn::{name}": value}


_CloudFormationLoader.add_multi_constructor("!", _long_form)


def load(path: Path) -> dict[str, Any]:
    """Return a template in its long form."""
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_CloudFormationLoader)  # noqa: S506  # it is a SafeLoader
    return template


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Where the values of a template's references come from."""

    ref: Callable[[str], str]
    attribute: Callable[[str, str], str]
    exported: Callable[[str], str]


def resolve(value: Any, references: References) -> Any:
    """Return `value` with every intrinsic function replaced by what it stands for.

    Raises:
        LookupError: it uses a function that is not known here.
    """
    if isinstance(value, list):
        return [resolve(item, references) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref":
            return references.ref(argument)
        if name == "Fn::GetAtt":
            return references.attribute(*argument)
        if name == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            values = resolve(own, references)
            return _NAME_IN_SUB.sub(lambda match: values.get(match[1]) or _substituted(match[1], references), text)
        if name == "Fn::ImportValue":
            return references.exported(resolve(argument, references))
        if name.startswith("Fn::"):
            raise LookupError(f"{name} is not known here")
    return {name: resolve(item, references) for name, item in value.items()}


def _substituted(name: str, references: References) -> str:
    resource, dot, attribute = name.partition(".")
    return references.attribute(resource, attribute) if dot else references.ref(name)
