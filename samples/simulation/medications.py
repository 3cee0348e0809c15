"""Medications: offered where opioids or alcohol are used, changed now and then, stopped by many within the year."""

from domain.events.medications import MedicationChanged, MedicationStarted, MedicationStopped
from domain.vocabulary.medications import Drug, DrugForm, MedicationChangeKind, MedicationPurpose, MedicationStopReason
from domain.vocabulary.people import Role
from domain.vocabulary.substances import OPIOIDS, Substance
from samples.simulation import care_words, words
from samples.simulation.chance import terms
from samples.simulation.circle import assign
from samples.simulation.entry_writer import Written
from samples.simulation.simulated_client import SimulatedClient

_FOR_OPIOIDS = 0.55
"""Our choice: a clinic with a prescriber of its own gives medication to more than half of those whom it may help."""

_FOR_ALCOHOL = 0.15
"""Our choice: far fewer than of those with an opioid use disorder."""

_HALF_STAY_DAYS = 180
"""After so many days half of them still take it. Our choice."""

_OPIOID_DRUGS: tuple[tuple[Drug, DrugForm, str], ...] = (
    *((Drug.BUPRENORPHINE_NALOXONE, DrugForm.FILM, "8 mg once a day"),) * 5,
    *((Drug.METHADONE, DrugForm.LIQUID, "60 mg once a day"),) * 3,
    (Drug.BUPRENORPHINE, DrugForm.EXTENDED_RELEASE_INJECTION, "300 mg once a month"),
    (Drug.NALTREXONE, DrugForm.EXTENDED_RELEASE_INJECTION, "380 mg every four weeks"),
)
_ALCOHOL_DRUGS: tuple[tuple[Drug, DrugForm, str], ...] = (
    *((Drug.NALTREXONE, DrugForm.TABLET, "50 mg once a day"),) * 4,
    *((Drug.ACAMPROSATE, DrugForm.TABLET, "666 mg three times a day"),) * 2,
    (Drug.DISULFIRAM, DrugForm.TABLET, "250 mg once a day"),
)
_CHANGES = (
    *(MedicationChangeKind.DOSE_RAISED,) * 4,
    *(MedicationChangeKind.DOSE_LOWERED,) * 2,
    *(MedicationChangeKind.TAPER_BEGUN, MedicationChangeKind.FORM_CHANGED, MedicationChangeKind.HELD),
)


def offer_medication(story: SimulatedClient) -> None:
    """In the first days of care, by what is used."""
    chance = story.chance
    if OPIOIDS.intersection(story.substances):
        offered, purpose, drugs = _FOR_OPIOIDS, MedicationPurpose.OPIOID_USE_DISORDER, _OPIOID_DRUGS
    elif Substance.ALCOHOL in story.substances:
        offered, purpose, drugs = _FOR_ALCOHOL, MedicationPurpose.ALCOHOL_USE_DISORDER, _ALCOHOL_DRUGS
    else:
        return
    if chance.happens(offered):
        story.later(chance.whole(1, 10), lambda story: _start(story, purpose, chance.one(drugs)))


def _start(story: SimulatedClient, purpose: MedicationPurpose, drug: tuple[Drug, DrugForm, str]) -> None:
    chance = story.chance
    hour = story.working_hour()
    assign(story, Role.PRESCRIBER, story.team.prescriber, hour)
    event = MedicationStarted(drug=drug[0], form=drug[1], dose=drug[2], purpose=purpose)
    medication = story.write(event, hour, story.team.prescriber)
    stops_on = story.day + 4 + int(chance.skewed(_HALF_STAY_DAYS, 0.9))
    story.later(chance.whole(7, 30), lambda story: _change(story, medication, stops_on))
    story.later(stops_on - story.day, lambda story: _stop(story, medication))


def _change(story: SimulatedClient, medication: Written, stops_on: int) -> None:
    if story.day >= stops_on:
        return
    chance = story.chance
    change = chance.one(_CHANGES)
    tapers = change is MedicationChangeKind.TAPER_BEGUN
    event = MedicationChanged(
        medication=medication.id,
        change=change,
        taper_ends_on=story.days.date(story.day + 60) if tapers else None,
        reason=words.say(chance, care_words.MEDICATION),
    )
    story.write(event, story.working_hour(), story.team.prescriber, medication)
    story.later(chance.whole(30, 90), lambda story: _change(story, medication, stops_on))


def _stop(story: SimulatedClient, medication: Written) -> None:
    event = MedicationStopped(medication=medication.id, reason=story.chance.one(terms(MedicationStopReason)))
    story.write(event, story.working_hour(), story.team.prescriber, medication)
