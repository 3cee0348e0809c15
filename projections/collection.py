"""Collections of elements, as large as a life, of which the next differs in one."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from projections.elements import KEY, attributes

E = TypeVar("E")

MOST_RECENT: Final = 32
"""So many changes are copied with each further one; then they are put to the older elements."""


class Change(NamedTuple, Generic[E]):
    """What became of an element: None stands for one that was not there before, or is not any more."""

    before: E | None
    after: E | None


class _Merge:
    """That what was put lately was put to the older elements: what it was, and which merge came before."""

    __slots__ = ("after", "name", "put")

    def __init__(self, after: object, put: dict[Any, Any]) -> None:
        self.name = object()
        self.after = after
        """The name of the one before, so as not to keep it."""
        self.put = put


class Elements(Generic[E]):
    """Elements by their keys, in the order in which they came. It never changes: `put` gives another one.

    The one shares with the other all but what was put lately, so that neither putting an element nor finding out
    what changed takes longer in a long history (a dict of 5,000 is copied in 30 µs).
    """

    __slots__ = ("_length", "_merge", "_older", "_recent")

    def __init__(self, elements: Iterable[E] = ()) -> None:
        self._older: dict[Any, E] = {_key(element): element for element in elements}
        self._recent: dict[Any, E] = {}
        self._merge = _Merge(None, {})
        self._length = len(self._older)

    def get(self, key: Any) -> E | None:
        """The element with this key: the value of its key field, or a tuple of several."""
        found = self._recent.get(key)
        return self._older.get(key) if found is None else found

    def put(self, element: E) -> "Elements[E]":
        """With this element, in the place of the one with the same key or else at the end."""
        key = _key(element)
        made: Elements[E] = Elements.__new__(Elements)
        made._length = self._length + (key not in self._recent and key not in self._older)
        recent = self._recent | {key: element}
        if len(recent) <= MOST_RECENT:
            made._older, made._recent, made._merge = self._older, recent, self._merge
        else:
            made._older, made._recent, made._merge = self._older | recent, {}, _Merge(self._merge.name, recent)
        return made

    def change(self, key: Any, change: Callable[[E], E]) -> "Elements[E]":
        """With the element of this key changed; the same where there is none, since it may have been retracted."""
        element = self.get(key)
        return self if element is None else self.put(change(element))

    def without(self, key: Any) -> "Elements[E]":
        """Without the element of this key; the same where there is none. One that was put lately goes quickly."""
        if self.get(key) is None:
            return self
        if key in self._older:
            return Elements(element for of, element in self._all().items() if of != key)
        made: Elements[E] = Elements.__new__(Elements)
        made._older, made._merge = self._older, self._merge
        made._recent = {of: element for of, element in self._recent.items() if of != key}
        made._length = self._length - 1
        return made

    def changes_since(self, before: "Elements[E]") -> Iterator[Change[E]]:
        """The elements that are not the same objects as before; those that are equal all the same among them."""
        if self is before:
            return
        if self._merge is before._merge:
            keys = before._recent | self._recent
        elif self._merge.after is before._merge.name:
            keys = before._recent | self._merge.put | self._recent
        else:
            keys = before._all() | self._all()
        for key in keys:
            change = Change(before.get(key), self.get(key))
            if change.before is not change.after:
                yield change

    def _all(self) -> dict[Any, E]:
        return self._older | self._recent if self._recent else self._older

    def __iter__(self) -> Iterator[E]:
        return iter(self._all().values())

    def __reversed__(self) -> Iterator[E]:
        return reversed(self._all().values())

    def __contains__(self, element: object) -> bool:
        return element in self._all().values()

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Elements) and (self is other or list(self) == list(other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Elements({list(self)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In JSON a list of the elements, in order."""
        (element,) = get_args(source)
        of_list = core_schema.list_schema(handler.generate_schema(element))
        return core_schema.no_info_after_validator_function(
            cls, of_list, serialization=core_schema.plain_serializer_function_ser_schema(list, return_schema=of_list)
        )


_keys: dict[type, Callable[[Any], Any]] = {}


def _key(element: Any) -> Any:
    key = _keys.get(type(element)) or _key_of(type(element))
    return key(element)


def _key_of(kind: type) -> Callable[[Any], Any]:
    _keys[kind] = attrgetter(*(each.name for each in attributes(kind) if KEY in each.marks))
    return _keys[kind]
