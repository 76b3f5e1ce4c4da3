"""What every test may lean on: an emulated AWS with the resources of infra/data.yaml, a settable clock, the queues."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from infra.local import aws as emulator
from infra.local import mailbox
from infra.local.aws import Emulated
from infra.local.mailbox import SentMail
from tests.infra import roles
from tests.said import NAMES_SOMEBODY, heard

pytest_plugins = ["tests.web"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--strict-browser", action="store_true", help="fail, not skip, where there is no Chromium")
    parser.addoption("--unused-rights", action="store_true", help="fail on rights of roles that no test made use of")
    parser.addoption("--pictures", metavar="DIR", help="put pictures of the pages that journeys come to there")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add up the rights that every process made use of; what the roles allow beyond fails the whole run."""
    told: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["used_rights"] = [list(right) for right in roles.used]
    elif session.config.getoption("--unused-rights"):
        with emulator.emulated() as emulated:
            unused = roles.unused(roles.used, emulated.references)
        screen: Any = session.config.pluginmanager.get_plugin("terminalreporter")
        for right in unused:
            screen.write_line(f"no test made use of {' '.join(right)}")
        if unused:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a process of pytest-xdist tells at its end."""
    roles.used.update(
        (first, second, third, fourth) for first, second, third, fourth in node.workeroutput["used_rights"]
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where there must be a browser and what it needs, a browser test that skips has failed."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and item.config.getoption("--strict-browser"):
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True)
def nobody_is_named(request: pytest.FixtureRequest) -> Iterator[None]:
    """T20: whatever a test does, nothing that the application logs or queues names an agent or an address."""
    with heard() as said:
        yield
    if request.node.get_closest_marker("names_somebody") is None:
        assert not [line for line in said if NAMES_SOMEBODY.search(line)]


@pytest.fixture(autouse=True)
def no_metrics_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """They go to the log by standard output, where tests of commands read."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")


class SettableClock:
    """A clock that stands still until it is set. The two readings are set apart, as they are apart in the house."""

    def __init__(self) -> None:
        self._instant = datetime(2025, 2, 5, 5, 0, tzinfo=UTC)
        self._business_date = date(2025, 2, 5)

    def now(self) -> datetime:
        return self._instant

    def today(self) -> date:
        return self._business_date

    def set(self, *, instant: datetime | None = None, business_date: date | None = None) -> None:
        assert instant is None or instant.tzinfo is UTC
        self._instant = instant or self._instant
        self._business_date = business_date or self._business_date


class EmulatedAWS:
    """The emulated AWS of a test; `environment` is what a function runs with."""

    def __init__(self, emulated: Emulated) -> None:
        self.environment = emulated.environment
        self.references = emulated.references

    @property
    def files_bucket(self) -> str:
        return self.environment["DDH_FILES_BUCKET"]

    @property
    def sent_mails(self) -> tuple[SentMail, ...]:
        """Every mail that SES accepted, oldest first."""
        return tuple(mailbox.sent)


@pytest.fixture(scope="session")
def _emulated() -> Iterator[Emulated]:
    # Started once: a start per test would cost half a second each (docs/architecture.md).
    with emulator.emulated() as emulated, roles.watched(emulated.references):
        yield emulated


@pytest.fixture
def aws(_emulated: Emulated) -> Iterator[EmulatedAWS]:
    """Emulated AWS in this process, empty, with the resources and environment of the deployed functions.

    A function that asks it for what its role doesn't allow fails the test.
    """
    roles.refused.clear()
    yield EmulatedAWS(_emulated)
    emulator.empty()
    assert not roles.refused


@pytest.fixture
def served_aws(aws: EmulatedAWS) -> Iterator[EmulatedAWS]:
    """The same AWS behind AWS_ENDPOINT_URL, one request at a time: racing *processes* meet a true database there.

    Racers inherit the environment; start them as processes of their own (`spawn` or `subprocess`), never as threads.
    """
    with emulator.served():
        yield aws


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def queued(aws: EmulatedAWS) -> Callable[[str], list[Any]]:
    """Return and remove the JSON bodies that wait in a queue, named as in the code: `queued("ddh-outbox")`."""

    def bodies(queue: str) -> list[Any]:
        return emulator.take_messages(emulator.stage_queue_name(queue))

    return bodies
