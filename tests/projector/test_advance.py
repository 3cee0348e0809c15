"""Folding on, from a snapshot or from the beginning: whichever way, the state is that of a fresh fold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entry import Entry
from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.projector import advance
from service.projector.advance import arrivals, beginning, fold_on, fold_whole, resume
from service.projector.folding import fold
from tests.builders import History
from tests.strategies import histories

POLICY = Policy()


def fresh(projection: Projection[Any], entries: list[Entry]) -> Any:
    return fold(projection, projection.timeline(entries).entries, POLICY, projection.begin(entries))


@given(histories(min_steps=6, max_steps=30), st.data())
def test_entries_that_come_in_any_batches_give_the_state_of_a_fresh_fold(history: History, data: st.DataObject) -> None:
    """Late, corrected and retracted entries among them: what cannot be folded on is folded whole."""
    entries = list(history.entries)
    versions = {arrival.entry.id: arrival.about for arrival in arrivals(entries)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(advance, "SNAPSHOT_EVERY", data.draw(st.integers(1, 8)))
        for projection in PROJECTIONS:
            kept = resume(projection, beginning(projection), (), POLICY)
            done = 0
            while done < len(entries):
                size = data.draw(st.integers(1, 6))
                come = arrivals(entries[done : done + size], versions)
                done += size
                kept = fold_on(projection, kept, come, POLICY) or fold_whole(projection, entries[:done], POLICY)
                kept = kept.rebased() if kept.snapshot_due else kept
                assert kept.state == fresh(projection, entries[:done])


@given(histories(min_steps=6, max_steps=30), st.integers(1, 6))
def test_a_whole_fold_leaves_a_base_that_is_a_fold_of_its_own(history: History, every: int) -> None:
    entries = list(history.entries)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(advance, "SNAPSHOT_EVERY", every)
        for projection in PROJECTIONS:
            kept = fold_whole(projection, entries, POLICY)

            assert kept.state == fresh(projection, entries)
            before = [entry for entry in entries if entry.version <= kept.base.version]
            assert kept.base.state == fresh(projection, before)
            assert kept.base.until == projection.timeline(before).until
            assert [*before, *kept.since] == entries


def test_a_long_history_leaves_its_base_a_snapshots_length_before_its_end() -> None:
    from tests.builders import check_in, registered

    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    for day in range(1, 29):
        history.add(check_in(), at=f"2026-04-{day:02}T15:00Z")

    kept = fold_whole(PROJECTIONS[0], list(history.entries), POLICY)

    assert kept.base.version == len(history.entries) - advance.SNAPSHOT_EVERY
