"""Settings: read at first use, named when missing, described for the operator."""

from pathlib import Path

import pytest

from chalicelib.common.errors import SettingMissing
from chalicelib.runtime import settings

OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "operations.md"


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DDH_MAIL_FROM", raising=False)

    with pytest.raises(SettingMissing, match="DDH_MAIL_FROM"):
        settings.mail_from()


def test_every_setting_stands_in_the_operators_documentation() -> None:
    documented = OPERATIONS.read_text("utf-8")

    for name, meaning in settings.MEANING_BY_NAME.items():
        assert f"| `{name}` | {meaning} |" in documented
