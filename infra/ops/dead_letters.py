"""Messages that failed for good: which there are, and sending them back once the cause is mended.

Those of a queue go back to it. What rules, schedules and functions gave up lies in one queue together: there each goes
on by what it is, an event to its rule's queue, and a schedule's by having its function do what is due.

- EventBridge names the rule's target beside the event (https://docs.aws.amazon.com/eventbridge/latest/userguide/
  eb-rule-dlq.html), a schedule too (https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
- Lambda names only its request, and leaves the event as it was
  (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html): the schedule's event says which.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from chalicelib.runtime import clients, settings
from infra.ops import letters, schedules
from infra.ops.letters import Letter
from infra.ops.problems import Refused

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """A queue of dead letters, what it is for, and how many lie there."""

    queue: str
    source: str
    waiting: int


@dataclass(slots=True, kw_only=True)
class SentOn:
    """What became of a queue's dead letters: how many went where, and those that nothing says a place for."""

    count_by_place: Counter[str] = field(default_factory=Counter)
    left: list[Letter] = field(default_factory=list)


def waiting() -> Iterator[DeadLetters]:
    """Yield every queue that holds what failed for good, with how many messages lie there."""
    sqs = clients.sqs()
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"ddh-{settings.stage()}-"):
        for url in page.get("QueueUrls", []):
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            if "RedrivePolicy" in attributes:
                queue = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2]
                yield DeadLetters(queue=queue, source=url.rpartition("/")[2], waiting=letters.count(queue))
    events = _failed_events()
    yield DeadLetters(queue=events, source="rules, schedules and functions", waiting=letters.count(events))


def some_of(queue: str) -> list[Letter]:
    """Return the first ten messages, which stay as they lie.

    Raises:
        Refused: nothing leaves its dead letters there.
    """
    _source_of(queue)
    found: list[Letter] = []
    for batch in letters.taken(queue):
        found += batch
        if len(found) >= _SHOWN:
            break
    for letter in found:
        letters.put_back(queue, letter)
    return found[:_SHOWN]


def redrive(queue: str, *, invoke: Callable[[str], object]) -> SentOn:
    """Send every message on to where it failed. A crash in between may send one twice: harmless.

    `invoke` has a scheduled function do what is due. It does all of it at once, so it is asked once.

    Raises:
        Refused: nothing leaves its dead letters there.
    """
    source = _source_of(queue)
    done, sqs, stage = SentOn(), clients.sqs(), f"ddh-{settings.stage()}-"
    for letter in chain.from_iterable(letters.taken(queue)):
        place = f"sqs:{source}" if queue != _failed_events() else _place_of(letter)
        service, _, name = place.partition(":")
        if service == "sqs" and name.startswith(stage):
            sqs.send_message(QueueUrl=letters.url(name), MessageBody=letter.body)
        elif service == "lambda" and name.removeprefix(stage) in schedules.expressions():
            if not done.count_by_place[name]:
                invoke(name.removeprefix(stage))
        else:
            done.left.append(letter)
            continue
        letters.delete(queue, letter)
        done.count_by_place[name] += 1
    for letter in done.left:
        letters.put_back(queue, letter)
    return done


def _place_of(letter: Letter) -> str:
    """Return what a failed event was for, as `sqs:<queue>` or `lambda:<function>`; empty when nothing says it."""
    _, _, service, *_, name = letter.beside.get("TARGET_ARN", "::::").split(":")
    if service:
        return f"{service}:{name}"
    match letter.content:
        case {"source": "aws.scheduler", "resources": [str(arn), *_]}:
            prefix = f"ddh-{settings.stage()}-"
            function = schedules.function_of(arn.rpartition("/")[2].removeprefix(prefix))
            return f"lambda:{prefix}{function}" if function else ""
    return ""


def _source_of(queue: str) -> str:
    source = next((each.source for each in waiting() if each.queue == queue), None)
    if source is None:
        raise Refused(f"{queue} holds nobody's dead letters: `dead-letters` lists those that do")
    return source


def _failed_events() -> str:
    return f"ddh-{settings.stage()}-failed-events"
