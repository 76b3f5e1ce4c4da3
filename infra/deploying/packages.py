"""The stage's bucket of packages: each zip once, under its SHA-256, and each template that was deployed with one.

A package's id is a digest of both, so the same bytes have the same id, and an id is all that a rollback needs.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

from infra.deploying.problems import NoSuchPackage
from infra.packaging.package import Package


def bucket_of(stage: str, account: str) -> str:
    """Return the bucket that infra/data.yaml makes."""
    return f"ddh-{stage}-packages-{account}"


def keep(s3: Any, bucket: str, package: Package) -> str:
    """Store a package, unless it is there; return its id."""
    template = yaml.safe_load(package.template_path.read_text("utf-8"))
    package_id = hashlib.sha256(f"{package.digest}\n{_text(template)}".encode()).hexdigest()[:16]
    zip_key = f"zips/{package.digest}.zip"
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": zip_key}
    template["Outputs"]["PackageId"] = {"Value": package_id}
    _put_once(s3, bucket, zip_key, package.zip_path)
    _put_once(s3, bucket, _template_key(package_id), _text(template).encode())
    return package_id


def template_of(s3: Any, bucket: str, package_id: str) -> dict[str, str]:
    """Return where CloudFormation finds a package's template.

    Raises:
        NoSuchPackage: it isn't there.
    """
    if not _is_there(s3, bucket, _template_key(package_id)):
        raise NoSuchPackage(package_id, bucket)
    return {"TemplateURL": f"https://{bucket}.s3.{s3.meta.region_name}.amazonaws.com/{_template_key(package_id)}"}


def _text(template: dict[str, Any]) -> str:
    return str(yaml.safe_dump(template, sort_keys=False))


def _template_key(package_id: str) -> str:
    return f"packages/{package_id}/app.yaml"


def _put_once(s3: Any, bucket: str, key: str, content: Path | bytes) -> None:
    if not _is_there(s3, bucket, key):
        body = content if isinstance(content, bytes) else content.read_bytes()
        s3.put_object(Bucket=bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256")


def _is_there(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return False
        raise
    return True
