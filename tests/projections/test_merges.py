"""Two clients who are one person: the plan names the others, and what was known before stays known so."""

from datetime import datetime
from uuid import UUID

from domain.events.merging import ClientMergedInto, ClientSeparated, ClientsMerged, MergeUndone
from domain.events.record import EntryRetracted
from domain.vocabulary.record import CorrectionReason
from projections.care_plan import CARE_PLAN
from tests.builders import History, folded, moment, only, registered

DUPLICATE = UUID("c1000000-0000-4000-8000-000000000002")
MERGED, UNDONE, NOW = "2026-03-10T15:00Z", "2026-03-20T15:00Z", "2026-04-01T15:00Z"


def merged() -> tuple[History, UUID]:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history, history.add(ClientsMerged(duplicate=DUPLICATE), at=MERGED)


def plan(history: History, at: str = NOW, known_at: datetime | None = None) -> object:
    state = folded(CARE_PLAN, history, as_of=at, known_at=known_at)
    return CARE_PLAN.answer(state, moment(at), history.policy)


def test_the_plan_names_who_was_merged_and_whether_that_was_undone() -> None:
    history, merge = merged()

    one = only(plan(history).merged_clients)  # type: ignore[attr-defined]
    assert (one.event_id, one.duplicate_id, one.merged_at, one.undone) == (merge, DUPLICATE, moment(MERGED), None)

    undone = history.add(MergeUndone(merge=merge), at=UNDONE)
    two = only(plan(history).merged_clients)  # type: ignore[attr-defined]
    assert two.undone.event_id == undone
    assert plan(history, "2026-03-02T15:00Z").merged_clients == ()  # type: ignore[attr-defined]
    assert only(plan(history, known_at=moment(MERGED)).merged_clients).undone is None  # type: ignore[attr-defined]


def test_a_merge_is_undone_once_and_neither_is_retracted() -> None:
    history, merge = merged()
    undone = history.add(MergeUndone(merge=merge), at=UNDONE)

    assert history.refused(MergeUndone(merge=merge), at=NOW) == {"merge_undone_once"}
    for entry, kind in ((merge, "clients_merged"), (undone, "merge_undone")):
        retraction = EntryRetracted(entry=entry, reason=CorrectionReason.OTHER)
        assert history.refused(retraction, at=NOW) == {f"{kind}_stays"}


def test_nobody_records_by_itself_what_stands_on_the_duplicates_timeline() -> None:
    history, merge = merged()

    into = ClientMergedInto(survivor=DUPLICATE, merge=merge)
    assert history.refused(into, at=NOW) == {"recorded_with_the_merge"}
    assert "recorded_with_the_merge" in history.refused(ClientSeparated(merge=merge), at=NOW)
