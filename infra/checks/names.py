"""Which names in a template are the same in every stage: two stages of one account and region could not both have them.

Standard library alone: the translator's check runs it in .venv/checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

#: AWS's own name of what is measured, and a name within one API.
_NOT_OF_THE_ACCOUNT = {"MetricName", "StageName"}
_IN_SUB = re.compile(r"\$\{([^}]+)\}")


def unstaged(template: Mapping[str, Any]) -> list[str]:
    """Return each property and export whose name doesn't carry the stage: `Topic.TopicName: alarms`."""
    return [f"{where}: {name}" for where, name in _names(template) if _is_fixed(name)]


def _names(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for resource, described in template["Resources"].items():
        for key, value in described.get("Properties", {}).items():
            if key.endswith("Name") and key not in _NOT_OF_THE_ACCOUNT:
                yield f"{resource}.{key}", value
        for event, source in described.get("Properties", {}).get("Events", {}).items():
            if source["Type"] == "ScheduleV2":  # SAM gives it its logical id where it has no name
                yield f"{resource}.{event}", source["Properties"].get("Name", f"{resource}{event}")
    for output, described in template.get("Outputs", {}).items():
        if "Export" in described:
            yield f"{output}.Export", described["Export"]["Name"]


def _is_fixed(name: Any) -> bool:
    """Say whether a name is text without the stage, and without another resource, whose own name carries it."""
    text = name.get("Fn::Sub") if isinstance(name, Mapping) else name
    return isinstance(text, str) and all(each.startswith("AWS::") for each in _IN_SUB.findall(text))
