"""The guard of the signed API: who may pass, what everybody else is told, how often, and each POST once."""

from __future__ import annotations

import base64
import json
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from chalice.app import Blueprint

from chalicelib.access import call_limits, nonces, partner_guard, partner_keys
from chalicelib.access.partner_guard import PartnerCall, signed_route
from chalicelib.access.signatures import NotAuthentic
from chalicelib.common.errors import Forbidden, Refused
from chalicelib.runtime import web
from chalicelib.runtime.chalice_app import BackOffice
from chalicelib.runtime.web import Answer, json_answer
from tests import faults
from tests.access import racers
from tests.access.signing import Request, Signer, event
from tests.conftest import EmulatedAWS, SettableClock
from tests.web import BASE_URL

_READ = "/partner/v1/agreement"
_POST = "/partner/v1/extension-requests"
_PUT = "/partner/v1/forecasts/{week}"
_BY = "sekretariat@ddh.example"


@dataclass
class Api:
    """An application with three signed routes. `acted` holds what reached them; `do` is what the POST does.

    Partners in `refused` are not permitted.
    """

    call: Callable[[dict[str, Any]], Any]
    clock: SettableClock
    refused: set[str] = field(default_factory=set)
    acted: list[tuple[str, str, Any]] = field(default_factory=list)
    do: Callable[[], Answer] = lambda: json_answer({"taget": "imod"}, status=201)

    def permit(self, call: PartnerCall) -> None:
        if call.partner_id in self.refused:
            raise Forbidden("Ikke i dag.")

    def partner(self, partner_id: str) -> Signer:
        """Return a partner's signer, whose key is registered."""
        signer = Signer()
        signer.key_id = partner_keys.register(partner_id, signer.pem, by=_BY, clock=self.clock).key_id
        return signer

    def send(self, request: Request, **changed: Any) -> Answer:
        """Send a request as it is."""
        pattern = _PUT if request.path.startswith("/partner/v1/forecasts/") else request.path
        answer = self.call(event(request, pattern, **changed))
        single = {name.lower(): value for name, value in (answer["headers"] or {}).items()}
        return Answer(
            status=answer["statusCode"],
            body=base64.b64decode(answer["body"]).decode(),
            content_type=single["content-type"],
            headers=single,
        )

    def get(self, signer: Signer, **named: Any) -> Answer:
        return self.send(signer.sign(_get(), at=self.clock.now(), **named))

    def post(self, signer: Signer, key: str = "k", *, body: bytes = b'{"until": "2025-12-31"}') -> Answer:
        request = Request("POST", _POST, headers={"Host": "ddh.example", "Idempotency-Key": key}, body=body)
        return self.send(signer.sign(request, at=self.clock.now()))


def _get() -> Request:
    return Request("GET", _READ, headers={"Host": "ddh.example"})


