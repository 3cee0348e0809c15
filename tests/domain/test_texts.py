"""What a field of an event may hold: texts that can be seen, ids in one form, moments that are kept whole."""

import json
from collections.abc import Iterator
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.events.base import FreeText, Moment, ShortText, Slug, StrictUUID
from domain.events.catalogue import ALL_EVENTS, decode, encode
from domain.events.plan import GoalSet
from tests.builders import goal_set

TEXTS = pytest.mark.parametrize("kind", [FreeText, ShortText])
CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]


def rule(kind: Any, said: str) -> str:
    """The rule by which what was said in JSON is refused; empty when it is taken."""
    try:
        TypeAdapter(kind).validate_json(json.dumps(said), strict=True)
    except ValidationError as error:
        return error.errors()[0]["type"]
    return ""


@TEXTS
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"{ord(control):02x}")
def test_a_text_holds_no_controls_but_line_feeds_and_tabs(kind: Any, control: str) -> None:
    assert rule(kind, f"a{control}b") == ("" if control in "\n\t" else "no_control_characters")


@TEXTS
@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u202e\u2066", "\ufeff\u200d", "\u2060 \u00ad", "\u3164", "\u2800", "\u034f\ufe0f", "\U000e0041"],
)
def test_a_text_of_marks_that_nobody_sees_is_refused(kind: Any, unseen: str) -> None:
    assert rule(kind, unseen) == "visible_text"
    assert rule(kind, f"a{unseen}") == ""


@TEXTS
@pytest.mark.parametrize("said", ["Zoë", "\u202bשרה\u202c", "می‌خواهم", "👩‍👧", "李", "—", "a\n\tb"])
def test_the_scripts_of_people_are_taken(kind: Any, said: str) -> None:
    assert rule(kind, said) == ""


def test_what_was_recorded_is_read_though_it_holds_controls() -> None:
    body = encode(goal_set(description="seen")).replace(b"seen", rb"\u001b[2J")

    event = decode("goal_set", 1, body)

    assert isinstance(event, GoalSet)
    assert event.description == "\x1b[2J"


@pytest.mark.parametrize("said", ["{%s}", "urn:uuid:%s", " %s", "%s\n"])
def test_a_uuid_has_one_form(said: str) -> None:
    id_ = str(uuid4())

    assert rule(StrictUUID, id_) == rule(StrictUUID, id_.upper()) == ""
    assert rule(StrictUUID, said % id_) == "uuid_parsing"
    assert rule(StrictUUID, id_.replace("-", "")) == "uuid_parsing"


def test_every_id_in_an_event_has_that_form() -> None:
    for event in ALL_EVENTS:
        for name, marks in ids_in(event):
            assert any(mark in marks for mark in get_args(StrictUUID)[1:]), f"{event.__name__}.{name} takes braces"


def ids_in(model: type[BaseModel]) -> Iterator[tuple[str, list[Any]]]:
    """The fields that hold UUIDs, in the model and in its parts, each with its marks."""
    for name, field in model.model_fields.items():
        found = list(within(field.annotation))
        if UUID in found:
            yield name, [*field.metadata, *found]
        for each in found:
            if isinstance(each, type) and issubclass(each, BaseModel) and each is not model:
                yield from ids_in(each)


def within(annotation: Any) -> Iterator[Any]:
    """The annotation and all that it is made of, marks too."""
    yield annotation
    for inner in get_args(annotation):
        yield from within(inner)


def test_nothing_of_a_moment_is_cut_off() -> None:
    assert rule(Moment, "2026-03-01T15:00:00.123456Z") == ""
    assert rule(Moment, "2026-03-01T15:00:00.1234567Z") == "datetime_parsing"
    assert rule(Moment, "2026-03-01T15:00:00") == "timezone_aware"


@pytest.mark.parametrize("source", ["supervisor/ana", "counselor/ana", "a/b"])
def test_a_source_is_not_named_like_a_person(source: str) -> None:
    assert rule(Slug, source) == "no_slash"
    assert rule(Slug, source.replace("/", "-")) == ""
