"""The register of the 98 municipalities, and how exports spell them."""

import pytest

from chalicelib.common import municipalities


def test_there_are_98_with_codes_and_names_of_their_own() -> None:
    assert len(municipalities.MUNICIPALITIES) == 98
    assert len({each.code for each in municipalities.MUNICIPALITIES}) == 98
    assert len({each.name for each in municipalities.MUNICIPALITIES}) == 98
    assert all(
        municipalities.find(each.name) is each is municipalities.find(each.code)
        for each in municipalities.MUNICIPALITIES
    )


@pytest.mark.parametrize("text", ["751", "0751", "Aarhus", "aarhus kommune", " Århus ", "AARHUS"])
def test_aarhus_is_found_however_an_export_spells_it(text: str) -> None:
    found = municipalities.find(text)

    assert found is not None
    assert found.code == "751"


def test_bornholm_is_found_by_its_own_name_for_itself() -> None:
    assert municipalities.find("Bornholms Regionskommune") is municipalities.by_code["400"]


@pytest.mark.parametrize("text", ["", "75", "7511", "00751", "Atlantis", "٧٥١", "751.0"])
def test_what_is_no_municipality_is_not_guessed(text: str) -> None:
    assert municipalities.find(text) is None
