"""No mutation of a signed request is accepted, unless it denotes the same request; and those that do are named."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access import signatures
from chalicelib.access.public_keys import Key
from chalicelib.access.signatures import NotAuthentic, SignedMessage, Verified
from tests.access.mutating import HARMFUL, HARMLESS, meaning, signed_requests
from tests.access.signing import Signer
from tests.conftest import SettableClock


class _Keys:
    """The partner's key, and others that must not open anything of it: a second, a revoked one, another partner's."""

    def __init__(self, clock: SettableClock) -> None:
        self.signer = Signer()
        own = Key(
            key_id="renosyd.00000000",
            partner_id="renosyd",
            raw=self.signer.raw,
            registered_at=clock.now() - timedelta(days=1),
        )
        self._by_id = {
            key.key_id: key
            for key in (
                own,
                replace(own, key_id="renosyd.11111111", raw=Signer().raw),
                replace(own, key_id="renosyd.22222222", revoked_at=clock.now()),
                replace(own, key_id="reno-djurs.00000000", partner_id="reno-djurs", raw=Signer().raw),
            )
        }
        self._clock = clock

    def verified(self, message: SignedMessage) -> Verified | None:
        try:
            return signatures.verify(message, find_key=self._by_id.get, clock=self._clock)
        except NotAuthentic:
            return None


@pytest.fixture
def keys(clock: SettableClock) -> _Keys:
    return _Keys(clock)


def _mixed(rng: random.Random, message: SignedMessage, messages: list[SignedMessage]) -> SignedMessage:
    """Return the message with the signature, or half of it, of another."""
    other = dict(rng.choice([each for each in messages if each is not message]).headers)
    taken = rng.choice([("Signature",), ("Signature-Input",), ("Signature", "Signature-Input")])
    headers = {**dict(message.headers), **{name: other[name] for name in taken}}
    return replace(message, headers=tuple(headers.items()))


@pytest.mark.parametrize("times", [600, pytest.param(20_000, marks=pytest.mark.campaign)])
def test_mutations(keys: _Keys, clock: SettableClock, times: int) -> None:
    rng = random.Random(9421)
    messages = signed_requests(keys.signer, clock)
    refused: Counter[str] = Counter()
    accepted: list[tuple[str, SignedMessage]] = []

    for _ in range(times):
        original = rng.choice(messages)
        name = rng.choice([*HARMFUL, "another's signature"])
        mutate = HARMFUL.get(name)
        changed = mutate(rng, original) if mutate else _mixed(rng, original, messages)
        for harmless in rng.sample(sorted(HARMLESS), rng.choice([0, 0, 1, 2])):
            if {"Signature", "Signature-Input"} <= dict(changed.headers).keys():
                changed = HARMLESS[harmless][0](rng, changed)
        verified = keys.verified(changed)
        if verified is None:
            refused[name] += 1
            continue
        accepted.append((name, changed))
        assert meaning(changed) == meaning(original), (name, original, changed)
        assert verified == keys.verified(original), (name, changed)

    assert set(refused) == {*HARMFUL, "another's signature"}
    # What was accepted is what came out of a mutation of text by chance as it was.
    assert len(accepted) < times / 10


@pytest.mark.parametrize("name", HARMLESS)
def test_a_named_spelling_denotes_the_same_request_and_is_accepted(
    keys: _Keys, clock: SettableClock, name: str
) -> None:
    rng = random.Random(9421)
    mutate, _why = HARMLESS[name]

    for original in signed_requests(keys.signer, clock):
        for _ in range(5):
            changed = mutate(rng, original)

            assert keys.verified(changed) == keys.verified(original) is not None, changed
            assert meaning(changed)[:7] == meaning(original)[:7]


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 290])
def test_a_request_may_arrive_within_its_five_minutes(keys: _Keys, clock: SettableClock, seconds: int) -> None:
    messages = signed_requests(keys.signer, clock)
    clock.set(instant=clock.now() + timedelta(seconds=seconds))

    assert all(keys.verified(message) for message in messages[:1])


@pytest.mark.parametrize("seconds", [-86_400, -301, 306, 86_400])
def test_no_request_is_accepted_outside_its_five_minutes(keys: _Keys, clock: SettableClock, seconds: int) -> None:
    messages = signed_requests(keys.signer, clock)
    clock.set(instant=clock.now() + timedelta(seconds=seconds))

    assert not any(keys.verified(message) for message in messages)
