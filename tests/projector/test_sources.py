"""What folding needs from the sources is read before the first event is folded: later they may be those of another
release, or be gone for a moment."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from domain.policy import Policy
from projections import collection, meanings, saved_states
from projections.catalogue import PROJECTIONS
from projections.elements import attributes
from projections.fold import Fold
from projections.strands import Strands
from samples.simulation import one_client
from service.projector.builds import Builds
from service.projector.folding import fold
from tests.samples.test_simulation import record


def folds() -> Iterator[Fold[Any]]:
    for projection in PROJECTIONS:
        yield projection.fold
        if isinstance(projection.fold, Strands):
            yield from projection.fold._strands.values()


def test_no_fold_reads_a_source_once_a_process_knows_its_projections(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a process that has just started.
    for kept in (attributes, meanings.meanings, saved_states.shape):
        kept.cache_clear()
    for each in folds():
        each.__dict__.pop("shape", None)
    monkeypatch.setattr(collection, "_keys", {})
    monkeypatch.setattr(meanings, "_modules", {})
    Builds(pool, PROJECTIONS)

    def gone(*_: object) -> None:
        raise OSError("could not get source code")

    monkeypatch.setattr(meanings, "_of_module", gone)
    for seed in range(4):
        for entries in record(one_client(seed, 100)).values():
            for projection in PROJECTIONS:
                ordered = projection.timeline(entries).entries
                fold(projection, ordered, Policy(), projection.begin(entries))
