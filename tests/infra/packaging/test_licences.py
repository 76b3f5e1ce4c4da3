"""Everything of others that is shipped is listed with a licence that may be shipped, and is in the bill."""

from __future__ import annotations

import json
from email.message import Message

import pytest

from infra.packaging import checks, licences, sbom
from infra.packaging.contents import LOCK
from infra.packaging.licences import Component
from infra.packaging.problems import NotForLambda

_DIGEST = "0" * 64


def test_the_list_of_licences_is_what_the_lock_s_packages_say() -> None:
    assert licences.LIST.read_text("utf-8") == licences.listed(), "run python -m infra.packaging.licences"


def test_nothing_that_is_locked_is_left_out() -> None:
    names = {each.name for each in licences.shipped()}

    assert names == {*checks.locked(LOCK.read_text("utf-8")), "chalice", "dkfds"}


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("", "unknown licence"),
        ("GPL-3.0-or-later", "GPL-3.0-or-later"),
        ("MIT AND LGPL-2.1-only", "under LGPL-2.1-only,"),
    ],
)
def test_an_unknown_licence_and_a_copyleft_one_stop_the_packaging(
    monkeypatch: pytest.MonkeyPatch, licence: str, told: str
) -> None:
    monkeypatch.setattr(licences, "licence_of", lambda described: licence)

    with pytest.raises(NotForLambda, match=told):
        licences.shipped()


def test_a_licence_told_in_words_that_nobody_read_yet_is_unknown() -> None:
    described = Message()
    described["License"] = "as is"

    assert licences.licence_of(described) == ""


def test_the_bill_names_each_package_with_its_licence_and_is_the_same_each_time() -> None:
    shipped = [
        Component(name="six", version="1.17.0", licence="MIT"),
        Component(name="cryptography", version="50", licence="Apache-2.0 OR BSD-3-Clause"),
        Component(name="dkfds", version="11.0.0", licence="MIT", source="npm"),
    ]

    bill = sbom.bill(shipped, zip_digest=_DIGEST)

    told = json.loads(bill)
    assert told["bomFormat"] == "CycloneDX"
    assert [each["purl"] for each in told["components"]] == [
        "pkg:pypi/cryptography@50",
        "pkg:npm/dkfds@11.0.0",
        "pkg:pypi/six@1.17.0",
    ]
    assert told["components"][0]["licenses"] == [{"expression": "Apache-2.0 OR BSD-3-Clause"}]
    assert told["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": _DIGEST}]
    assert sbom.bill(reversed(shipped), zip_digest=_DIGEST) == bill
