"""Simulated clinics: the same from the same seed, such as the record admits, and like real ones in what they hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.effective import effective
from domain.entry import Entry
from domain.events.care import OfCare
from domain.events.catalogue import decode, encode
from domain.events.crisis import CrisisContactRecorded
from domain.events.handoffs import HandoffAccepted, HandoffCompleted, HandoffDeclined, HandoffRequested
from domain.events.postvention import PostventionReviewed
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.registration import ClientRegistered
from domain.policy import Policy
from projections.catalogue import PROJECTIONS
from projections.obligations import ObligationStatus
from projections.postvention import POSTVENTION, PostventionAnswer, adjustments
from samples.simulation import SimulatedEntry, one_client, simulate
from service.access.permissions import PERMISSIONS, STRANDS
from service.access.roles import KeyRole
from tests.builders import Record, fold, moment

START, END = date(2025, 1, 1), date(2026, 7, 1)
LATE = timedelta(hours=2)
OF_THE_RECORD = {"entry_corrected", "entry_retracted"}
OF_OTHER_SYSTEMS = {
    "identifier_linked",
    "identifier_unlinked",
    "clients_merged",
    "merge_undone",
    "client_merged_into",
    "client_separated",
}
"""What integrations record, and what comes of it; a simulated clinic has none."""
OF_ERASURE = {
    "legal_hold_placed",
    "legal_hold_lifted",
    "erasure_requested",
    "erasure_approved",
    "erasure_withdrawn",
    "client_erased",
}
"""What is about the record itself; of who was erased a simulated clinic would have nothing to tell."""
NOT_YET_TOLD: tuple[str, ...] = ("emergency_access_opened", "emergency_access_reviewed")
"""Kinds of event that no simulated client brings yet."""


@pytest.fixture(scope="module")
def clinic() -> list[SimulatedEntry]:
    return list(simulate(14, clients=200, events=20_000, start=START, end=END))


def record(entries: Iterable[SimulatedEntry]) -> dict[UUID, list[Entry]]:
    """The clients' entries; raises Refused when one of them may not be recorded."""
    records: dict[UUID, Record] = defaultdict(Record)
    for position, said in enumerate(entries, start=1):
        record = records[said.client_id]
        record.admit([said.draft], said.recorded_at, Policy())
        entry = Entry(
            client_id=said.client_id,
            version=record.version + 1,
            id=said.id,
            event=said.event,
            occurred_at=said.occurred_at,
            precision=said.precision,
            recorded_at=said.recorded_at,
            actor_id=said.actor.id,
            recorded_by=said.actor.name,
            source=said.source,
            correlation_id=said.correlation_id,
            causation_id=said.causation_id,
            position=position,
        )
        record.add(entry)
    return {client_id: record.entries for client_id, record in records.items()}


def share(found: Iterable[bool]) -> float:
    told = list(found)
    return sum(told) / len(told)


def test_the_same_seed_tells_the_same_and_another_seed_something_else() -> None:
    def told(seed: int) -> list[SimulatedEntry]:
        return list(simulate(seed, clients=5, events=200, start=START, end=END))

    assert told(1) == told(1)
    assert not {entry.id for entry in told(1)} & {entry.id for entry in told(2)}


def test_about_as_many_entries_come_as_were_asked_for_of_just_so_many_clients(clinic: list[SimulatedEntry]) -> None:
    assert 0.97 * 20_000 <= len(clinic) <= 20_000
    assert len({entry.client_id for entry in clinic}) == 200
    assert len({entry.id for entry in clinic}) == len(clinic)


def test_entries_come_in_the_order_in_which_they_were_recorded_between_start_and_end(
    clinic: list[SimulatedEntry],
) -> None:
    assert all(before.recorded_at < after.recorded_at for before, after in pairwise(clinic))
    assert clinic[0].recorded_at >= moment("2025-01-01T06:00Z")
    assert clinic[-1].recorded_at < moment("2026-07-01T05:00Z")
    assert all(entry.occurred_at <= entry.recorded_at for entry in clinic)


def test_every_entry_may_be_recorded_and_every_projection_tells_of_it(clinic: list[SimulatedEntry]) -> None:
    for entries in record(clinic).values():
        for projection in PROJECTIONS:
            state = fold(projection, projection.timeline(entries).entries)
            assert projection.rows(state)
            assert projection.answer(state, clinic[-1].recorded_at, Policy()).model_dump_json()


@given(st.integers(0, 2**64), st.integers(1, 60))
def test_one_client_has_exactly_as_many_entries_as_were_asked_for(seed: int, events: int) -> None:
    story = list(one_client(seed, events))

    assert len(story) == events
    assert len(record(story)) == 1


def test_one_client_may_have_thousands_of_entries() -> None:
    story = list(one_client(3, 5_000))

    assert len(story) == 5_000
    assert story[-1].recorded_at - story[0].recorded_at < timedelta(days=5 * 366)


def test_every_kind_of_event_of_care_occurs_and_check_ins_most_often(clinic: list[SimulatedEntry]) -> None:
    kinds = Counter(entry.event.type for entry in clinic)
    of_care = {event_class.model_fields["type"].default for event_class in get_args(OfCare)}

    assert set(kinds) == (of_care | OF_THE_RECORD) - OF_OTHER_SYSTEMS - OF_ERASURE - set(NOT_YET_TOLD)
    assert [kind for kind, _ in kinds.most_common(2)] == ["check_in_received", "session_held"]


