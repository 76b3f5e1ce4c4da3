"""A whole outbox life in virtual time: the real service against fakes, with every fault that THREATS knows, by a seed.

Each actor (a producer, a sender, a settler, a sweeper) runs the real code in a thread of its own, but only one thread
runs at a time: every call to the table, to SES or to the queue hands over to the scheduler, which goes on with whoever
is next in virtual time. So a schedule is fully decided by its seed, and there is no sleeping.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

from chalicelib.common.clock import COPENHAGEN
from chalicelib.mail import outbox, rules, sending, service
from chalicelib.mail.delivery import GRACE, LEASE, SENDER_LIFE, Delivery, State
from chalicelib.mail.mails import Mail, MailState
from chalicelib.mail.store import Entry
from chalicelib.runtime import clients
from tests.mail.actors import Actor, Crash, StoreBroken
from tests.mail.fakes import Accepted, FakeSes, MemoryStore, a_mail, envelope, rendered

T = TypeVar("T")

#: 1 August 2025, 22.00 in Denmark: two hours before the quiet period ends.
START = datetime(2025, 8, 1, 20, 0, tzinfo=UTC)
#: Faults come for five hours; then everything must have drained within six more (I22): two rounds of grace and backoff.
FAULTS_END = START + timedelta(hours=5)
END = FAULTS_END + timedelta(hours=6)
SWEEP_EVERY = timedelta(minutes=5)
#: When every mail rests a sweep finds nothing: most of these are left out, to save time.
IDLE_SWEEP_EVERY = timedelta(hours=2)
VISIBILITY = timedelta(minutes=6)
MAX_RECEIVES = 5
RESTING = frozenset({State.SENT, State.DELIVERED, State.COMPLAINED, State.BOUNCED, State.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How likely each fault is, per call or per message."""

    crash: float = 0.02
    store_answer_lost: float = 0.03  # the SDK tried again and met its own write
    store_broken: float = 0.01  # the write happened and the handler saw an exception
    ses: float = 0.25
    nudge_lost: float = 0.3
    receipt_lost: float = 0.0
    zombie: float = 0.01
    slow: float = 0.05
    stuck: float = 0.1  # in the middle of the call to SES


CALM = Faults(crash=0, store_answer_lost=0.3, store_broken=0, ses=0, zombie=0, slow=0, stuck=0)
HARSH = Faults()
HAUNTED = Faults(zombie=0.3, stuck=0.8, slow=0, ses=0.1, nudge_lost=0)
DEAF = Faults(receipt_lost=1.0)
HALF_DEAF = Faults(receipt_lost=0.5)


