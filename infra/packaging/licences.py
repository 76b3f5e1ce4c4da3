"""Under which licences the shipped packages stand, and which licences may be shipped.

docs/licences.md lists them; `python -m infra.packaging.licences` writes it, and a test compares it with the lock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib import metadata

from infra.packaging.contents import LOCK, PROJECT
from infra.packaging.problems import NotForLambda

#: Licences (SPDX) that let us ship a package unchanged inside a service, when its licence text comes along.
ALLOWED = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "OFL-1.1", "PSF-2.0"}
#: A copyleft licence may stand here with its reason, by the package's name. None does.
ALLOWED_FOR: dict[str, set[str]] = {}

LIST = PROJECT / "docs" / "licences.md"
#: What older packages write instead of an SPDX expression, and what it is by their licence files.
_SPDX = {
    ("MIT", "MIT License"): "MIT",
    ("MIT", "MIT License, MIT No Attribution License (MIT-0)"): "MIT AND MIT-0",
    ("Apache-2.0", ""): "Apache-2.0",
    ("Apache Software License", "Apache Software License"): "Apache-2.0",
    ("Apache License 2.0", "Apache Software License"): "Apache-2.0",
    ("", "BSD License"): "BSD-3-Clause",
    ("Dual License", "Apache Software License, BSD License"): "Apache-2.0 OR BSD-3-Clause",
}
_LOCKED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A package of others that is shipped. `licence` is an SPDX expression, `source` the package URL's type."""

    name: str
    version: str
    licence: str
    source: str = "pypi"


def shipped() -> tuple[Component, ...]:
    """Return everything of others that is shipped: what the lock names, Chalice's runtime, the design system.

    Raises:
        NotForLambda: a package stands under a licence that is unknown, or may not be shipped.
    """
    names = dict(_LOCKED.findall(LOCK.read_text("utf-8")))
    names["chalice"] = metadata.version("chalice")
    of_python = [_component(name, version) for name, version in sorted(names.items())]
    design_system = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))["packages"]["node_modules/dkfds"]
    # Its style sheet and icons are MIT and Apache, its font OFL: see chalicelib/runtime/static/dkfds/LICENSE.md.
    licence = "MIT AND OFL-1.1 AND Apache-2.0"
    dkfds = Component(name="dkfds", version=design_system["version"], licence=licence, source="npm")
    components = (*of_python, dkfds)
    if problems := [problem for each in components for problem in _problems(each)]:
        raise NotForLambda(problems)
    return components


def licence_of(described: Message) -> str:
    """Return the SPDX expression of a package by its metadata; empty when it isn't known."""
    if expression := described.get("License-Expression"):
        return str(expression)
    classifiers = sorted(
        str(each).rpartition(" :: ")[2]
        for each in described.get_all("Classifier", [])
        if str(each).startswith("License ::")
    )
    return _SPDX.get((str(described.get("License") or ""), ", ".join(classifiers)), "")


def listed() -> str:
    """Return the text of docs/licences.md."""
    lines = [f"| {each.name} | {each.version} | {each.licence} |" for each in shipped()]
    return (
        "# Licences of what is shipped\n\n"
        "Every package in the zip, with its licence as an SPDX expression; each one's text lies in the zip too.\n"
        "Written by `python -m infra.packaging.licences`; packaging stops at a licence that\n"
        "`infra/packaging/licences.py` doesn't allow. `build/sbom.cdx.json` says the same to programs.\n\n"
        "| package | version | licence |\n|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def _component(name: str, version: str) -> Component:
    return Component(name=name, version=version, licence=licence_of(metadata.distribution(name).metadata))  # type: ignore[arg-type]  # it is a Message


def _problems(component: Component) -> Iterator[str]:
    if not component.licence:
        yield f"{component.name} stands under an unknown licence: read it, and add it to infra/packaging/licences.py"
    named = set(re.findall(r"[A-Za-z0-9.+-]+", component.licence)) - {"AND", "OR", "WITH"}
    if wrong := named - ALLOWED - ALLOWED_FOR.get(component.name, set()):
        yield f"{component.name} stands under {', '.join(sorted(wrong))}, which is not among the licences that we ship"


if __name__ == "__main__":
    LIST.write_text(listed(), encoding="utf-8")
