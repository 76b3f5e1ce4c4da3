"""The package: build/deployment.zip with every function's code, the template that deploys it, and the bill of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from infra import packaged
from infra.packaging import archive, bytecode, checks, contents, licences, sbom, target
from infra.packaging.contents import Contents
from infra.packaging.problems import NoPackageMade, NotForLambda

FOLDER = contents.PROJECT / "build"
ZIP_NAME, TEMPLATE_NAME, BILL_NAME = "deployment.zip", "app.yaml", "sbom.cdx.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that was made."""

    zip_path: Path
    template_path: Path
    #: SHA-256 of the zip, in hex.
    digest: str
    #: Bytes in the zip and unpacked, by package; unknown of a package that was made before.
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def zip_bytes(self) -> int:
        return self.zip_path.stat().st_size


def build(stage: str, folder: Path = FOLDER) -> Package:
    """Make the package of a stage. Only the template's tags tell stages apart; the zip is the same for all.

    Raises:
        CannotPackage: something is missing, or wouldn't run on Lambda.
    """
    shipped = licences.shipped()
    gathered = contents.collect()
    checks.check(gathered)
    with_bytecode = _with_bytecode(gathered)
    folder.mkdir(parents=True, exist_ok=True)
    zip_path, template_path = folder / ZIP_NAME, folder / TEMPLATE_NAME
    packed = archive.write(zip_path, {path: body for files in with_bytecode.values() for path, body in files.items()})
    template_path.write_text(yaml.dump(packaged.template(stage), Dumper=_Dumper, sort_keys=False), encoding="utf-8")
    made = Package(
        zip_path=zip_path,
        template_path=template_path,
        digest=hashlib.sha256(zip_path.read_bytes()).hexdigest(),
        sizes={
            package: (sum(packed[path] for path in files), sum(map(len, files.values())))
            for package, files in with_bytecode.items()
        },
    )
    if made.zip_bytes >= target.MOST_MEGABYTES * 10**6:
        raise NotForLambda(
            [f"the zip is {made.zip_bytes / 10**6:.1f} MB, and is to stay under {target.MOST_MEGABYTES}"]
        )
    (folder / BILL_NAME).write_text(sbom.bill(shipped, zip_digest=made.digest), encoding="utf-8")
    return made


def made_before(folder: Path = FOLDER) -> Package:
    """Return the package that lies in a folder.

    Raises:
        NoPackageMade: none does.
    """
    zip_path, template_path = folder / ZIP_NAME, folder / TEMPLATE_NAME
    if not (zip_path.exists() and template_path.exists()):
        raise NoPackageMade(folder)
    return Package(
        zip_path=zip_path, template_path=template_path, digest=hashlib.sha256(zip_path.read_bytes()).hexdigest()
    )


def _with_bytecode(gathered: Contents) -> Contents:
    package_by_module = {path: name for name, files in gathered.items() for path in files if path.endswith(".py")}
    sources = {path: gathered[name][path] for path, name in package_by_module.items()}
    result = {name: dict(files) for name, files in gathered.items()}
    for path, (cached, code) in bytecode.compiled(sources).items():
        result[package_by_module[path]][cached] = code
    return result


class _Dumper(yaml.SafeDumper):
    """YAML without anchors, which CloudFormation doesn't read."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # yaml asks so
        return True
