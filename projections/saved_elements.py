"""Elements of a state that was saved, as they were saved: one is read when it is asked for.

A life in care has hundreds of them, of which the next event changes one or two; reading all would take most of the time
of projecting it.
"""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

from domain.stored import STORED, Stored

E = TypeVar("E")


class Beside(Stored):
    """The elements that are saved beside a state's JSON, which names each collection by its number."""

    def __init__(self, collections: list[bytes]) -> None:
        self.collections = collections


class SavedElements(Generic[E]):
    """Elements by their keys, in order. Saved, each is two lines of JSON: its key, and the element.

    JSON has no line breaks of its own, so finding them is splitting.
    """

    def __init__(self, element: type, saved: bytes) -> None:
        self.saved = saved
        self._adapter = _adapter(element)
        self._read: dict[bytes, E] = {}

    @classmethod
    def of(cls, element: type, elements: Mapping[Any, E], saved: "SavedElements[E] | None") -> bytes:
        """How these are saved, where those that are not among them stand as they were saved before."""
        adapter = _adapter(element)
        lines = dict(saved._lines) if saved else {}
        lines.update((to_json(key), adapter.dump_json(each)) for key, each in elements.items())
        return b"\n".join(line for pair in lines.items() for line in pair)

    @cached_property
    def _lines(self) -> dict[bytes, bytes]:
        """The saved elements by their saved keys."""
        lines = self.saved.split(b"\n") if self.saved else []
        return dict(zip(lines[::2], lines[1::2], strict=True))

    def get(self, key: Any) -> E | None:
        """The element with this key, the same object whenever it is asked for."""
        return self._at(to_json(key))

    def _at(self, key: bytes) -> E | None:
        found = self._read.get(key)
        if found is None and (line := self._lines.get(key)):
            found = self._read[key] = self._adapter.validate_json(line, context=STORED)
        return found

    def all(self) -> list[E]:
        """Every element, in order."""
        return [found for key in self._lines if (found := self._at(key)) is not None]

    def __contains__(self, key: object) -> bool:
        return to_json(key) in self._lines

    def __len__(self) -> int:
        return len(self._lines)


@cache
def _adapter(element: type) -> TypeAdapter[Any]:
    return TypeAdapter(element)
