"""The demonstration, as make demo runs it: a process of its own, in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

DEMO = (sys.executable, "-c", "from service.cli.main import app; app()", "demo", "--port", "0")
PATIENCE_SECONDS = 120


REAL = {
    "CARE_TIMELINE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/real_records",
    "CARE_TIMELINE_DATA_DIR": "real-records",
    "CARE_TIMELINE_KEY_ENCRYPTION_KEYS": "not even a key",
}
"""Settings of a service that the demonstration must not touch."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both tellings keep their record."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def environment() -> dict[str, str]:
    """A terminal of 100 columns, and settings that are not for the demonstration."""
    return {**os.environ, **REAL, "COLUMNS": "100"}


def test_it_tells_the_story_to_its_end(folder: Path, environment: dict[str, str]) -> None:
    command = [*DEMO, "--data-dir", str(folder), "--exit"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )

    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stderr == ""
    told = [
        "The care plan before the crisis.",
        "The plan asks for naloxone by",
        "both are with her",
        "The care plan after the crisis.",
        "buprenorphine naloxone: 8 mg a day",
        "naloxone kit, naloxone training, to client, family",
        "wallet card, to client (the safety plan has changed since)",
        "printed, to client, family",
        "review open",
        "Reviewed, and carried out by version 3 of the plan.",
        "Back to the moment before the lapse",
        "is, element for element, the one shown above",
        "as it was known until today:  36",
        "as it is known now:  34",
        "events, all as they were recorded.",
        "Other stories",
        "make demo STORY=juan",
    ]
    places = [done.stdout.find(each) for each in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def test_another_story_leaves_the_service_running_until_ctrl_c(folder: Path, environment: dict[str, str]) -> None:
    command = [*DEMO, "--data-dir", str(folder), "--story", "juan"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = ""
            while "Ctrl-C stops the service" not in said and (line := process.stdout.readline()):
                said += line
            patterns = (r"KEY=(\S+)", r"curl .* (\S+/care-plan)", r"explained on +(\S+)")
            key, plan, docs = (match[1] for match in (re.search(each, said) for each in patterns) if match)
            answer = httpx.get(plan, headers={"Authorization": f"Bearer {key}"})
            page = httpx.get(docs)
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(PATIENCE_SECONDS)

    assert answer.json()["care_plan"]["client"]["goes_by"] == "Juan Example"
    assert "each of the 5 chapters is the one that was shown then" in said
    assert "make demo STORY=parent" in said
    assert page.status_code == 200
    assert code == 0
