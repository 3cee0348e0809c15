"""States as bytes, and back: what is small at once, and the elements of collections when they are asked for."""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, Final, TypeVar, get_args

from pydantic import TypeAdapter

from projections.elements import attributes, is_element
from projections.saved_elements import Beside

S = TypeVar("S")

# JSON writes control characters as escapes: none of these can stand within it.
_COLLECTION: Final = b"\x1e"
"""Before the elements of each collection, which the state's JSON names by their number."""
STRAND: Final = b"\x1d"
"""Between the states of strands."""
STATE: Final = b"\x1c"
"""Between what was known before the fold and the state."""


def save(states: TypeAdapter[S], state: S) -> bytes:
    """The state as bytes."""
    beside = Beside([])
    saved = states.dump_json(state, context=beside)
    return _COLLECTION.join([saved, *beside.collections])


def load(states: TypeAdapter[S], saved: bytes) -> S:
    """The state that was saved; its elements are read when they are asked for. Raises ValidationError."""
    state, *collections = saved.split(_COLLECTION)
    return states.validate_json(state, context=Beside(collections))


@cache
def shape(state: type) -> bytes:
    """A digest of the names and types of everything that such a state holds, and of the members of enumerations.

    What was saved in another shape is not to be loaded: nobody would see that its parts do not fit until they are read.
    """
    return sha256("\n".join(_told(state, set())).encode()).digest()


def _told(said: Any, met: set[type]) -> Iterator[str]:
    if isinstance(said, type) and is_element(said):
        if said not in met:
            met.add(said)
            for each in attributes(said):
                yield f"{said.__qualname__}.{each.name}: {each.type}"
                yield from _told(each.type, met)
        return
    if isinstance(said, type) and issubclass(said, Enum):
        if said not in met:
            met.add(said)
            yield f"{said.__qualname__}: {[each.value for each in said]}"
        return
    for inner in get_args(said):
        yield from _told(inner, met)
