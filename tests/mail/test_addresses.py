"""One recipient stays one recipient. THREATS T10."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.mail.addresses import AddressRefused, check_address


@pytest.mark.parametrize(
    "address",
    [
        "leder@aarhus.example",
        "fornavn.efternavn+hotline@ringkoebing-skjern.example",
        "o'hara@kommune.example.dk",
        "leder@xn--rdovre-bya.dk",
        f"{'a' * 64}@kommune.dk",
    ],
)
def test_a_plain_address_is_taken(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "leder",
        "leder@",
        "@aarhus.example",
        "leder@aarhus",
        "leder@@aarhus.example",
        "leder@aarhus.example@evil.example",
        "leder@aarhus.example,offer@evil.example",
        "leder@aarhus.example;offer@evil.example",
        "leder@aarhus.example offer@evil.example",
        "Leder <leder@aarhus.example>",
        '"leder@aarhus.example" <offer@evil.example>',
        "leder@aarhus.example\r\nBcc: offer@evil.example",
        "leder@aarhus.example\n",
        "leder@aarhus.example\x00",
        "leder@aarhus.example\u2028Bcc: offer@evil.example",
        " leder@aarhus.example",
        "leder(kommentar)@aarhus.example",
        '"leder"@aarhus.example',
        "leder.@aarhus.example",
        ".leder@aarhus.example",
        "le..der@aarhus.example",
        "leder@-aarhus.example",
        "leder@aarhus-.example",
        "leder@aarhus..example",
        "leder@[192.0.2.1]",
        "leder@192.0.2.1",
        "lædér@aarhus.example",
        "leder@rødovre.dk",
        "leder@aаrhus.example",  # with a Cyrillic a
        "leder\u202e@aarhus.example",
        f"{'a' * 65}@kommune.dk",
        f"leder@{'a' * 64}.dk",
        f"leder@{'kommune.' * 40}dk",
    ],
)
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_address(text)

    assert len(text) < 4 or text not in refused.value.message


@given(
    st.text(alphabet=st.characters(), max_size=40) | st.from_regex(r"[a-z]{1,5}[\s,;<>@\"()]{0,3}@[a-z.,;@\r\n]{1,12}")
)
@example("leder@aarhus.example")
def test_what_is_taken_is_one_address_and_no_header(text: str) -> None:
    try:
        address = check_address(text)
    except AddressRefused:
        return

    parsed = message_from_bytes(f"To: {address}\r\n\r\n".encode(), policy=policy.default)

    assert list(parsed.keys()) == ["To"]
    assert [each.addr_spec for each in parsed["To"].addresses] == [address]
