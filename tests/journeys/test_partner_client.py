"""RenoSyd's system works with the local run, by the example client alone: it calls, and it is called."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from infra.packaged import PROJECT
from tests.journeys.conftest import LocalSite, serving_run

_SECRETARIAT = "sekretariat@ddh.example"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSite]:
    """A run with partners' figures alone, which takes little time."""
    drops = tmp_path_factory.mktemp("drops")
    shutil.copytree(PROJECT / "events" / "drops" / "partner-kpi", drops / "partner-kpi")
    with serving_run("--drops", str(drops), "--months", "2024-10") as running:
        yield running


class Client:
    """The example client as a person runs it."""

    def __init__(self, run: LocalSite) -> None:
        client = PROJECT / "examples" / "partner_client.py"
        self._words = [sys.executable, str(client), "--folder", str(run.partner_key), "--url", run.site]

    def does(self, *words: str) -> Any:
        done = self._done(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def is_refused(self, *words: str) -> str:
        done = self._done(*words)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    @contextmanager
    def listening(self, port: int) -> Iterator[subprocess.Popen[str]]:
        words = [*self._words, "listen", "--port", str(port)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as listening:
            assert listening.stdout is not None
            assert listening.stdout.readline().startswith("Listening")
            try:
                yield listening
            finally:
                listening.terminate()

    def _done(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self._words, *words], capture_output=True, text=True, check=False)


@pytest.fixture
def client(run: LocalSite) -> Client:
    return Client(run)


def test_it_reads_the_agreement_and_the_figures(client: Client) -> None:
    told = client.does("agreement")
    figures = client.does("figures", "2025-01")

    assert [(each["start"], each["end"], each["months"]) for each in told["agreements"]] == [
        ("2024-03-01", "2024-09-30", 7),
        ("2024-10-01", None, None),
    ]
    assert (told["status"], told["agreement"]["number"]) == ("active", 2)
    assert (figures["calls_offered"], figures["calls_answered"], figures["answer_rate_percent"]) == (1624, 1312, 80.8)


def test_it_sends_a_forecast_and_puts_it_right(client: Client) -> None:
    first = client.does("forecast", "2025-W20", "40", "38", "41", "39", "30", "0", "12")
    again = client.does("forecast", "2025-W20", "40", "38", "41", "39", "30", "0", "12")
    other = client.does("forecast", "2025-W20", "40", "38", "41", "39", "30", "0", "0")

    assert again == first
    assert (first["total"], first["revision"]) == (200, 1)
    assert (other["total"], other["revision"]) == (188, 2)


def test_it_is_told_why_a_call_is_refused(client: Client) -> None:
    assert client.is_refused("figures", "2025-02").startswith("404 no_figures: ")
    assert client.is_refused("forecast", "2025-W01", *["1"] * 7).startswith("422 week_is_over: ")
    assert client.is_refused("ask-extension", "2026-03-31", "1100").startswith("409 open_ended: ")


def test_a_post_that_is_made_again_is_done_once(client: Client) -> None:
    words = ("knowledge-update", "Ny åbningstid", "Pladsen åbner kl. 7", "2025-03-01", "--idempotency-key", "åb-1")
    key = str(uuid4())

    first = client.does(*words[:-1], key)
    again = client.does(*words[:-1], key)

    assert again == first
    assert "400 bad_request" in client.is_refused(*words[:-1], "two words")


def test_a_webhook_says_when_an_update_is_published(run: LocalSite, client: Client) -> None:
    update = client.does("knowledge-update", "Nye tømmedage", "Fra uge 10 om tirsdagen", "2025-03-03")
    assert (update["status"], update["published_at"]) == ("received", None)

    with client.listening(run.webhook_port) as listening:
        _publish(run, update["id"])
        listening.terminate()
        told = json.loads(listening.communicate()[0])

    published = client.does("show-update", update["id"])
    assert published["status"] == "published"
    assert told["type"] == "knowledge-update.published"
    assert told["data"] == {
        "id": update["id"],
        "title": "Nye tømmedage",
        "valid_from": "2025-03-03",
        "published_at": published["published_at"],
    }


def test_a_key_that_nobody_registered_gets_nowhere(run: LocalSite, tmp_path: Path) -> None:
    shutil.copy(run.partner_key / "key-id", tmp_path)
    words = [sys.executable, "examples/partner_client.py", "--folder", str(tmp_path), "--url", run.site]
    subprocess.run([*words, "make-key"], cwd=PROJECT, check=True, capture_output=True)

    done = subprocess.run([*words, "agreement"], cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("401 not_authentic: ")


def _publish(run: LocalSite, update_id: str) -> None:
    """The secretariat signs in, and presses the button."""
    ours = {"Origin": run.site}
    requests.post(f"{run.site}/log-ind", data={"email": _SECRETARIAT}, headers=ours, timeout=30)
    (link,) = run.links_mailed_to(_SECRETARIAT)
    signed_in = requests.post(link, data={"som": "0"}, headers=ours, allow_redirects=False, timeout=30)
    # A cookie for https alone, which a browser sends to its own machine all the same.
    ours["Cookie"] = signed_in.headers["Set-Cookie"].partition(";")[0]
    page = f"{run.site}/viden/renosyd/{update_id}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', requests.get(page, headers=ours, timeout=30).text)
    assert token is not None
    form = {"csrf_token": token[1]}
    pressed = requests.post(f"{page}/udgiv", data=form, headers=ours, allow_redirects=False, timeout=30)
    assert pressed.status_code == 303, pressed.text
