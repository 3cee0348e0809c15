"""Danger of overdose: what makes it, what it asks for, and what meets or releases that (R32; C4, C5, X11)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.events.base import Event
from domain.events.harm_reduction import HarmReductionDeclined
from domain.events.intake import EpisodeClosed, SubstanceUse
from domain.events.medications import MedicationStarted, MedicationStopped
from domain.events.overdoses import OverdoseDangerAssessed, OverdoseRecorded
from domain.events.registration import ClientDied
from domain.vocabulary.crisis import CrisisAction, CrisisKind
from domain.vocabulary.harm_reduction import DeclineReason, HarmReductionKind, Recipient, SafetyOffer
from domain.vocabulary.intake import DischargeReason, EntryRoute
from domain.vocabulary.medications import Drug, MedicationPurpose, MedicationStopReason
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.overdoses import DangerReason, OverdoseOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import OPIOIDS, Substance
from projections.care_plan import CARE_PLAN, fold
from projections.care_plan.overdose_danger import OVERDOSE_DANGER
from projections.obligations import Obligation, ObligationStatus
from tests.builders import (
    History,
    consent,
    crisis,
    crisis_card,
    folded,
    intake,
    lapse,
    moment,
    naloxone_kit,
    only,
    registered,
)
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"
OPEN, LATE, MET, MET_LATE, RELEASED, MISSED = ObligationStatus
NALOXONE, CARD = ObligationKind.NALOXONE, ObligationKind.CRISIS_CARD
OPIOID_LAPSE = lapse(Substance.OPIOIDS)
BOTH = (SafetyOffer.NALOXONE_KIT, SafetyOffer.CRISIS_CARD)


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered("America/Denver"), at="2026-02-01T15:00Z")
    return history


def after(hours: float) -> datetime:
    return moment(AT) + timedelta(hours=hours)


def asked(history: History, kind: ObligationKind) -> list[Obligation]:
    return [each for each in fold.obligations(folded(CARE_PLAN, history).state) if each.kind is kind]


def stands(history: History, kind: ObligationKind, hours: float = 1) -> ObligationStatus:
    return only(asked(history, kind)).stands(after(hours))


def dangers(history: History) -> list[tuple[DangerReason, ...]]:
    return [danger.reasons for danger in folded(CARE_PLAN, history).state.dangers.dangers]


def answer(history: History) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history), after(1), history.policy)


def assessed(*, danger: bool) -> OverdoseDangerAssessed:
    return OverdoseDangerAssessed(danger=danger, assessed_by=Role.NURSE)


def course(purpose: MedicationPurpose = MedicationPurpose.OPIOID_USE_DISORDER) -> MedicationStarted:
    return MedicationStarted(drug=Drug.BUPRENORPHINE, purpose=purpose)


# What makes danger


@pytest.mark.parametrize("kind", [NALOXONE, CARD])
@pytest.mark.parametrize(
    ("event", "reasons"),
    [
        (lapse(overdose_danger=True), {DangerReason.ASSESSED}),
        (crisis(overdose_danger=True), {DangerReason.ASSESSED}),
        (assessed(danger=True), {DangerReason.ASSESSED}),
        (crisis(CrisisKind.OVERDOSE_DANGER), {DangerReason.KIND_OF_CRISIS}),
        (crisis(CrisisKind.RETURN_TO_USE), {DangerReason.KIND_OF_CRISIS}),
        (OPIOID_LAPSE, {DangerReason.OPIOIDS}),
        (lapse(Substance.ALCOHOL, Substance.OPIOIDS), {DangerReason.OPIOIDS}),
        (OverdoseRecorded(), {DangerReason.OVERDOSE}),
        (OverdoseRecorded(outcome=OverdoseOutcome.DIED), None),
        (crisis(CrisisKind.OVERDOSE_DANGER, overdose_danger=False), None),
        (crisis(CrisisKind.RETURN_TO_USE, overdose_danger=False), None),
        (lapse(Substance.OPIOIDS, overdose_danger=False), None),
        (assessed(danger=False), None),
        (lapse(Substance.ALCOHOL), None),
        (crisis(CrisisKind.CRAVINGS), None),
    ],
)
def test_c4_naloxone_is_asked_for_unless_danger_was_assessed_false(
    history: History, kind: ObligationKind, event: Event, reasons: set[DangerReason] | None
) -> None:
    danger = history.add(event, at=AT)

    found = [(each.because, each.due_at) for each in asked(history, kind)]
    assert found == ([(danger, after(24))] if reasons else [])
    assert [set(each) for each in dangers(history)] == ([reasons] if reasons else [])


@pytest.mark.parametrize("substance", Substance)
def test_c4_a_lapse_is_dangerous_where_it_is_of_opioids(history: History, substance: Substance) -> None:
    history.add(lapse(substance), at=AT)

    assert bool(dangers(history)) is (substance in OPIOIDS)


@pytest.mark.parametrize(("days", "lost"), [(13, False), (14, True), (270, True)])
def test_c4_opioids_after_time_without_find_tolerance_lost(*, days: int, lost: bool) -> None:
    history = History()
    history.add(registered(), at="2025-01-01T15:00Z")
    used = SubstanceUse(substance=Substance.OPIOIDS, last_used_on=date(2026, 3, 2) - timedelta(days=days))
    history.add(intake(substances=(used,)), at=after(-1))
    history.add(OPIOID_LAPSE, at=AT)

    assert (DangerReason.LOST_TOLERANCE in only(dangers(history))) is lost


def test_c4_a_return_to_use_of_what_is_known_to_be_no_opioid_is_not_counted(history: History) -> None:
    history.add(intake(Substance.ALCOHOL), at=after(-48))
    history.add(crisis(CrisisKind.RETURN_TO_USE), at=AT)
    assert not dangers(history)

    history.add(intake(Substance.OPIOIDS), at=after(-47), recorded=after(1))
    assert dangers(history) == [(DangerReason.KIND_OF_CRISIS,)]


@pytest.mark.parametrize(
    ("route", "substance", "asks"),
    [
        (EntryRoute.RE_ENTRY_DETOX, Substance.OPIOIDS, True),
        (EntryRoute.RE_ENTRY_INPATIENT, Substance.OPIOIDS, True),
        (EntryRoute.RE_ENTRY_DETOX, Substance.ALCOHOL, False),
        (EntryRoute.SELF, Substance.OPIOIDS, False),
    ],
)
def test_c4_who_comes_from_detox_after_opioids_has_lost_tolerance(
    history: History, route: EntryRoute, substance: Substance, *, asks: bool
) -> None:
    history.add(intake(substance, entry_route=route), at=AT)

    assert dangers(history) == ([(DangerReason.LOST_TOLERANCE,)] if asks else [])


@pytest.mark.parametrize(
    ("purpose", "reason", "asks"),
    [
        (MedicationPurpose.OPIOID_USE_DISORDER, MedicationStopReason.TAPER_COMPLETED, True),
        (MedicationPurpose.OPIOID_USE_DISORDER, MedicationStopReason.SWITCHED, False),
        (MedicationPurpose.ALCOHOL_USE_DISORDER, MedicationStopReason.CLIENTS_CHOICE, False),
    ],
)
def test_c4_the_end_of_a_medication_for_opioid_use_disorder_is_dangerous(
    history: History, purpose: MedicationPurpose, reason: MedicationStopReason, *, asks: bool
) -> None:
    started = history.add(course(purpose), at=after(-480))
    history.add(MedicationStopped(medication=started, reason=reason), at=AT)

    assert dangers(history) == ([(DangerReason.MEDICATION_STOPPED,)] if asks else [])


def test_c4_one_of_two_medications_that_ends_leaves_the_other(history: History) -> None:
    first = history.add(course(), at=after(-480))
    history.add(course(), at=after(-2))
    history.add(MedicationStopped(medication=first, reason=MedicationStopReason.UNKNOWN), at=AT)

    assert not dangers(history)


def test_x1_where_just_the_day_is_known_naloxone_is_due_a_day_after_its_end(history: History) -> None:
    history.add(OPIOID_LAPSE, at="2026-03-02", precision=Precision.DAY)

    assert only(asked(history, NALOXONE)).due_at == moment("2026-03-04T07:00Z")


# What meets it


def test_c5_a_dose_that_was_given_is_not_the_kit_taken_home(history: History) -> None:
    history.add(crisis(overdose_danger=True, actions=(CrisisAction.NALOXONE_GIVEN,)), at=AT)
    assert stands(history, NALOXONE) is OPEN
    assert answer(history).naloxone_needed

    kit = history.add(naloxone_kit(), at=after(2))
    assert stands(history, NALOXONE, 3) is MET
    assert only(by_column(OVERDOSE_DANGER, CARE_PLAN.rows(folded(CARE_PLAN, history))))["naloxone_event_id"] == kit
    assert not answer(history).naloxone_needed


def test_x11_naloxone_given_in_an_overdose_asks_for_a_kit_all_the_same(history: History) -> None:
    history.add(OverdoseRecorded(substances=(Substance.OPIOIDS,), naloxone_doses=2, reversed=True), at=AT)

    assert stands(history, NALOXONE) is OPEN


def test_x11_a_kit_and_a_card_meet_it_outside_a_crisis_each_its_own(history: History) -> None:
    history.add(naloxone_kit(), at=after(-2))
    history.add(OPIOID_LAPSE, at=AT)
    assert stands(history, NALOXONE) is OPEN, "what was given before does not count"

    history.add(naloxone_kit(kinds=(HarmReductionKind.OVERDOSE_EDUCATION,)), at=after(1))
    history.add(crisis_card(), at=after(2))
    assert (stands(history, NALOXONE, 3), stands(history, CARD, 3)) == (OPEN, MET)

    history.add(naloxone_kit(), at=after(30))
    assert stands(history, NALOXONE, 31) is MET_LATE


def test_x11_a_kit_counts_in_the_hands_of_family_and_a_card_in_those_of_the_client(history: History) -> None:
    allowed = history.add(consent(), at=after(-1))
    history.add(OPIOID_LAPSE, at=AT)
    to_family: dict[str, Any] = {"recipients": (Recipient.FAMILY,), "consent": allowed}
    history.add(crisis_card(**to_family), at=after(1))
    history.add(naloxone_kit(**to_family), at=after(1))

    assert (stands(history, NALOXONE, 2), stands(history, CARD, 2)) == (MET, OPEN)


def test_r32_one_kit_meets_what_several_dangers_ask_for(history: History) -> None:
    history.add(OPIOID_LAPSE, at=AT)
    history.add(crisis(CrisisKind.RETURN_TO_USE), at=after(1))
    history.add(naloxone_kit(), at=after(2))

    assert [each.stands(after(3)) for each in asked(history, NALOXONE)] == [MET, MET]
    assert [each.stands(after(30)) for each in asked(history, CARD)] == [LATE, LATE]


# What releases it


def test_x11_what_the_client_declined_is_not_asked_for_until_there_is_danger_again(history: History) -> None:
    history.add(OPIOID_LAPSE, at=AT)
    no = HarmReductionDeclined(offered=(SafetyOffer.NALOXONE_KIT,), reason=DeclineReason.HAS_ONE)
    declined = history.add(no, at=after(2))

    released = only(asked(history, NALOXONE)).released
    assert released is not None
    assert released.event_id == declined
    assert (stands(history, NALOXONE, 3), stands(history, CARD, 3)) == (RELEASED, OPEN)

    history.add(OPIOID_LAPSE, at=after(100))
    assert [each.stands(after(101)) for each in asked(history, NALOXONE)] == [RELEASED, OPEN]


@pytest.mark.parametrize(
    "event",
    [
        assessed(danger=False),
        ClientDied(),
        HarmReductionDeclined(offered=BOTH, reason=DeclineReason.OTHER),
    ],
    ids=lambda event: event.type,
)
@pytest.mark.parametrize(("hours", "status"), [(2, RELEASED), (25, MISSED)])
def test_x11_a_release_says_what_released_it_and_is_missed_when_late(
    history: History, event: Event, hours: int, status: ObligationStatus
) -> None:
    history.add(OPIOID_LAPSE, at=AT)
    by = history.add(event, at=after(hours))

    for kind in (NALOXONE, CARD):
        each = only(asked(history, kind))
        assert each.released is not None
        assert (each.released.event_id, each.stands(after(48))) == (by, status)
    assert not answer(history).naloxone_needed


def test_x11_what_was_met_is_not_released_and_a_later_kit_takes_no_release_back(history: History) -> None:
    history.add(OPIOID_LAPSE, at=AT)
    history.add(naloxone_kit(), at=after(1))
    history.add(assessed(danger=False), at=after(2))
    history.add(crisis_card(), at=after(3))

    assert (stands(history, NALOXONE, 4), stands(history, CARD, 4)) == (MET, RELEASED)


def test_r20_the_end_of_an_episode_releases_no_naloxone(history: History) -> None:
    opened = history.add(intake(Substance.OPIOIDS), at=after(-24))
    history.add(OPIOID_LAPSE, at=AT)
    history.add(EpisodeClosed(intake=opened, reason=DischargeReason.LEFT_BY_OWN_CHOICE), at=after(2))

    assert stands(history, NALOXONE, 30) is LATE


def test_r61_after_a_death_nothing_is_asked_for(history: History) -> None:
    history.add(ClientDied(), at=AT)
    history.add(OPIOID_LAPSE, at=after(1))

    assert not dangers(history)


def test_r32_a_danger_shows_with_its_reasons(history: History) -> None:
    danger = history.add(lapse(Substance.OPIOIDS, overdose_danger=True), at=AT)

    shown = only(answer(history).overdose_dangers)
    reasons = (DangerReason.ASSESSED, DangerReason.OPIOIDS)
    assert (shown.event_id, shown.reasons, shown.naloxone) == (danger, reasons, None)
    row = only(by_column(OVERDOSE_DANGER, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["event_id"], row["occurred_at"], row["reasons"]) == (danger, moment(AT), reasons)
