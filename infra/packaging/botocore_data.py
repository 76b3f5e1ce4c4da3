"""Which services' descriptions botocore keeps in the package: those that the application has clients of.

All of them are 40 MB; and botocore looks through every folder of them while it makes a client.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Held against the clients that chalicelib makes (tests/infra/packaging/test_botocore_data.py).
SERVICES = ("dynamodb", "s3", "sesv2", "sqs")
_DATA = ("botocore", "data")
_OLD_VERSIONS = ("dynamodb/2011-12-05",)


def trimmed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return botocore's files without other services' descriptions, old versions and examples."""
    return {path: content for path, content in files.items() if _is_needed(path)}


def _is_needed(path: str) -> bool:
    parts = path.split("/")
    if tuple(parts[:2]) != _DATA or len(parts) == 3:  # what all services share lies in the folder itself
        return True
    old = "/".join(parts[2:4]) in _OLD_VERSIONS
    return parts[2] in SERVICES and not old and not parts[-1].startswith("examples-")