def test_everybody_records_what_their_role_may(clinic: list[SimulatedEntry]) -> None:
    recorded = {(entry.actor.role, STRANDS[entry.event.type]) for entry in clinic if entry.event.type in STRANDS}

    assert not {(role, strand) for role, strand in recorded if f"{strand}.c" not in PERMISSIONS[KeyRole(role)]}


def test_who_sets_something_right_may() -> None:
    """What only others may set right is rare, and so is that anything is: in these stories they would have met."""
    for seed in (169, 371, 851, 951, 1572, 2276):
        story = list(one_client(seed, 220))
        strands = {entry.id: STRANDS.get(entry.event.type) for entry in story}
        for entry in story:
            if isinstance(entry.event, EntryCorrected | EntryRetracted) and (strand := strands.get(entry.event.entry)):
                assert f"{strand}.u" in PERMISSIONS[KeyRole(entry.actor.role)], (seed, strand)


def test_some_entries_are_late_some_corrected_and_a_few_retracted(clinic: list[SimulatedEntry]) -> None:
    kinds = [entry.event.type for entry in clinic]
    lateness = [entry.recorded_at - entry.occurred_at for entry in clinic if entry.event.type not in OF_THE_RECORD]

    assert 0.07 < share(late > LATE for late in lateness) < 0.15
    assert timedelta(days=14) < max(lateness) < timedelta(days=60)
    assert 0.01 < share(kind == "entry_corrected" for kind in kinds) < 0.02
    assert 0.003 < share(kind == "entry_retracted" for kind in kinds) < 0.008


def test_bodies_are_as_long_as_real_ones_and_survive_their_journey(clinic: list[SimulatedEntry]) -> None:
    bodies = [encode(entry.event) for entry in clinic]

    assert 220 < sum(map(len, bodies)) / len(bodies) < 600
    for entry, body in islice(zip(clinic, bodies, strict=True), 3_000):
        assert decode(entry.event.type, entry.event.schema_version, body) == entry.event


def test_handoffs_are_accepted_declined_completed_and_some_never_answered(clinic: list[SimulatedEntry]) -> None:
    requested = {entry.id for entry in clinic if isinstance(entry.event, HandoffRequested)}
    answered: dict[type, set[UUID]] = defaultdict(set)
    for entry in clinic:
        if isinstance(entry.event, HandoffAccepted | HandoffDeclined | HandoffCompleted):
            answered[type(entry.event)].add(entry.event.handoff)

    accepted, declined = answered[HandoffAccepted], answered[HandoffDeclined]
    assert answered[HandoffCompleted] < accepted
    assert declined
    assert not declined & accepted
    assert requested - accepted - declined


def test_crises_are_screened_in_full_in_part_or_not_at_all(clinic: list[SimulatedEntry]) -> None:
    crises = [entry.event for entry in clinic if isinstance(entry.event, CrisisContactRecorded)]
    answers = [crisis.cssrs for crisis in crises]

    assert None in answers
    assert any(said and None in {said.q1, said.q2, said.q6_ever} for said in answers)
    assert any(said and None not in {said.q1, said.q2, said.q6_ever} for said in answers)


def test_reviews_are_held_in_time_held_late_and_left_out_and_plans_carry_them_out(clinic: list[SimulatedEntry]) -> None:
    statuses: Counter[ObligationStatus] = Counter()
    carried_out: Counter[bool] = Counter()
    for entries in record(clinic).values():
        state = fold(POSTVENTION, effective(entries).entries)
        answer = POSTVENTION.answer(state, clinic[-1].recorded_at, Policy())
        assert isinstance(answer, PostventionAnswer)
        for crisis in answer.reviews:
            statuses[crisis.status] += 1
            carried_out.update(not each.open for each in adjustments(crisis))

    assert {ObligationStatus.MET, ObligationStatus.MET_LATE, ObligationStatus.LATE} <= set(statuses)
    assert statuses.most_common(1)[0][0] is ObligationStatus.MET
    assert carried_out[True]
    assert carried_out[False]
    assert sum(isinstance(entry.event, PostventionReviewed) for entry in clinic) <= statuses.total()


def test_clients_live_in_the_time_zone_that_was_asked_for() -> None:
    story = simulate(1, clients=20, events=400, start=START, end=END, time_zone="Pacific/Auckland")
    zones = {entry.event.time_zone for entry in story if isinstance(entry.event, ClientRegistered)}

    assert zones == {"Pacific/Auckland"}


def test_a_huge_clinic_begins_to_be_told_at_once() -> None:
    told = islice(simulate(1, clients=500, events=50_000_000, start=START, end=END), 100)

    assert len(list(told)) == 100


@pytest.mark.parametrize(("clients", "end"), [(0, END), (5, START)])
def test_a_clinic_without_clients_or_days_is_refused(clients: int, end: date) -> None:
    with pytest.raises(ValueError, match="at least one client"):
        simulate(1, clients=clients, events=100, start=START, end=end)
