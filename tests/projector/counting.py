"""Counting folds."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from domain.entry import Entry
from projections.catalogue import PROJECTIONS
from projections.projection import Projection


@contextmanager
def folds_counted() -> Iterator[dict[str, int]]:
    """How many entries each projection folds meanwhile."""
    counted: dict[str, int] = defaultdict(int, dict.fromkeys((one.name for one in PROJECTIONS), 0))
    fold = Projection.apply

    def apply(projection: Projection[Any], state: Any, entry: Entry, policy: Any) -> Any:
        counted[projection.name] += 1
        return fold(projection, state, entry, policy)

    with patch.object(Projection, "apply", apply):
        yield counted
