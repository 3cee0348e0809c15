"""Collections of elements, as large as a life, of which the next differs in one."""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from projections.elements import KEY, attributes
from projections.saved_elements import Beside, SavedElements

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
    what changed takes longer in a long history (a dict of 5,000 is copied in 30 µs). Those that come from a saved state
    are read when they are asked for.
    """

    __slots__ = ("_merge", "_more", "_older", "_recent", "_saved")

    def __init__(self, elements: Iterable[E] = ()) -> None:
        self._saved: SavedElements[E] | None = None
        self._older: dict[Any, E] = {key_of(element): element for element in elements}
        self._recent: dict[Any, E] = {}
        self._merge = _Merge(None, {})
        self._more = len(self._older)  # so many have been put that are not among the saved ones

    @classmethod
    def from_saved(cls, saved: SavedElements[E]) -> "Elements[E]":
        """Those of a saved state."""
        made = cls.__new__(cls)
        made._saved, made._older, made._recent, made._merge, made._more = saved, {}, {}, _Merge(None, {}), 0
        return made

    def get(self, key: Any) -> E | None:
        """The element with this key: the value of its key field, or a tuple of several."""
        found = self._recent.get(key)
        if found is None:
            found = self._older.get(key)
        if found is None and self._saved is not None:
            found = self._saved.get(key)
        return found

    def put(self, element: E) -> "Elements[E]":
        """With this element, in the place of the one with the same key or else at the end."""
        key = key_of(element)
        made: Elements[E] = Elements.__new__(Elements)
        made._saved = self._saved
        made._more = self._more + (not self._has(key))
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

    def save(self, element: type) -> bytes:
        """How they are saved; of those that stand as they were saved before, none is read."""
        if self._saved is not None and not self._older and not self._recent:
            return self._saved.saved
        return SavedElements.of(element, self._older | self._recent, self._saved)

    def _has(self, key: Any) -> bool:
        return key in self._recent or key in self._older or (self._saved is not None and key in self._saved)

    def _all(self) -> dict[Any, E]:
        put = self._older | self._recent if self._recent else self._older
        return put if self._saved is None else {key_of(element): element for element in self._saved.all()} | put

    def __iter__(self) -> Iterator[E]:
        if self._saved is not None and not self._older and not self._recent:
            return iter(self._saved.all())
        return iter(self._all().values())

    def __reversed__(self) -> Iterator[E]:
        return reversed(self._all().values())

    def __contains__(self, element: object) -> bool:
        return element in self._all().values()

    def __len__(self) -> int:
        return self._more + (0 if self._saved is None else len(self._saved))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Elements) and (self is other or list(self) == list(other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Elements({list(self)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """In a state's JSON their number among the collections that are saved beside it (saved_states.py)."""
        (element,) = get_args(source)

        def load(number: Any, info: core_schema.ValidationInfo) -> Elements[Any]:
            beside = cast("Beside", info.context)
            saved = beside.collections[number]
            return cls.from_saved(SavedElements(element, saved)) if saved else cls()

        def save(elements: Elements[Any], info: core_schema.SerializationInfo) -> int:
            beside = cast("Beside", info.context)
            beside.collections.append(elements.save(element))
            return len(beside.collections) - 1

        return core_schema.with_info_plain_validator_function(
            load, serialization=core_schema.plain_serializer_function_ser_schema(save, info_arg=True)
        )


_keys: dict[type, Callable[[Any], Any]] = {}


def key_of(element: Any) -> Any:
    """What the element is known by among others of its kind."""
    key = _keys.get(type(element)) or _key_of(type(element))
    return key(element)


def _key_of(kind: type) -> Callable[[Any], Any]:
    _keys[kind] = attrgetter(*(each.name for each in attributes(kind) if KEY in each.marks))
    return _keys[kind]
