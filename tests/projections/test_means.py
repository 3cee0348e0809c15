"""Harm reduction, overdoses, crisis cards, medications and toxicology, as the care plan shows them."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.events.base import Event
from domain.events.harm_reduction import HarmReductionDeclined
from domain.events.medications import MedicationChanged, MedicationStarted, MedicationStopped
from domain.events.overdoses import OverdoseRecorded
from domain.events.toxicology import ToxicologyResult, ToxicologyResulted
from domain.vocabulary.harm_reduction import CardFormat, DeclineReason, HarmReductionKind, Recipient, SafetyOffer
from domain.vocabulary.medications import (
    Drug,
    DrugForm,
    MedicationChangeKind,
    MedicationPurpose,
    MedicationStatus,
    MedicationStopReason,
)
from domain.vocabulary.overdoses import OverdoseIntent, OverdoseOutcome, Responder
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance
from domain.vocabulary.toxicology import Analyte, Finding, Specimen
from projections.care_plan import CARE_PLAN
from projections.care_plan.crisis_cards import CRISIS_CARD
from projections.care_plan.harm_reduction import DECLINED_OFFER, HARM_REDUCTION
from projections.care_plan.medications import MEDICATION, MEDICATION_CHANGE
from projections.care_plan.overdoses import OVERDOSE
from projections.care_plan.toxicology import TOXICOLOGY
from tests.builders import (
    History,
    consent,
    crisis,
    crisis_card,
    folded,
    moment,
    naloxone_kit,
    only,
    registered,
    safety_plan,
)
from tests.projections.reading import by_column

AT = "2026-03-02T15:00Z"


@pytest.fixture
def history() -> History:
    history = History()
    history.add(registered(), at="2026-02-01T15:00Z")
    return history


def after(hours: float) -> datetime:
    return moment(AT) + timedelta(hours=hours)


def shown(history: History) -> Any:
    return CARE_PLAN.answer(folded(CARE_PLAN, history), after(1000), history.policy)


def row(table: Any, history: History) -> dict[str, Any]:
    return only(by_column(table, CARE_PLAN.rows(folded(CARE_PLAN, history))))


# Harm reduction


def test_r19_what_was_given_and_taught_shows_with_to_whom_and_by_what_consent(history: History) -> None:
    allowed = history.add(consent(), at=after(-1))
    kinds = (HarmReductionKind.NALOXONE_KIT, HarmReductionKind.NALOXONE_TRAINING)
    recipients = (Recipient.CLIENT, Recipient.FAMILY)
    given = history.add(naloxone_kit(kinds=kinds, recipients=recipients, consent=allowed, note="Twice"), at=AT)

    told = only(shown(history).harm_reduction)
    assert (told.event_id, told.kinds, told.recipients, told.consent, told.note) == (
        given, kinds, recipients, allowed, "Twice",
    )  # fmt: skip
    columns = row(HARM_REDUCTION, history)
    assert (columns["kinds"], columns["recipients"], columns["provided_by"]) == (kinds, recipients, Role.PEER)
    assert columns["consent"] == allowed


@pytest.mark.parametrize("make", [naloxone_kit, crisis_card])
def test_r19_others_are_told_with_the_clients_consent(history: History, make: Any) -> None:
    family = (Recipient.CLIENT, Recipient.FAMILY)
    allowed = history.add(consent(), at=after(-1))

    assert history.refused(make(recipients=family), AT) == {"others_told_with_consent"}
    assert not history.refused(make(recipients=family, consent=allowed), AT)
    assert not history.refused(make(), AT)

    history.retract(allowed)
    assert history.refused(make(recipients=family, consent=allowed), after(1)) == {"refers_to_standing_entry"}


def test_r19_what_was_declined_shows(history: History) -> None:
    offered = (SafetyOffer.NALOXONE_KIT,)
    no = history.add(HarmReductionDeclined(offered=offered, reason=DeclineReason.HAS_ONE), at=AT)

    told = only(shown(history).declined_offers)
    assert (told.event_id, told.offered, told.reason) == (no, offered, DeclineReason.HAS_ONE)
    assert row(DECLINED_OFFER, history)["reason"] is DeclineReason.HAS_ONE


# Crisis cards


def test_r41_a_card_shows_the_safety_plan_that_it_was_made_from_and_when_it_is_outdated(history: History) -> None:
    first = history.add(safety_plan(), at=after(-2))
    card = history.add(crisis_card(safety_plan=first, card_format=CardFormat.SENT_BY_TEXT), at=AT)

    told = only(shown(history).crisis_cards)
    assert (told.event_id, told.safety_plan, told.outdated) == (card, first, None)
    assert (row(CRISIS_CARD, history)["card_format"], row(CRISIS_CARD, history)["safety_plan"]) == (
        CardFormat.SENT_BY_TEXT, first,
    )  # fmt: skip

    second = history.add(safety_plan(), at=after(24))
    history.add(safety_plan(), at=after(48))
    assert row(CRISIS_CARD, history)["outdated_event_id"] == second, "the first one after it"


def test_r41_a_card_that_was_noted_a_little_before_its_own_plan_is_up_to_date(history: History) -> None:
    plan = history.add(safety_plan(), at=AT)
    history.add(crisis_card(safety_plan=plan), at=after(1))
    history.correct(plan, occurred_at=after(2), recorded=after(3))

    assert only(shown(history).crisis_cards).outdated is None


# Overdoses


def test_r60_an_overdose_shows_what_reversed_it_and_how_it_ended(history: History) -> None:
    met = history.add(crisis(), at=after(-1))
    said: dict[str, Any] = {
        "substances": (Substance.OPIOIDS, Substance.SEDATIVES),
        "intent": OverdoseIntent.UNINTENTIONAL,
        "naloxone_doses": 2,
        "naloxone_given_by": (Responder.FRIEND, Responder.EMERGENCY_SERVICES),
        "reversed": True,
        "emergency_services": True,
        "outcome": OverdoseOutcome.EMERGENCY_DEPARTMENT,
        "crisis": met,
    }
    happened = history.add(OverdoseRecorded(**said, account="In the car"), at=AT)

    told = only(shown(history).overdoses)
    assert (told.event_id, told.at, told.account) == (happened, moment(AT), "In the car")
    assert {name: getattr(told, name) for name in said} == said
    assert {name: row(OVERDOSE, history)[name] for name in said} == said


# Medications


def started(**said: Any) -> MedicationStarted:
    purpose = MedicationPurpose.OPIOID_USE_DISORDER
    return MedicationStarted(**{"drug": Drug.BUPRENORPHINE, "purpose": purpose, "dose": "16 mg", **said})


def changed(medication: UUID, change: MedicationChangeKind, **said: Any) -> MedicationChanged:
    return MedicationChanged(medication=medication, change=change, **said)


def test_r18_a_course_shows_its_start_its_taper_and_its_end(history: History) -> None:
    begun = history.add(started(form=DrugForm.FILM), at=AT)
    told = only(shown(history).medications)
    assert (told.status, told.dose, told.form, told.stopped) == (MedicationStatus.TAKEN, "16 mg", DrugForm.FILM, None)

    taper = changed(begun, MedicationChangeKind.TAPER_BEGUN, dose="12 mg", taper_ends_on=date(2026, 9, 1))
    tapered = history.add(taper, at=after(24))
    told = only(shown(history).medications)
    assert (told.status, told.dose, told.form) == (MedicationStatus.TAPERED, "12 mg", DrugForm.FILM)
    assert (told.taper_ends_on, told.changed.event_id) == (date(2026, 9, 1), tapered)

    stop = MedicationStopped(medication=begun, reason=MedicationStopReason.TAPER_COMPLETED)
    ended = history.add(stop, at=after(48))
    columns = row(MEDICATION, history)
    assert (columns["status"], columns["stopped_event_id"]) == (MedicationStatus.STOPPED, ended)
    assert (columns["drug"], columns["purpose"], columns["stop_reason"]) == (
        Drug.BUPRENORPHINE, MedicationPurpose.OPIOID_USE_DISORDER, MedicationStopReason.TAPER_COMPLETED,
    )  # fmt: skip
    assert history.refused(stop, after(49)) == {"medication_stopped_once"}
    change = row(MEDICATION_CHANGE, history)
    assert (change["event_id"], change["medication"], change["change"]) == (
        tapered, begun, MedicationChangeKind.TAPER_BEGUN,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ((MedicationChangeKind.DOSE_RAISED,), MedicationStatus.TAKEN),
        ((MedicationChangeKind.HELD,), MedicationStatus.HELD),
        ((MedicationChangeKind.HELD, MedicationChangeKind.RESUMED), MedicationStatus.TAKEN),
        ((MedicationChangeKind.TAPER_BEGUN, MedicationChangeKind.DOSE_LOWERED), MedicationStatus.TAPERED),
        ((MedicationChangeKind.TAPER_BEGUN, MedicationChangeKind.TAPER_PAUSED), MedicationStatus.TAKEN),
    ],
)
def test_r18_a_course_stands_as_its_last_change_leaves_it(
    history: History, changes: tuple[MedicationChangeKind, ...], status: MedicationStatus
) -> None:
    begun = history.add(started(), at=AT)
    for hours, change in enumerate(changes, start=1):
        history.add(changed(begun, change, taper_ends_on=date(2026, 9, 1)), at=after(hours))

    told = only(shown(history).medications)
    assert told.status is status
    assert (told.taper_ends_on is not None) is (status is MedicationStatus.TAPERED)


def test_r18_a_change_noted_after_the_end_leaves_the_course_ended(history: History) -> None:
    begun = history.add(started(), at=AT)
    history.add(MedicationStopped(medication=begun, reason=MedicationStopReason.NO_ACCESS), at=after(1))
    history.add(changed(begun, MedicationChangeKind.DOSE_RAISED, dose="24 mg"), at=after(2))

    told = only(shown(history).medications)
    assert (told.status, told.dose) == (MedicationStatus.STOPPED, "16 mg")
    assert len(shown(history).medication_changes) == 1


def test_r18_another_drug_is_named(history: History) -> None:
    other: Event = started(drug=Drug.OTHER)

    assert history.refused(other, AT) == {"medication_is_named"}
    assert not history.refused(started(drug=Drug.OTHER, name="Example"), AT)


# Toxicology


def result(substance: Analyte, result: Finding, **said: Any) -> ToxicologyResult:
    return ToxicologyResult(substance=substance, result=result, **said)


def test_r59_a_test_shows_each_substance_and_whether_it_was_observed(history: History) -> None:
    fentanyl = result(Analyte.FENTANYL, Finding.NEGATIVE, confirmed=True)
    buprenorphine = result(Analyte.BUPRENORPHINE, Finding.POSITIVE, expected=True)
    test = ToxicologyResulted(specimen=Specimen.ORAL_FLUID, observed=True, results=(fentanyl, buprenorphine))
    tested = history.add(test, at=AT)

    told = only(shown(history).toxicology)
    assert (told.event_id, told.observed, told.results) == (tested, True, (fentanyl, buprenorphine))
    rows = by_column(TOXICOLOGY, CARE_PLAN.rows(folded(CARE_PLAN, history)))
    assert [(each["number"], each["substance"], each["result"], each["observed"]) for each in rows] == [
        (1, Analyte.FENTANYL, Finding.NEGATIVE, True),
        (2, Analyte.BUPRENORPHINE, Finding.POSITIVE, True),
    ]
    assert (rows[0]["confirmed"], rows[1]["expected"], rows[1]["confirmed"]) == (True, True, None)


def test_r59_what_was_pending_is_completed_by_what_the_laboratory_says(history: History) -> None:
    pending, negative = (result(Analyte.FENTANYL, each) for each in (Finding.PENDING, Finding.NEGATIVE))
    cocaine = result(Analyte.COCAINE, Finding.NEGATIVE)
    tested = history.add(ToxicologyResulted(results=(pending, cocaine)), at=AT)
    came = history.add(ToxicologyResulted(results=(negative,), completes=tested), at=after(48))

    told = only(shown(history).toxicology)
    assert (told.event_id, told.results, told.completed.event_id) == (tested, (negative, cocaine), came)

    history.retract(tested)
    assert only(shown(history).toxicology).event_id == came, "it stands by itself"


def test_r59_a_second_result_for_a_substance_takes_the_first_one_nothing(history: History) -> None:
    screen = result(Analyte.OPIATES, Finding.POSITIVE)
    confirmation = result(Analyte.OPIATES, Finding.NEGATIVE, confirmed=True)
    tested = history.add(ToxicologyResulted(results=(screen,)), at=AT)
    history.add(ToxicologyResulted(results=(confirmation,), completes=tested), at=after(48))

    assert only(shown(history).toxicology).results == (screen, confirmation)
