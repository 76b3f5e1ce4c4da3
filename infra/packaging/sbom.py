"""Writes the package's bill of materials: CycloneDX, the same bytes for the same package."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from infra.packaging import licences
from infra.packaging.contents import PROJECT

#: A bill without a time: it is about bytes, not about when somebody looked.
_NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)


def bill(shipped: Iterable[licences.Component], *, zip_digest: str) -> str:
    """Return the bill of the package whose zip has that SHA-256 in hex, as JSON."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_OID, zip_digest))
    bom.metadata.timestamp = _NO_TIME
    bom.metadata.component = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=zip_digest)],
    )
    components = [_component(each) for each in shipped]
    bom.components.update(components)
    bom.register_dependency(bom.metadata.component, components)
    return str(JsonV1Dot6(bom).output_as_string(indent=2)) + "\n"


def _component(shipped: licences.Component) -> Component:
    url = PackageURL(type=shipped.source, name=shipped.name, version=shipped.version)
    return Component(
        name=shipped.name,
        version=shipped.version,
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        licenses=[LicenseFactory().make_from_string(shipped.licence)],
    )
