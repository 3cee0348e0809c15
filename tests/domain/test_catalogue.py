"""Stored bodies are read for ever: golden files of every released schema version, round trips, and upcasting."""

import json
from pathlib import Path
from typing import Any, ClassVar, Literal
from uuid import UUID

import pytest
from hypothesis import given
from pydantic import BaseModel, ValidationError

from domain.events.base import Event, FreeText
from domain.events.catalogue import (
    ALL_EVENTS,
    CARE_EVENTS,
    EVENT_TYPES,
    ORGANIZATION_EVENTS,
    UnknownEventType,
    decode,
    encode,
)
from domain.events.contacts import SessionHeld
from domain.events.record import EntryCorrected
from tests.builders import History, moment
from tests.strategies import histories

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


def named(path: Path) -> tuple[str, int]:
    """The type and schema version in a golden file's name, such as goal_set.v1.json."""
    event_type, version = path.stem.rsplit(".v", 1)
    return event_type, int(version)


def test_every_schema_version_of_every_type_has_a_golden_file() -> None:
    wanted = {
        (event_type, version)
        for event_type, event_class in EVENT_TYPES.items()
        for version in range(1, event_class.schema_version + 1)
    }

    assert {named(path) for path in FILES} == wanted, "add the missing file; never remove or change one"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_files_are_read_for_ever(path: Path) -> None:
    event_type, version = named(path)
    event = decode(event_type, version, path.read_bytes())

    assert event.type == event_type
    assert decode(event_type, event.schema_version, encode(event)) == event
    if version == event.schema_version:
        assert json.loads(encode(event)) == json.loads(path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_files_of_the_present_version_say_all_that_can_be_said(path: Path) -> None:
    event_type, version = named(path)
    event = decode(event_type, version, path.read_bytes())

    if version == event.schema_version:
        assert not list(unsaid(event))


def unsaid(part: BaseModel) -> list[str]:
    """The fields without a value, in the part and in its parts."""
    found = [name for name, value in part if value is None or value == ()]
    for _, value in part:
        for each in value if isinstance(value, tuple) else (value,):
            found += unsaid(each) if isinstance(each, BaseModel) else []
    return found


@given(histories())
def test_every_body_comes_back_as_it_was(history: History) -> None:
    for event in (entry.event for entry in history.entries):
        assert decode(event.type, event.schema_version, encode(event)) == event


class Walk(Event):
    """A made-up event in its third shape: first `miles`, then `km`, now metres and how it went."""

    schema_version: ClassVar[int] = 3

    type: Literal["walk"] = "walk"
    metres: int
    words: FreeText

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["km"] = state.pop("miles") * 1.6

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["metres"] = int(state.pop("km") * 1000)
        state["words"] = "unknown"


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (1, b'{"type": "walk", "miles": 5}'),
        (2, b'{"type": "walk", "km": 8.0}'),
        (3, b'{"type": "walk", "metres": 8000, "words": "unknown"}'),
    ],
)
def test_older_shapes_are_upcast_step_by_step(monkeypatch: pytest.MonkeyPatch, version: int, body: bytes) -> None:
    monkeypatch.setitem(EVENT_TYPES, "walk", Walk)

    assert decode("walk", version, body) == Walk(metres=8000, words="unknown")


@pytest.fixture
def sessions_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if session_held had been released with `hours` first and with `minutes` now."""

    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["minutes"] = state.pop("hours") * 60

    monkeypatch.setattr(SessionHeld, "schema_version", 2)
    monkeypatch.setattr(SessionHeld, "upcast_v1_v2", staticmethod(upcast_v1_v2), raising=False)


@pytest.mark.usefixtures("sessions_changed")
def test_a_replacement_inside_a_correction_is_upcast_from_its_own_version() -> None:
    body = {
        "type": "entry_corrected",
        "entry": str(UUID(int=1)),
        "reason": "wrong_content",
        "replacement_schema_version": 1,
        "replacement": {"type": "session_held", "kind": "group", "channel": "phone", "held_by": "peer", "hours": 2},
    }

    correction = decode("entry_corrected", 1, json.dumps(body).encode())

    assert isinstance(correction, EntryCorrected)
    assert isinstance(correction.replacement, SessionHeld)
    assert correction.replacement.minutes == 120
    assert json.loads(encode(correction))["replacement_schema_version"] == 2
    assert decode("entry_corrected", 1, encode(correction)) == correction


def correction_of(replacement: dict[str, Any], version: int) -> bytes:
    said = {"type": "entry_corrected", "entry": str(UUID(int=1)), "reason": "wrong_content"}
    return json.dumps({**said, "replacement": replacement, "replacement_schema_version": version}).encode()


@pytest.mark.parametrize(
    ("event_type", "version", "body"),
    [
        pytest.param("time_travelled", 1, b"{}", id="type"),
        pytest.param("session_held", 99, b"{}", id="version"),
        pytest.param("entry_corrected", 1, correction_of({"type": "time_travelled"}, 1), id="replacement's type"),
        pytest.param("entry_corrected", 1, correction_of({"type": "session_held"}, 99), id="replacement's version"),
    ],
)
def test_what_a_newer_release_wrote_is_named_as_such(event_type: str, version: int, body: bytes) -> None:
    with pytest.raises(UnknownEventType, match="upgrade this service"):
        decode(event_type, version, body)


def test_the_catalogue_lists_every_event_once_under_its_own_name() -> None:
    assert len(EVENT_TYPES) == len(ALL_EVENTS) + len(ORGANIZATION_EVENTS) == len(CARE_EVENTS) + 4
    assert all(event_class.__name__.lower() == name.replace("_", "") for name, event_class in EVENT_TYPES.items())


def test_a_corrected_time_is_kept_in_utc() -> None:
    said = {"entry": UUID(int=1), "reason": "wrong_time", "occurred_at": "2026-03-01T10:00:00-06:00"}
    correction = EntryCorrected.model_validate_json(json.dumps(said, default=str))

    assert correction.occurred_at == moment("2026-03-01T16:00Z")
    assert json.loads(encode(correction))["occurred_at"] == "2026-03-01T16:00:00Z"


@pytest.mark.parametrize("said", ["2026-03-01T10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_corrected_time_has_a_zone_and_a_place_in_the_calendar(said: str) -> None:
    body = json.dumps({"entry": str(UUID(int=1)), "reason": "wrong_time", "occurred_at": said})

    with pytest.raises(ValidationError, match="occurred_at"):
        EntryCorrected.model_validate_json(body)
