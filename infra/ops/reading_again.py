"""Has files read that came since a moment: tables that were restored to it know nothing of them, the bucket does.

Each version is told of as S3 told, under the same natural key: what was read already is read no second time. So it
reaches back as far as a message may have waited: a file that came before the moment may have been read after it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from chalicelib.runtime import clients, settings

_PREFIX = "drops/"
#: How long a message waits at most, among the dead letters too: MessageRetentionPeriod of infra/data.yaml.
LONGEST_WAIT = timedelta(days=14)


def read_again(since: datetime) -> int:
    """Tell the drops queue of every version that was put since then or may have waited then, oldest first; count them.

    S3 doesn't say a version's sequencer afterwards: among versions of one key the time decides.
    """
    s3, sqs = clients.s3(), clients.sqs()
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=settings.files_bucket(), Prefix=_PREFIX)
    first = since - LONGEST_WAIT
    found = [each for page in pages for each in page.get("Versions", ()) if each["LastModified"] >= first]
    url = sqs.get_queue_url(QueueName=f"ddh-{settings.stage()}-drops")["QueueUrl"]
    for each in sorted(found, key=lambda version: version["LastModified"]):
        told = {"key": each["Key"], "version-id": each["VersionId"], "size": each["Size"]}
        at = each["LastModified"].astimezone(UTC).isoformat()
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"time": at, "detail": {"object": told}}))
    return len(found)
