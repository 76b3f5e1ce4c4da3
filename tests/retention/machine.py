"""The whole machine over half a year, with two agents who then are heard of no more, and what is stored of it all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from moto.dynamodb import dynamodb_backends

from chalicelib.access import look_log
from chalicelib.access.people import Person, Role
from chalicelib.cases import documents, service, store
from chalicelib.cases.dossier import Event
from chalicelib.cases.proofs import ProofKind
from chalicelib.common import municipalities
from chalicelib.common.months import Month, months_from
from chalicelib.evaluation import reading
from chalicelib.evaluation.requests import LIVE
from chalicelib.kpi import erasing
from chalicelib.members import register
from chalicelib.members.register import Member, Service
from chalicelib.rulebook import book
from chalicelib.runtime import clients, settings, tables
from infra.local.functions import Function
from infra.local.pump import Pump
from infra.local.resources import ACCOUNT_ID, REGION
from tests.cases.dossiers import seen
from tests.conftest import SettableClock
from tests.kpi.files import csv_bytes

FIRST, LAST = Month(2024, 10), Month(2025, 3)
#: On this day everything up to January 2025 is past its 36 months.
ERASED = Month(2025, 1)
ERASED_ON = date(2028, 1, 31)
#: Below target for three months; then decided, and gone.
CANARY = "kanariefugl-1"
#: One month in another municipality.
OTHER_CANARY = "kanariefugl-2"
STAYING = "751-blivende"
#: Nobody else's figures, nor anything that they add up to.
CANARY_CALLS = (314_159, 27_182)
LEADER = Person(address="leder751@kommune.example", role=Role.LEADER, municipality_code="751")
STAFF = Person(address="sekretariat@ddh.example", role=Role.SECRETARIAT)
CANARIES = re.compile(r"kanariefugl|314[.]?159|27[.]?182")


class Machine:
    """Every function of the application on one clock; messages are carried until none is left."""

    def __init__(self, functions: Mapping[str, Function], clock: SettableClock) -> None:
        self._functions = functions
        self._pump = Pump(functions.values())
        self._held: frozenset[str] = frozenset()
        self.clock = clock
        book.seed()
        for code in ("741", "751"):
            register.put(
                Member(
                    municipality_code=code,
                    name=municipalities.by_code[code].name,
                    leaders=(f"leder{code}@kommune.example",),
                    services=frozenset({Service.CONTACT_CENTRE}),
                    active_from=date(2022, 1, 1),
                )
            )

    def call(self, function: str, event: Mapping[str, Any] | None = None) -> Any:
        """Call a function, and carry the messages that it causes."""
        answer = self._functions[function].call(event or {})
        self._pump.drain()
        return answer

    @contextmanager
    def held(self, *functions: str) -> Iterator[None]:
        """Let these functions' messages wait in their queues, as without their event source mappings."""
        carrying, held = self._pump, self._held
        self._held = held | {*functions}
        self._pump = Pump(function for name, function in self._functions.items() if name not in self._held)
        yield
        self._pump, self._held = carrying, held

    def at(self, day: date) -> None:
        self.clock.set(instant=datetime(day.year, day.month, day.day, 5, tzinfo=UTC), business_date=day)

    def drop(self, key: str, *rows: Iterable[object]) -> str:
        """Drop a CSV and let it be read; return the version's id."""
        answer = clients.s3().put_object(
            Bucket=settings.files_bucket(), Key=key, Body=csv_bytes(*(list(row) for row in rows))
        )
        self._pump.drain()
        version_id: str = answer["VersionId"]
        return version_id

    def live(self) -> None:
        """Drop and evaluate month after month, each on the 5th of the next."""
        for month in months_from(FIRST, LAST):
            self.at(month.next().first_day.replace(day=5))
            self.drop(f"drops/agent-kpi/{month}.csv", *rows_of(month))
            if month == FIRST:
                self.drop("drops/transfers/2024-10.csv", ["Måned", "Agent"], ["10-2024", CANARY])
                self.drop("drops/partner-kpi/2024-10.csv", ["Måned", "Partner"], ["10-2024", "Renosyd"])
            self.call("start-evaluation")
            if month == FIRST.plus(2):
                self._decide()
        self.call("start-evaluation", {"month": str(FIRST), "last_month": str(FIRST.plus(2)), "dry_run": True})

    def _decide(self) -> None:
        """In January: a leader looks and registers training with a document, and the proposal is declined."""
        look_log.note(
            who=LEADER.address, purpose="Listen", municipality_code="751", agents=[CANARY, STAYING], clock=self.clock
        )
        self.call("cases-daily")
        self.at(date(2025, 1, 25))
        service.register_proof(
            CANARY,
            proof_id="bevis",
            kind=ProofKind.PHYSICAL,
            taken_on=date(2025, 1, 14),
            source=f"Kursusbevis for {CANARY}",
            by=LEADER,
            clock=self.clock,
        )
        proof = store.get(CANARY).proofs[0]
        clients.s3().put_object(
            Bucket=settings.files_bucket(),
            Key=documents.key_of(proof, store.get(CANARY)),
            Body=f"%PDF-1.7 {CANARY}".encode(),
            Metadata={"agent": CANARY, "by": LEADER.address},
        )
        self._pump.drain()
        for agent in (CANARY, STAYING):
            service.decide(
                agent, Event.DECLINED, f"Talt om {agent}", seen=seen(agent), now_in=(), by=STAFF, clock=self.clock
            )
        self._pump.drain()


