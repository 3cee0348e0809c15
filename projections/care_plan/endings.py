"""When care ends: what was under way is not waited for any more, and says so."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from domain.replacing import replace
from projections.collection import Elements
from projections.mark import Mark
from projections.obligations import Obligation

E = TypeVar("E")


def care_ended(elements: Elements[E], asked_for: Callable[[E], Iterable[Obligation]], ended: Mark) -> Elements[E]:
    """The elements, of which those that still ask for something have this mark in `care_ended`, which releases it."""
    for element in elements:
        if any(each.waits() for each in asked_for(element)):
            elements = elements.put(replace(element, care_ended=ended))  # type: ignore[type-var]  # a dataclass, too
    return elements
