"""One declaration of a field: its column, its row, its answer, and what is in none of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import pytest
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Double, Integer, Text, Uuid

from domain.events.base import FreeText, ShortText
from domain.policy import Policy
from domain.vocabulary.people import Role
from projections.answers import Answer, At, all_answered, answer_of, answered
from projections.asked_at import AskedAt
from projections.columns import row_of, table
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext, at_a_moment, attributes
from projections.mark import Mark
from projections.tables import metadata

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the walk."""

    found_by: Annotated[UUID, Named("leaf_found_event_id")]
    """The entry that tells of it."""
    colour: Annotated[str, Named("_colour")]
    """Its colour."""
    poem: FreeText | None = None
    """What it said to the client."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk
    in the woods.

    Nothing more.
    """

    with_whom: tuple[ShortText, ...]
    """Who came along."""
    event_id: Annotated[UUID, KEY]
    """The entry that tells of it."""
    roles: tuple[Role, ...]
    """Which of the team came along."""
    miles: float | None
    """How long it was."""
    on: Annotated[date, Named("walked_on")]
    """The day."""
    secret: Annotated[int, NOT_SHOWN]
    """For analysts."""
    shown_only: Annotated[bool, NO_COLUMN]
    """For the circle of care."""
    began: Mark
    """The beginning of the walk."""
    ended: Mark | None = None
    """The end of the walk; null while it goes on."""
    leaf: Leaf | None = None
    """The leaf that was kept."""
    leaves: tuple[Leaf, ...] = ()
    """All leaves."""

    @property
    def company(self) -> Annotated[int, NOT_SHOWN]:
        """How many came along."""
        return len(self.with_whom)

    @at_a_moment
    def over(self, context: ViewContext) -> bool:
        """Whether it was over."""
        return self.ended is not None and self.ended.at <= context.at

    def helper(self) -> None:
        """Is nothing that it says."""


WALK = Walk(
    with_whom=("Ana",),
    event_id=ONE,
    roles=(Role.PEER,),
    miles=None,
    on=date(2026, 3, 2),
    secret=7,
    shown_only=True,
    began=Mark(ONE, AT),
    leaf=Leaf(TWO, "red", "Hold on."),
    leaves=(Leaf(TWO, "red"),),
)


@pytest.fixture
def columns() -> Any:
    made = table("walk", Walk)
    yield {column.name: column for column in made.columns if column.name not in {"organization_id", "client_id"}}
    metadata.remove(made)


def test_the_columns_keys_first_then_its_own_then_those_of_its_parts(columns: dict[str, Any]) -> None:
    assert list(columns) == [
        *("event_id", "roles", "miles", "walked_on", "secret", "company"),
        *("began_event_id", "began_at", "ended_event_id", "ended_at", "leaf_found_event_id", "leaf_colour"),
    ]
    assert [name for name, column in columns.items() if column.primary_key] == ["event_id"]
    assert [name for name, column in columns.items() if column.nullable] == [
        *("miles", "ended_event_id", "ended_at", "leaf_found_event_id", "leaf_colour"),
    ]
    types = {
        Uuid: "event_id",
        ARRAY: "roles",
        Double: "miles",
        Date: "walked_on",
        Integer: "secret",
        DateTime: "began_at",
    }
    assert all(isinstance(columns[name].type, kind) for kind, name in types.items())
    assert isinstance(columns["roles"].type.item_type, Text)
    assert not any(isinstance(column.type, Boolean) for column in columns.values())


def test_each_column_has_its_meaning_for_a_comment(columns: dict[str, Any]) -> None:
    assert columns["miles"].comment == "How long it was."
    assert columns["ended_at"].comment == "The end of the walk: when it occurred; null while it goes on."
    assert columns["leaf_found_event_id"].comment == "The entry that tells of it."
    assert columns["leaf_colour"].comment == "The leaf that was kept: its colour."
    assert columns["event_id"].table.comment == "A walk in the woods."


def test_the_row_has_a_value_for_each_column_and_no_words(columns: dict[str, Any]) -> None:
    assert dict(zip(columns, row_of(Walk)(WALK), strict=True)) == {
        "event_id": ONE,
        "roles": (Role.PEER,),
        "miles": None,
        "walked_on": date(2026, 3, 2),
        "secret": 7,
        "company": 1,
        "began_event_id": ONE,
        "began_at": AT,
        "ended_event_id": None,
        "ended_at": None,
        "leaf_found_event_id": TWO,
        "leaf_colour": "red",
    }


def test_the_answer_shows_words_and_what_only_a_moment_decides() -> None:
    answer: Any = answered(WALK, ViewContext(AskedAt(AT), Policy()))

    assert answer.model_dump() == {
        "with_whom": ("Ana",),
        "event_id": ONE,
        "roles": (Role.PEER,),
        "miles": None,
        "on": date(2026, 3, 2),
        "shown_only": True,
        "began": {"event_id": ONE, "at": AT},
        "ended": None,
        "leaf": {"found_by": TWO, "colour": "red", "poem": "Hold on."},
        "leaves": ({"found_by": TWO, "colour": "red", "poem": None},),
        "over": False,
    }
    assert answer.over is False


def test_its_schema_describes_every_field_and_asks_for_every_one() -> None:
    schema = answer_of(Walk).model_json_schema()

    assert schema["description"] == "A walk in the woods."
    assert schema["properties"]["over"] == {"description": "Whether it was over.", "title": "Over", "type": "boolean"}
    assert set(schema["required"]) == set(schema["properties"])
    assert "minLength" not in schema["properties"]["with_whom"]["items"]
    assert set(schema["$defs"]) == {"LeafAnswer", "MarkAnswer", "Role"}


def test_an_answer_is_made_of_those_of_elements() -> None:
    class Walks(Answer):
        walks: tuple[At[Walk], ...]
        longest: At[Walk] | None

    answer = Walks(walks=all_answered([WALK], ViewContext(AskedAt(AT), Policy())), longest=None)

    assert answer.walks[0].with_whom == ("Ana",)
    assert Walks.model_validate_json(answer.model_dump_json()) == answer


def test_an_element_does_not_know_what_only_a_moment_decides() -> None:
    with pytest.raises(AttributeError, match="over is known at a moment only"):
        _ = WALK.over


def test_own_words_are_found_at_any_depth() -> None:
    assert {each.name for each in attributes(Walk) if each.own_words} == {"with_whom"}
    assert {each.name for each in attributes(Leaf) if each.own_words} == {"poem"}