@pytest.fixture
def api(aws: EmulatedAWS, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("DDH_BASE_URL", BASE_URL)
    monkeypatch.setattr(partner_guard, "declared", [])
    app = BackOffice()
    bp = Blueprint(__name__)
    api = Api(lambda made: app(made, None), clock)

    @signed_route(bp, "GET", _READ, summary="Læs aftalen", permit=api.permit, clock=clock)
    def read(call: PartnerCall) -> Answer:
        api.acted.append(("GET", call.partner_id, call.key_id))
        return json_answer({"partner": call.partner_id})

    @signed_route(bp, "POST", _POST, summary="Bed om forlængelse", permit=api.permit, clock=clock)
    def ask(call: PartnerCall) -> Answer:
        api.acted.append(("POST", call.partner_id, call.visit.json()))
        return api.do()

    @signed_route(bp, "PUT", _PUT, summary="Meld forventede kald", permit=api.permit, clock=clock)
    def forecast(call: PartnerCall) -> Answer:
        api.acted.append(("PUT", call.partner_id, call.visit.parameters["week"]))
        return json_answer({})

    app.register_blueprint(bp)
    return api


def _code(answer: Answer) -> str:
    return str(json.loads(answer.body)["code"])


def test_a_registered_key_opens_the_route_as_its_partner(api: Api) -> None:
    signer = api.partner("renosyd")

    answer = api.get(signer)

    assert (answer.status, json.loads(answer.body)) == (200, {"partner": "renosyd"})
    assert api.acted == [("GET", "renosyd", signer.key_id)]


def test_a_put_s_path_parameter_is_what_was_signed(api: Api) -> None:
    signer = api.partner("renosyd")
    request = Request("PUT", "/partner/v1/forecasts/2025-W10", headers={"Host": "ddh.example"}, body=b'{"mon": 10}')

    assert api.send(signer.sign(request, at=api.clock.now())).status == 200
    assert api.acted == [("PUT", "renosyd", "2025-W10")]


def test_a_route_that_is_not_in_the_table_can_t_be_declared() -> None:
    with pytest.raises(KeyError):
        signed_route(Blueprint(__name__), "DELETE", _READ, summary="", permit=lambda _: None)


def test_whoever_is_not_authentic_is_told_the_same(api: Api) -> None:
    signer, stranger, revoked = api.partner("renosyd"), Signer(), api.partner("reno-djurs")
    partner_keys.revoke(revoked.key_id, by=_BY, clock=api.clock)
    now = api.clock.now()
    replayed = signer.sign(_get(), at=now)
    api.send(replayed)
    forged = signer.sign(_get(), at=now)
    forged.headers["Signature"] = replayed.headers["Signature"]
    stranger_as_partner = stranger.sign(_get(), at=now, key_id=signer.key_id)

    answers = [
        api.send(_get()),
        api.send(stranger.sign(_get(), at=now)),
        api.send(stranger_as_partner),
        api.send(revoked.sign(_get(), at=now)),
        api.send(replayed),
        api.send(forged),
        api.send(signer.sign(_get(), at=now, nonce=None)),
        api.send(signer.sign(_get(), at=now, covered=("@method", "@path"))),
        api.send(signer.sign(_get(), at=now), queryStringParameters={"a": "1"}),
        api.send(signer.sign(_get(), at=now), multiValueQueryStringParameters={"a": ["1"]}),
        api.send(signer.sign(_get(), at=now), headers={}, multiValueHeaders=None),
        api.send(Request("POST", _POST, body=b"{}")),
    ]

    assert {(answer.status, answer.body, answer.content_type) for answer in answers} == {
        (401, answers[0].body, web.PROBLEM_JSON)
    }
    assert "hint" not in answers[0].body
    assert len(api.acted) == 1


def test_a_clock_that_is_off_is_hinted_to_who_holds_the_key_alone(api: Api) -> None:
    signer, stranger = api.partner("renosyd"), Signer()
    then = api.clock.now() - timedelta(minutes=6)

    hinted = api.send(signer.sign(_get(), at=then))
    others = [
        api.send(stranger.sign(_get(), at=then)),
        api.send(stranger.sign(_get(), at=then, key_id=signer.key_id)),
    ]

    assert (hinted.status, "hint" in json.loads(hinted.body)) == (401, True)
    assert all(answer.status == 401 and "hint" not in json.loads(answer.body) for answer in others)


def test_a_revoked_key_opens_nothing_from_that_moment(api: Api) -> None:
    signer = api.partner("renosyd")
    assert api.get(signer).status == 200

    partner_keys.revoke(signer.key_id, by=_BY, clock=api.clock)

    assert api.get(signer).status == 401


def test_both_keys_of_a_rotation_work_until_the_old_one_retires(api: Api) -> None:
    old, new = api.partner("renosyd"), api.partner("renosyd")
    retired = api.clock.now() + timedelta(days=7)
    partner_keys.retire_on(old.key_id, retired, by=_BY, clock=api.clock)
    assert (api.get(old).status, api.get(new).status) == (200, 200)

    api.clock.set(instant=retired)

    assert (api.get(old).status, api.get(new).status) == (401, 200)


def test_the_log_has_the_reason_and_the_ids_and_no_secret(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    signer = api.partner("renosyd")
    good = signer.sign(_get(), at=api.clock.now(), nonce="MTIzNDU2Nzg5MGFiY2RlZg")
    api.send(good)
    api.send(good)

    lines = [vars(record) for record in caplog.records if record.name == "ddh"]

    assert any(line.get("partner_id") == "renosyd" and line.get("key_id") == signer.key_id for line in lines)
    assert any(line.get("reason") == "nonce used" and line["key_id"] == signer.key_id for line in lines)
    for secret in ("MTIzNDU2Nzg5MGFiY2RlZg", good.headers["Signature"], good.headers["Signature-Input"]):
        assert secret not in str(lines)


def test_a_body_that_is_too_large_is_not_even_verified(api: Api) -> None:
    request = Request("POST", _POST, body=b"x" * (web.MOST_BODY_BYTES + 1))
    with faults.counted() as calls:
        answer = api.send(request)

    assert (answer.status, calls.operations) == (413, [])


def test_a_signed_body_of_another_kind_is_refused(api: Api) -> None:
    request = Request("POST", _POST, headers={"Content-Type": "text/plain", "Idempotency-Key": "k"}, body=b"{}")

    assert api.send(api.partner("renosyd").sign(request, at=api.clock.now())).status == 415


def test_a_partner_s_calls_in_a_minute_are_limited(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_limits, "MOST_CALLS_A_MINUTE", 3)
    signer, other = api.partner("renosyd"), api.partner("reno-djurs")
    api.clock.set(instant=api.clock.now() + timedelta(seconds=48))
    replayed = signer.sign(_get(), at=api.clock.now())
    api.send(replayed)

    # A replay uses nothing of the partner's up.
    assert [api.send(replayed).status for _ in range(5)] == [401] * 5
    assert [api.get(signer).status for _ in range(3)] == [200, 200, 429]
    refused = api.get(signer)
    assert (_code(refused), refused.headers["retry-after"]) == ("too_many_calls", "12")
    assert api.get(other).status == 200

    api.clock.set(instant=api.clock.now() + timedelta(seconds=12))
    assert api.get(signer).status == 200
    assert call_limits.by_day("renosyd", since=date(2025, 2, 1)) == {date(2025, 2, 5): 4}
    assert call_limits.by_day("renosyd", since=date(2025, 2, 6)) == {}


def test_the_same_post_again_is_answered_as_before_and_done_once(api: Api) -> None:
    signer = api.partner("renosyd")
    first, again = api.post(signer), api.post(signer)

    assert (first.status, first.body, first.content_type) == (again.status, again.body, again.content_type)
    assert first.status == 201
    assert len(api.acted) == 1


def test_who_is_not_permitted_any_more_is_not_told_the_answer_that_was_kept(api: Api) -> None:
    signer, other = api.partner("renosyd"), api.partner("reno-djurs")
    api.post(signer)
    api.refused.add("renosyd")

    assert [api.post(signer).status, api.get(signer).status, api.post(other).status] == [403, 403, 201]

    api.refused.clear()
    assert api.post(signer).status == 201
    assert [partner_id for _, partner_id, _ in api.acted] == ["renosyd", "reno-djurs"]


def test_a_key_used_for_something_else_is_refused(api: Api) -> None:
    signer = api.partner("renosyd")
    api.post(signer)

    answer = api.post(signer, body=b'{"until": "2030-12-31"}')

    assert (answer.status, _code(answer)) == (422, "idempotency_key_reused")
    assert len(api.acted) == 1


def test_a_partner_s_keys_are_its_own(api: Api) -> None:
    for signer in (api.partner("renosyd"), api.partner("reno-djurs")):
        assert api.post(signer).status == 201

    assert [partner_id for _, partner_id, _ in api.acted] == ["renosyd", "reno-djurs"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 129])
def test_a_post_needs_a_key(api: Api, key: str) -> None:
    answer = api.post(api.partner("renosyd"), key)

    assert (answer.status, api.acted) == (400, [])


def test_while_a_post_is_worked_on_its_double_waits(api: Api) -> None:
    signer = api.partner("renosyd")
    doubles: list[Answer] = []

    def meanwhile() -> Answer:
        doubles.append(api.post(signer))
        doubles.append(api.post(signer, body=b"{}"))
        return json_answer({}, status=201)

    api.do = meanwhile

    assert api.post(signer).status == 201
    assert [(each.status, _code(each)) for each in doubles] == [
        (409, "call_in_progress"),
        (422, "idempotency_key_reused"),
    ]
    assert doubles[0].headers["retry-after"] == "1"
    assert len(api.acted) == 1


def test_what_was_refused_may_be_tried_again(api: Api) -> None:
    signer = api.partner("renosyd")

    def refuse() -> Answer:
        raise Refused("Ikke endnu.")

    def fail() -> Answer:
        raise RuntimeError("bug")

    for do, status in ((refuse, 422), (fail, 500), (lambda: json_answer({}), 200)):
        api.do = do
        assert api.post(signer).status == status


def test_a_post_whose_worker_died_is_done_again_after_a_minute(api: Api) -> None:
    signer = api.partner("renosyd")
    api.post(api.partner("reno-djurs"))  # so that what is made on first use doesn't count

    # Calls: the key, the nonce, two for the count of the minute, the claim; then the process dies.
    with pytest.raises(faults.Crash), faults.crash_at(6, "before") as calls:
        api.post(signer)
    assert calls.operations[-1] == "UpdateItem"
    assert api.post(signer).status == 409
    api.clock.set(instant=api.clock.now() + timedelta(seconds=61))

    assert api.post(signer).status == 201


def test_an_answer_is_kept_for_a_day(api: Api) -> None:
    signer = api.partner("renosyd")
    api.post(signer)
    api.clock.set(instant=api.clock.now() + timedelta(hours=23, minutes=59))
    api.post(signer)
    assert len(api.acted) == 1

    api.clock.set(instant=api.clock.now() + timedelta(minutes=1))
    api.post(signer)

    assert len(api.acted) == 2


@pytest.mark.parametrize("first_lost", [1, 2, 3])
def test_a_store_that_is_down_opens_nothing(api: Api, first_lost: int) -> None:
    signer = api.partner("renosyd")

    with faults.not_sent_at(*range(first_lost, 100)):
        answer = api.get(signer)

    assert (answer.status, _code(answer)) == (503, "store_unavailable")
    assert api.acted == []


@pytest.mark.parametrize("lost", range(1, 7))
def test_a_lost_answer_of_the_store_costs_the_caller_nothing(api: Api, lost: int) -> None:
    signer = api.partner("renosyd")

    with faults.answer_lost_at(lost):
        assert api.post(signer).status == 201

    assert len(api.acted) == 1
    assert api.post(signer).status == 201
    assert len(api.acted) == 1


def test_a_nonce_is_free_again_when_its_time_is_over_whatever_ttl_does(aws: EmulatedAWS, clock: SettableClock) -> None:
    created = clock.now()
    nonces.use("renosyd.00000000", "n" * 16, created=created, clock=clock)
    nonces.use("renosyd.11111111", "n" * 16, created=created, clock=clock)
    for seconds in (0, 300, 599):
        clock.set(instant=created + timedelta(seconds=seconds))
        with pytest.raises(NotAuthentic):
            nonces.use("renosyd.00000000", "n" * 16, created=created, clock=clock)

    clock.set(instant=created + timedelta(seconds=600))
    nonces.use("renosyd.00000000", "n" * 16, created=clock.now(), clock=clock)


def _replayed(api: Api, times: int) -> list[int]:
    request = api.partner("renosyd").sign(_get(), at=api.clock.now())
    return [api.send(replace(request, headers=dict(request.headers))).status for _ in range(times)]


def test_of_a_call_and_its_replays_the_first_is_taken(api: Api) -> None:
    assert _replayed(api, 10) == [200, *[401] * 9]


@pytest.mark.campaign
def test_replay_x1000(api: Api) -> None:
    assert _replayed(api, 1000) == [200, *[401] * 999]


def test_of_parallel_replays_exactly_one_is_taken(served_aws: EmulatedAWS) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        taken = pool.map(racers.replay, range(12), chunksize=1)

    assert taken.count(True) == 1


@pytest.mark.campaign
def test_of_fifty_concurrent_posts_one_acts(served_aws: EmulatedAWS) -> None:
    with multiprocessing.get_context("spawn").Pool(6) as pool:
        ended = pool.map(racers.repeat, range(50), chunksize=1)

    assert ended.count("acted") == 1
