"""Elements: what a projection keeps and shows. An element is a frozen dataclass that says each of its fields once.

@dataclass(frozen=True, slots=True)
class Consent:
    '''A disclosure that the client allowed.'''

    event_id: Annotated[UUID, KEY]
    '''The entry that granted the consent.'''
    discloser: ShortText
    '''Who may disclose.'''
    expires_at: datetime
    '''The end of the last day on which it holds.'''

    @at_a_moment
    def in_force(self, context: ViewContext) -> bool:
        '''Whether it holds at the moment asked about.'''
        return context.at < self.expires_at

A field's annotation is its type, the docstring under it its meaning. From these come its column with the comment
(columns.py), the answer and its schema (answers.py), and the data dictionary (dictionary.py). A property says
something as well, derived from the fields. What is annotated FreeText or ShortText is the client's own words: it is
answered to the circle of care and never becomes a column.

What is not kept, but made of what is kept whenever rows or answers are, is better a NamedTuple, which is made in a
quarter of the time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    NamedTuple,
    TypeGuard,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from domain.events.base import FreeText, ShortText
from domain.policy import Policy
from projections.asked_at import AskedAt
from projections.context import Context, TimeZones
from projections.meanings import meanings, one_line

T = TypeVar("T")


class Trait(Enum):
    """What sets a field apart from most, which are a column and part of the answer."""

    KEY = "key"
    BEGINS = "begins"
    NO_COLUMN = "no column"
    NOT_SHOWN = "not shown"


KEY: Final = Trait.KEY
"""The field is the element's key, or with others a part of it; also that of its row."""
BEGINS: Final = Trait.BEGINS
"""The field says from when on the element is one: of what lies ahead yet no answer tells."""
NO_COLUMN: Final = Trait.NO_COLUMN
"""The field is kept and answered, but is no column."""
NOT_SHOWN: Final = Trait.NOT_SHOWN
"""The field is kept, and a column, but is not answered to the circle of care."""


class Named(NamedTuple):
    """The name of the column where it is not the field's.

    A name that begins with _ follows that of the field in which its element stands: `_at` makes `closed_at` of the
    mark in `closed`. Any other name stands as it is.
    """

    column: str


class OneOf(NamedTuple):
    """The words that a text can be, where its type says no more than that it is one: of a closed list, as terms are."""

    words: tuple[str, ...]


class ViewContext(NamedTuple):
    """About which moment an answer is asked for, and by which numbers."""

    at: AskedAt
    policy: Policy
    time_zones: TimeZones = TimeZones()

    @property
    def day(self) -> date:
        """The client's local day at that moment."""
        return Context(self.policy, self.time_zones).day_at(self.at.exact)

    @property
    def time_zone(self) -> str:
        """The name of the time zone in which the client lives at that moment."""
        return Context(self.policy, self.time_zones).zone_at(self.at.exact).key


class at_a_moment(Generic[T]):  # noqa: N801 - a decorator, like property
    """Marks a method as something that an element says only at a moment: in force, late, so many days.

    Its answers hold the value (to mypy an attribute); the element itself cannot know it.
    """

    def __init__(self, compute: Callable[[Any, ViewContext], T]) -> None:
        self.compute = compute

    def __get__(self, element: object, owner: type) -> T:
        raise AttributeError(f"{self.compute.__name__} is known at a moment only: ask for an answer")


class Attribute(NamedTuple):
    """Something that an element says: a field, a property, or what it says only at a moment."""

    name: str
    type: Any
    """The type without its marks."""
    meaning: str
    marks: tuple[Any, ...]
    compute: Callable[[Any, ViewContext], Any] | None = None
    """For what is said only at a moment: how it is found out."""

    @property
    def column(self) -> str:
        """The name of its column."""
        return next((mark.column for mark in self.marks if isinstance(mark, Named)), self.name)

    @property
    def own_words(self) -> bool:
        """Whether it is what people say in their own words."""
        return any(mark in _OWN_WORDS for mark in self.marks)

    @property
    def words(self) -> tuple[str, ...] | None:
        """All that a coded text can be; None for what is no text, and for a text of which nothing says that."""
        said = get_args(self.said)[0] if get_origin(self.said) is tuple else self.said
        if isinstance(said, type) and issubclass(said, StrEnum):
            return tuple(str(term.value) for term in said)
        return next((mark.words for mark in self.marks if isinstance(mark, OneOf)), None)

    @property
    def nullable(self) -> bool:
        """Whether it may be unsaid."""
        return NoneType in get_args(self.type)

    @property
    def said(self) -> Any:
        """The type of what is said, where something is."""
        inner = [each for each in get_args(self.type) if each is not NoneType]
        return inner[0] if self.nullable and len(inner) == 1 else self.type


_OWN_WORDS: Final = (*get_args(FreeText)[1:], *get_args(ShortText)[1:])


def is_element(said: Any) -> TypeGuard[type]:
    """Whether this is the type of an element."""
    return is_dataclass(said) or (isinstance(said, type) and issubclass(said, tuple) and hasattr(said, "_fields"))


@cache
def attributes(element: type) -> tuple[Attribute, ...]:
    """All that an element says: its fields, then its properties, then what it says only at a moment."""
    assert is_element(element), f"{element.__name__} is no element"
    hints, said = get_type_hints(element, include_extras=True), meanings(element)
    names = [field.name for field in fields(element)] if is_dataclass(element) else vars(element)["_fields"]
    of_fields = [_attribute(name, hints[name], said.get(name, "")) for name in names]
    members = _members(element)
    derived = [
        _attribute(name, _returned(member.fget), one_line(member.__doc__ or ""))
        for name, member in members.items()
        if isinstance(member, property) and not name.startswith("_")
    ]
    momentary = [
        _attribute(name, _returned(member.compute), one_line(member.compute.__doc__ or ""), member.compute)
        for name, member in members.items()
        if isinstance(member, at_a_moment)
    ]
    return (*of_fields, *derived, *momentary)


def _members(element: type) -> Mapping[str, Any]:
    return {name: member for each in reversed(element.__mro__) for name, member in vars(each).items()}


def _returned(function: Any) -> Any:
    return get_type_hints(function, include_extras=True)["return"]


def _attribute(
    name: str, annotation: Any, meaning: str, compute: Callable[[Any, ViewContext], Any] | None = None
) -> Attribute:
    return Attribute(name, _bare(annotation), meaning, tuple(_marks(annotation)), compute)


def _bare(annotation: Any) -> Any:
    """The type without its marks, at any depth."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bare(inner[0])
    if origin in {Union, UnionType}:
        return Union[tuple(map(_bare, inner))]  # noqa: UP007 - made of what is found
    if origin is tuple:
        return tuple[tuple(map(_bare, inner))]  # type: ignore[misc]
    return annotation


def _marks(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    for inner in get_args(annotation):
        yield from _marks(inner)