def rows_of(month: Month) -> list[list[object]]:
    """Return the rows of a month's file."""
    rows: list[list[object]] = [
        ["Aarhus", STAYING, 100, 40],
        ["Aarhus", "751-god", 100, 80],
        ["Samsø", "741-god", 50 + month.number, 45],
    ]
    if month <= FIRST.plus(2):
        rows.append(["Aarhus", CANARY, *CANARY_CALLS])
    if month == FIRST:
        rows += [["Samsø", OTHER_CANARY, *CANARY_CALLS]] * 2  # which the report repeats
    return rows


def stored() -> dict[str, list[dict[str, Any]]]:
    """Return every item of every table: only a test may scan."""
    client: Any = tables.connection().client
    return {
        name: [item for page in client.get_paginator("scan").paginate(TableName=name) for item in page["Items"]]
        for name in dynamodb_backends[ACCOUNT_ID][REGION].tables
    }


def stored_again(backup: Mapping[str, list[dict[str, Any]]]) -> None:
    """Put tables back as they were, as a restored backup does."""
    client: Any = tables.connection().client
    for name, items in backup.items():
        for page in client.get_paginator("scan").paginate(TableName=name):
            for item in page["Items"]:
                client.delete_item(TableName=name, Key={key: item[key] for key in ("pk", "sk")})
        for item in items:
            client.put_item(TableName=name, Item=item)


def files() -> dict[str, str]:
    """Return the text of every version of every object, by key and version."""
    bucket = settings.files_bucket()
    found = {}
    for page in clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket):
        for told in page.get("Versions", ()):
            body = clients.s3().get_object(Bucket=bucket, Key=told["Key"], VersionId=told["VersionId"])["Body"]
            found[f"{told['Key']} {told['VersionId']}"] = body.read().decode()
    return found


def hits() -> list[str]:
    """Return where a canary, or its figures, are still found."""
    items = {
        f"{name} {item['pk']['S']} {item['sk']['S']}": repr(item) for name, found in stored().items() for item in found
    }
    return sorted(place for place, text in (items | files()).items() if CANARIES.search(place + text))


def digests() -> frozenset[str]:
    """Return the digests that can be made of the erased months' rows, and those stored of what went into evaluations.

    They are cut to 16 signs, as those of rows once were.
    """
    items = stored()
    found = {item["snapshot"]["S"] for item in items["ddh-local-evaluation"] if "snapshot" in item}
    parts_by_body: dict[tuple[str, str], list[Any]] = {}
    for item in sorted(items["ddh-local-kpi"], key=lambda item: item["sk"]["S"]):
        owner, month = item["pk"]["S"], item["pk"]["S"].split("#")[2:3]
        if owner.startswith("figures#agent-kpi#") and month <= [str(ERASED)] and "rows" in item:
            part = json.loads(item["rows"]["S"])
            in_order = {"sources": part["sources"], "rows": part["rows"]}
            parts_by_body.setdefault((owner, item["sk"]["S"].rpartition("#")[0]), []).append(in_order)
    for parts in parts_by_body.values():
        found.add(hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest())
    return frozenset(each[:16] for each in found)


def aggregates() -> dict[str, Any]:
    """Return what is told of the months without anybody in them."""
    months = list(months_from(FIRST, LAST))
    return {
        "figures": {str(month): dict(erasing.totals(month)) for month in months},
        "ledger": reading.counts_by_month(),
    }


def kept_lines() -> dict[str, tuple[reading.Line, ...]]:
    return {str(month): reading.lines(LIVE, month) for month in months_from(ERASED.next(), LAST)}
