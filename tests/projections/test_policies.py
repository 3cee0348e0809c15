"""A change of policy leaves the past as it was (B1, R63): answers that were given are given again, byte for byte."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.effective import effective
from domain.entry import Entry
from domain.policies import Adoption, Numbers, Policies
from domain.policy import Policy
from projections.care_plan import CARE_PLAN
from projections.catalogue import PROJECTIONS
from projections.obligations import OBLIGATION
from projections.projection import Projection
from tests.builders import LONG_AGO, History, crisis, fold, moment, moment_or_none, registered
from tests.projections.reading import by_column
from tests.strategies import histories

MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

TICK = timedelta(microseconds=1)
STRICTER = Policy.model_validate(
    {
        "crisis": {"contact_within_hours": [12, 24], "attempts_before_not_reached": 1},
        "overdose_danger": {"naloxone_within_hours": 1, "crisis_card_within_hours": 1},
        "handoffs": {"crisis_accepted_within_hours": 2, "routine_met_within_days": 1},
        "postvention": {"review_within_hours_high": 5, "review_within_hours_otherwise": 6},
        "milestones": {"ladder_days": [2, 5]},
        "plan": {"review_every_days_at_first": 3, "at_first_days": 9, "review_every_days_later": 20},
    }
)


TWELVE_HOURS = Policy.model_validate({"crisis": {"contact_within_hours": [12]}})


def spaced(history: History) -> list[Entry]:
    """The entries at every tenth position of the organization's log, so that something can stand between them."""
    return [replace(entry, position=10 * entry.version) for entry in history.entries]


def contacts_due(entries: Sequence[Entry], numbers: Numbers, known_at: str | None = None) -> list[datetime]:
    """When the contacts after crises are due, by the rows."""
    counting = effective(entries, known_at=moment_or_none(known_at)).entries
    rows = by_column(OBLIGATION, CARE_PLAN.rows(fold(CARE_PLAN, counting, numbers)))
    return [row["due_at"] for row in rows if row["kind"] == "crisis_contact"]


def test_b1_another_policy_changes_no_due_time_of_before_and_applies_from_then_on() -> None:
    """The first slice took whatever file the process had: what had been due after 24 hours became due after 12."""
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(crisis(), at="2026-03-10T18:00Z")
    history.add(crisis(), at="2026-03-12T18:00Z")
    history.add(crisis(), at="2026-03-10T19:00Z", recorded="2026-03-13T18:00Z")
    adopted = Adoption(25, moment("2026-03-11T00:00Z"), moment("2026-03-11T00:00Z"), TWELVE_HOURS)
    policies = Policies(Policy(), (adopted,))
    entries = spaced(history)

    as_it_was = contacts_due(entries[:2], Policies(Policy()))

    due = contacts_due(entries, policies)

    assert due[:4] == as_it_was
    assert moment("2026-03-13T06:00Z") in due, "12 hours after what happened under it"
    assert moment("2026-03-11T19:00Z") in due, "24 hours after what happened before it and was noted later"
    assert len(due) == 4 + 1 + 4
    assert contacts_due(entries, policies, known_at="2026-03-11T12:00Z") == contacts_due(
        entries[:2], Policies(Policy())
    )


def test_b1_a_policy_that_reaches_back_concerns_only_what_is_recorded_after_it() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    history.add(crisis(), at="2026-03-10T18:00Z")
    history.add(crisis(), at="2026-03-10T19:00Z", recorded="2026-03-13T18:00Z")
    adopted = Adoption(25, moment("2026-03-11T00:00Z"), moment("2026-01-01T00:00Z"), TWELVE_HOURS)

    due = contacts_due(spaced(history), Policies(Policy(), (adopted,)))

    assert due[0] == moment("2026-03-11T18:00Z")
    assert due[4:] == [moment("2026-03-11T07:00Z")]


@st.composite
def adoptions(draw: st.DrawFn, history: History) -> Policies:
    """Policies adopted at any places of the log, in force from any moment."""
    places = sorted(
        draw(st.sets(st.integers(0, 10 * history.version + 9).filter(lambda place: place % 10), max_size=3))
    )
    made = []
    for place in places:
        after = history.entries[place // 10 - 1].recorded_at + TICK if place >= 10 else LONG_AGO
        policy = draw(st.sampled_from([STRICTER, TWELVE_HOURS, Policy()]))
        made.append(Adoption(place, after, draw(MOMENTS | st.just(LONG_AGO)), policy))
    return Policies(Policy(), tuple(made))


@given(histories(), st.data())
def test_b1_whatever_is_adopted_later_every_earlier_known_at_answer_stays_byte_for_byte(
    history: History, data: st.DataObject
) -> None:
    entries, policies = spaced(history), _with_one_that_reaches_back(data.draw(adoptions(history)), history)
    known_at = data.draw(st.sampled_from([entry.recorded_at for entry in entries]))
    as_of = data.draw(st.sampled_from([entry.occurred_at for entry in entries]) | st.just(known_at))
    known = [entry for entry in entries if entry.recorded_at <= known_at]
    then = Policies(policies.before, tuple(each for each in policies.adoptions if each.recorded_at <= known_at))
    for projection in PROJECTIONS:
        assert _answer(projection, entries, policies, as_of, known_at) == _answer(
            projection, known, then, as_of, known_at
        )


@given(histories(), st.data())
def test_b1_whatever_is_adopted_after_the_last_entry_changes_no_row(history: History, data: st.DataObject) -> None:
    """So nothing has to be built anew."""
    policies, end = data.draw(adoptions(history)), 10 * history.version + 10
    newer = Adoption(end, history.last_recorded, data.draw(MOMENTS), STRICTER)
    for projection in PROJECTIONS:
        counting = projection.timeline(spaced(history)).entries
        before = fold(projection, counting, policies)
        assert fold(projection, counting, replace(policies, adoptions=(*policies.adoptions, newer))) == before


@given(histories(), st.data())
def test_b1_a_kept_state_folded_on_is_a_fresh_fold_wherever_a_policy_was_adopted(
    history: History, data: st.DataObject
) -> None:
    policies = data.draw(adoptions(history))
    counting = effective(spaced(history)).entries
    known = {entry.position for entry in counting[: data.draw(st.integers(0, len(counting)))]}
    last = max(known, default=0)
    earlier = replace(policies, adoptions=tuple(each for each in policies.adoptions if each.position < last))
    for projection in PROJECTIONS:
        kept = projection.begin(counting)
        for entry in counting:
            kept = projection.apply(kept, entry, earlier if entry.position <= last else policies)
        assert kept == fold(projection, counting, policies)


def _with_one_that_reaches_back(policies: Policies, history: History) -> Policies:
    """Adopted after all that is recorded, in force from before it."""
    newer = Adoption(10 * history.version + 10, history.last_recorded + TICK, LONG_AGO, STRICTER)
    return replace(policies, adoptions=(*policies.adoptions, newer))


def _answer(
    projection: Projection[Any], entries: Sequence[Entry], policies: Policies, as_of: datetime, known_at: datetime
) -> bytes:
    counting = projection.timeline(entries, as_of=as_of, known_at=known_at).entries
    answer = projection.answer(fold(projection, counting, policies), as_of, policies.at(as_of, known_at=known_at))
    return answer.model_dump_json().encode()
