"""Where a partner is told: which addresses may be registered, which machines may be called, and which secrets sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.webhooks.endpoint import (
    MOST_SECRETS,
    Endpoint,
    NoEndpoint,
    TooManySecrets,
    UrlRefused,
    What,
    check_url,
    removed,
    rotated,
    switched_off,
    with_url,
)
from chalicelib.webhooks.public_addresses import is_public

NOW = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)
URL = "https://renosyd.example/hotline"
#: What docs/partner-api.md promises of a rotation.
DAY = timedelta(hours=24)


def registered() -> Endpoint:
    made = with_url(Endpoint(partner_id="renosyd"), URL, new_secret="whsec_1", now=NOW)
    assert made is not None
    assert made[1] is What.REGISTERED
    return made[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://renosyd.example",
        "https://renosyd.example:8443/a/b?c=d&e=%C3%A6",
        "https://xn--kbenhavn-54a.example/",
        "HTTPS://RenoSyd.example/",
    ],
)
def test_an_address_with_a_name_and_tls_may_be_registered(url: str) -> None:
    assert check_url(f" {url} ", loopback=None) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "renosyd.example",
        "http://renosyd.example/",
        "ftp://renosyd.example/",
        "https:renosyd.example",
        "https:///hotline",
        "https://localhost/",
        "https://renosyd/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://renosyd.example./",
        "https://user:password@renosyd.example/",
        "https://@renosyd.example/",
        "https://renosyd.example:/",
        "https://renosyd.example:0/",
        "https://renosyd.example:99999/",
        "https://renosyd.example:1e3/",
        "https://renosyd.example/#a",
        "https://renosyd.example\\@evil.example/",
        "https://renosyd.example/a b",
        "https://renosyd.example/\r\nHost: evil.example",
        "https://renosyd.example/æ",
        "https://københavn.example/",
        "https://renosyd.example/" + "a" * 500,
    ],
)
def test_anything_else_may_not(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url, loopback=None)


def test_the_one_receiver_of_the_local_run_may_be_registered_there_and_no_other() -> None:
    loopback = "http://127.0.0.1:8027/"

    assert check_url(loopback, loopback=loopback) == loopback
    for url in ("http://127.0.0.1:8028/", "http://127.0.0.1:8027/a", "http://127.0.0.1:8027"):
        with pytest.raises(UrlRefused):
            check_url(url, loopback=loopback)


@given(st.text(max_size=60))
def test_whatever_is_written_is_an_address_or_refused(text: str) -> None:
    for written in (text, f"https://{text}", f"https://renosyd.example{text}"):
        try:
            url = check_url(written, loopback=None)
        except UrlRefused:
            continue
        assert url.lower().startswith("https://")


@pytest.mark.parametrize("address", ["8.8.8.8", "185.60.216.35", "2001:4860:4860::8888", "2a03:2880:f12f::1"])
def test_a_public_machine_may_be_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2a03:2880:f12f::1%eth0",
        "fec0::1",
        "ff02::1",
        "",
        "renosyd.example",
        "0177.0.0.1",
    ],
)
def test_a_machine_of_our_own_network_may_not_in_any_spelling(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses())
def test_no_private_address_is_public_and_none_carries_another(address: object) -> None:
    text = str(address)
    if is_public(text):
        parsed = ip_address(text)
        kinds = (parsed.is_private, parsed.is_loopback, parsed.is_link_local, parsed.is_multicast)
        assert not any(kinds)
        if not isinstance(parsed, IPv4Address):
            assert (parsed.ipv4_mapped, parsed.sixtofour, parsed.teredo) == (None, None, None)


@given(st.sampled_from(["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16"]), st.integers(0, 65535))
def test_no_machine_of_a_private_network_is_public_in_either_version(network: str, place: int) -> None:
    address = IPv4Network(network)[place]

    assert not is_public(str(address))
    assert not is_public(f"::ffff:{address}")


def test_a_new_secret_signs_along_with_the_old_one_for_a_day() -> None:
    after = rotated(registered(), new_secret="whsec_2", now=NOW)

    def signing(now: datetime) -> list[str]:
        return [each.value for each in after.signing(now)]

    assert set(signing(NOW)) == {"whsec_1", "whsec_2"}
    assert set(signing(NOW + DAY - timedelta(microseconds=1))) == {"whsec_1", "whsec_2"}
    assert signing(NOW + DAY) == ["whsec_2"]


def test_a_second_rotation_lengthens_no_secret_s_time() -> None:
    hour = timedelta(hours=1)
    twice = rotated(rotated(registered(), new_secret="whsec_2", now=NOW), new_secret="whsec_3", now=NOW + hour)

    assert {each.value: each.ends_at for each in twice.secrets} == {
        "whsec_1": NOW + DAY,
        "whsec_2": NOW + hour + DAY,
        "whsec_3": None,
    }


def test_so_many_secrets_sign_at_a_time_and_no_more() -> None:
    endpoint = registered()
    for number in range(2, MOST_SECRETS + 1):
        endpoint = rotated(endpoint, new_secret=f"whsec_{number}", now=NOW)

    with pytest.raises(TooManySecrets):
        rotated(endpoint, new_secret="whsec_x", now=NOW)
    assert len(rotated(endpoint, new_secret="whsec_x", now=NOW + DAY).secrets) == 2


def test_the_same_address_again_changes_nothing_unless_it_was_switched_off() -> None:
    endpoint = registered()
    off = switched_off(endpoint, url=URL, now=NOW)
    assert off is not None

    assert with_url(endpoint, URL, new_secret="whsec_2", now=NOW) is None
    on = with_url(off, URL, new_secret="whsec_2", now=NOW)
    assert on is not None
    assert (on[0].is_on, on[0].secrets) == (True, endpoint.secrets)


def test_the_answer_of_an_address_that_is_no_more_switches_nothing_off() -> None:
    assert switched_off(registered(), url="https://old.renosyd.example/", now=NOW) is None


def test_without_an_address_there_is_nothing_to_sign_for_or_remove() -> None:
    gone = removed(registered())

    assert gone.secrets == ()
    with pytest.raises(NoEndpoint):
        removed(gone)
    with pytest.raises(NoEndpoint):
        rotated(gone, new_secret="whsec_2", now=NOW)


def test_no_secret_and_no_address_shows_when_an_endpoint_is_printed() -> None:
    assert "whsec_" not in repr(registered())
    assert URL not in repr(registered())