@dataclass
class Report:
    """What a schedule came to."""

    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class World:
    """One schedule. It is the clock, the table and the queue that the service is given."""

    def __init__(self, seed: int, faults: Faults, *, mails: int = 3) -> None:
        self.rng = Random(seed)
        self.faults = faults
        self.instant = START
        self.table = MemoryStore(now=self.now, index_lag=timedelta(seconds=self.rng.choice([0, 2, 30])))
        attempts = clients._ONCE.retries["total_max_attempts"]
        self.ses = FakeSes(now=self.now, fate=self._fate, on_accepted=self._tell_of, total_max_attempts=attempts)
        self.mails = [self._mail(number) for number in range(mails)]
        self.refused = {mail.mail_id for mail in self.mails if self.rng.random() < 0.05 and faults.ses}
        self.calls: Counter[str] = Counter()
        self._agenda: list[tuple[datetime, float, Callable[[], None]]] = []
        self._actor: Actor | None = None
        self._tokens = 0
        self.failed_assertions: list[str] = []

    # The clock.

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.astimezone(COPENHAGEN).date()

    # The table, as the service sees it.

    def get(self, mail_id: str) -> MailState | None:
        return self._call(lambda: self.table.get(mail_id))

    def replace(self, mail_id: str, before: Delivery, after: Delivery) -> bool:
        return self._write(lambda: self.table.replace(mail_id, before, after))

    def add(self, mail: Mail, delivery: Delivery, *, owner: str) -> bool:
        return self._write(lambda: self.table.add(mail, delivery, owner=owner))

    def in_state(self, state: State, *, due_until: datetime) -> Iterator[Entry]:
        return self._call(lambda: self.table.in_state(state, due_until=due_until))

    # SES and the queue, as the service sees them.

    def send_email(self, **request: Any) -> dict[str, str]:
        # A sender may be stuck inside its call, but no longer than a Lambda lives.
        return self._call(lambda: self.ses.send_email(**request), longest=SENDER_LIFE)

    def nudge(self, mail_ids: Iterable[str]) -> None:
        for mail_id in mail_ids:
            for _ in range(self._times(lost=self.faults.nudge_lost)):
                self._later(self._delay(), partial(self._receive_nudge, mail_id))

    # Running.

    def run(self) -> Report:
        for mail in self.mails:
            for _ in range(self.rng.choice([1, 1, 2, 3])):  # the cause itself may run twice, at the same time too
                self._later(self.rng.random() * timedelta(minutes=30), partial(self._produce, mail))
        self._later(timedelta(), self._sweep)
        while self._agenda:
            self.instant, _, happen = heapq.heappop(self._agenda)
            happen()
        return self._report()

    def _produce(self, mail: Mail, receives: int = 1) -> None:
        def work() -> None:
            outbox.record_alone(mail, clock=self, add=self.add)
            self.nudge([mail.mail_id])

        again = partial(self._produce, mail, receives + 1)
        self._spawn(work, on_failure=lambda: self._later(VISIBILITY, again))

    def _receive_nudge(self, mail_id: str, receives: int = 1) -> None:
        deliver = partial(
            service.deliver,
            mail_id,
            clock=self,
            store=self,
            send=partial(sending.send, ses=lambda: self),
            render=rendered,
            new_token=self._token,
            jitter=self.rng.random,
        )
        again = partial(self._receive_nudge, mail_id, receives + 1)
        self._spawn(deliver, on_failure=lambda: self._later(VISIBILITY, again) if receives < MAX_RECEIVES else None)

    def _receive_receipt(self, event: dict[str, Any], receives: int = 1) -> None:
        # Receipts that come at all come within their delay, so their handler fails twice at most and never lingers.
        again = partial(self._receive_receipt, event, receives + 1)
        self._spawn(
            lambda: service.settle(event, store=self),
            on_failure=lambda: self._later(VISIBILITY, again),
            may_fail=receives < 3,
            long_pauses=False,
        )

    def _sweep(self) -> None:
        if self.instant < END:
            self._later(SWEEP_EVERY if self._is_busy() else IDLE_SWEEP_EVERY, self._sweep)
            self._spawn(lambda: service.sweep(clock=self, store=self, nudge=self.nudge))

    def _is_busy(self) -> bool:
        stored = [self.table.get(mail.mail_id) for mail in self.mails]
        return any(mail is None or mail.state not in RESTING for mail in stored)

    def _spawn(
        self,
        run: Callable[[], object],
        *,
        on_failure: Callable[[], None] = lambda: None,
        may_fail: bool = True,
        long_pauses: bool = True,
    ) -> None:
        self._go_on(Actor(run, on_failure, long_pauses=long_pauses, may_fail=may_fail))

    def _go_on(self, actor: Actor) -> None:
        self._actor = actor
        actor.go_on()
        if isinstance(actor.error, AssertionError):
            self.failed_assertions.append(str(actor.error))
        elif actor.error is not None:
            raise actor.error

    def _call(self, effect: Callable[[], T], *, longest: timedelta | None = None) -> T:
        self._pass_time(longest)
        self._perhaps(Crash, self.faults.crash)
        result = effect()
        self._perhaps(Crash, self.faults.crash)
        return result

    def _write(self, effect: Callable[[], bool]) -> bool:
        def retried() -> bool:
            done = effect()
            return effect() if self._faulty(self.faults.store_answer_lost) else done

        done = self._call(retried)
        # After a read the next call's own pause is enough; after a write the answer may take long to come back.
        self._pass_time(None)
        self._perhaps(StoreBroken, self.faults.store_broken)
        return done

    def _pass_time(self, longest: timedelta | None) -> None:
        actor = self._actor
        assert actor is not None
        delay = timedelta(milliseconds=self.rng.randint(1, 50))
        if actor.long_pauses and self._faulty(self.faults.stuck if longest else self.faults.slow):
            delay = self.rng.random() * SENDER_LIFE
        if actor.long_pauses and longest is None and self._faulty(self.faults.zombie):
            # At its worst a sender comes back just when another has taken over.
            delay = self.rng.choice([timedelta(), LEASE + GRACE]) + self.rng.random() * timedelta(hours=1)
        self._later(delay, partial(self._go_on, actor))
        actor.pause()
        self._actor = actor

    def _perhaps(self, fault: type[BaseException], probability: float) -> None:
        assert self._actor is not None
        if self._actor.may_fail and self._faulty(probability):
            raise fault

    def _faulty(self, probability: float) -> bool:
        return self.instant < FAULTS_END and self.rng.random() < probability

    def _times(self, *, lost: float) -> int:
        if self._faulty(lost):
            return 0
        return 2 if self._faulty(0.2) else 1

    def _delay(self) -> timedelta:
        return self.rng.choice([timedelta(seconds=1), timedelta(seconds=20), timedelta(minutes=10)]) * self.rng.random()

    def _later(self, delay: timedelta, happen: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self.instant + delay, self.rng.random(), happen))

    def _token(self) -> str:
        self._tokens += 1
        return f"token-{self._tokens}"

    def _mail(self, number: int) -> Mail:
        held_until = date(2025, 8, 2) if self.rng.random() < 0.3 else None
        return a_mail(f"mail_{number}", send_from=held_until)

    def _fate(self, mail_id: str) -> str:
        self.calls[mail_id] += 1
        if mail_id in self.refused:
            return "refused"
        if not self._faulty(self.faults.ses):
            return "accepted"
        return self.rng.choice(["unreachable", "throttled", "broken before", "broken after", "answer lost"])

    def _tell_of(self, mail: Accepted) -> None:
        self.calls["accepted"] += 1
        if self.today() < (next(each for each in self.mails if each.mail_id == mail.mail_id).send_from or date.min):
            self.calls["sent too early"] += 1
        for event_type in ("Send", self.rng.choice(["Delivery", "Delivery", "Bounce"])):
            if self.rng.random() < self.faults.receipt_lost:
                continue
            event = envelope(event_type, mail_id=mail.mail_id, attempt=mail.attempt, at=mail.at)
            for _ in range(self.rng.choice([1, 1, 2])):
                delay = self.rng.choice([timedelta(seconds=5), timedelta(minutes=40)]) * self.rng.random()
                self._later(delay, partial(self._receive_receipt, event))

    def _report(self) -> Report:
        report = Report(violations=[f"assertion: {text}" for text in self.failed_assertions])
        if self.calls["sent too early"]:
            report.violations.append("a held mail was sent before its day")
        for mail in self.mails:
            self._judge(mail.mail_id, report)
        return report

    def _judge(self, mail_id: str, report: Report) -> None:
        accepted = sum(each.mail_id == mail_id for each in self.ses.accepted)
        history = self.table.deliveries(mail_id)
        last = history[-1]
        report.counts.update(
            {
                "mails": 1,
                "accepted": accepted,
                f"ended {last.state}": 1,
                "sent twice": accepted > 1,
                "marked may_be_duplicate": last.may_be_duplicate,
                "given up as uncertain": last.trouble == "uncertain",
            }
        )
        deaf = self.faults.receipt_lost > 0
        broken = {
            "it waits for ever": last.state not in RESTING,
            "it was lost": accepted == 0 and last.state is not State.FAILED,
            "it was given up without a reason": last.state is State.FAILED and last.reason is None,
            "it was sent twice though receipts came": accepted > 1 and not deaf,
            "it was sent twice and is not marked": accepted > 1 and not last.may_be_duplicate,
            "it was sent more than twice": accepted > 2,
            "it was sent and staff are told it failed": accepted > 0 and not deaf and last.state is State.FAILED,
            "it was refused for good and tried again": mail_id in self.refused and self.calls[mail_id] > 2,
            "it made a move that is not allowed": any(
                after.state is not before.state and after.state not in rules.TRANSITIONS[before.state]
                for before, after in pairwise(history)
            ),
            "its evidence went back": any(after.evidence < before.evidence for before, after in pairwise(history)),
            "nothing was wrong and it is marked": self.faults is CALM and (last.may_be_duplicate or accepted != 1),
        }
        report.violations += [f"{mail_id}: {what}" for what, happened in broken.items() if happened]


def simulate(seeds: Iterable[int], faults: Faults, *, until_violation: bool = False) -> Report:
    """Run a schedule per seed and add up what they came to. Violations name their seed."""
    total = Report()
    for seed in seeds:
        report = World(seed, faults).run()
        total.counts.update(report.counts)
        total.counts["schedules"] += 1
        total.violations += [f"seed {seed}: {violation}" for violation in report.violations]
        if until_violation and total.violations:
            break
    return total
