"""Time zones are the same on every machine, whatever the host calls its own."""

import json
import subprocess
import sys
import zoneinfo
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.events.catalogue import decode, encode
from domain.events.record import EntryCorrected
from domain.events.registration import ClientRegistered
from domain.policy import PolicyInvalid, policy_from_toml
from domain.vocabulary.record import CorrectionReason
from tests.builders import CLIENT, registered

ON_THE_HOST = """
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

ZoneInfo("localtime")
from domain.events.registration import ClientRegistered

print(ZoneInfo("America/Chicago").utcoffset(datetime(2026, 1, 1)))
for name in ("localtime", "posixrules", "Mars/Phobos"):
    try:
        ClientRegistered(name="Dana Example", time_zone=name)
    except ValueError:
        print("refused", name)
"""


@pytest.mark.parametrize(
    "name", ["localtime", "posixrules", "Mars/Phobos", "america/chicago", "zone.tab", "../UTC", ""]
)
def test_a_zone_that_is_not_in_the_iana_database_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="time zone of the IANA database"):
        registered(time_zone=name)
    with pytest.raises(PolicyInvalid, match="time zone of the IANA database"):
        policy_from_toml(f'[working_days]\ntime_zone = "{name}"')


@pytest.mark.parametrize("name", ["America/Chicago", "UTC", "Etc/GMT+12", "US/Pacific", "Asia/Kathmandu"])
def test_zones_of_the_iana_database_are_known_by_all_their_names(name: str) -> None:
    assert registered(time_zone=name).time_zone == name


def test_the_files_of_the_host_are_never_asked(tmp_path: Path) -> None:
    """On a host whose files say that Chicago lies in London, and have a zone called localtime."""
    london = files("tzdata").joinpath("zoneinfo", "Europe", "London").read_bytes()
    for name in ("America/Chicago", "localtime", "posixrules"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(london)

    told = subprocess.run(
        [sys.executable, "-c", ON_THE_HOST],
        env={"PYTHONTZPATH": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )

    assert zoneinfo.TZPATH == ()
    assert told.stdout.splitlines() == [
        "-1 day, 18:00:00",
        "refused localtime",
        "refused posixrules",
        "refused Mars/Phobos",
    ]


def test_what_was_recorded_is_read_though_its_zone_is_unknown_here() -> None:
    body = json.dumps({"type": "client_registered", "name": "Dana Example", "time_zone": "localtime"}).encode()

    event = decode("client_registered", 1, body)

    assert isinstance(event, ClientRegistered)
    assert event.time_zone == "localtime"
    assert decode("client_registered", 1, encode(event)) == event


def test_a_correction_that_was_recorded_is_read_in_the_same_way() -> None:
    correction = EntryCorrected(entry=CLIENT, reason=CorrectionReason.WRONG_CONTENT, replacement=registered())
    body = encode(correction).replace(b"America/Chicago", b"localtime")

    event = decode("entry_corrected", 1, body)

    assert isinstance(event, EntryCorrected)
    assert isinstance(event.replacement, ClientRegistered)
    assert event.replacement.time_zone == "localtime"
