"""Medications: drugs for substance use disorders, their forms, and how a course of one changes and ends."""

from domain.vocabulary.terms import Term, fhir, rx_norm


class Drug(Term):
    """What is taken: the drugs for opioid, alcohol and nicotine use disorders and withdrawal, by ingredient (R18).

    Their codes are those of the ingredient alone, of whichever salt or form.
    """

    BUPRENORPHINE = "buprenorphine", rx_norm("1819")
    BUPRENORPHINE_NALOXONE = "buprenorphine_naloxone"
    METHADONE = "methadone", rx_norm("6813")
    NALTREXONE = "naltrexone", rx_norm("7243")
    ACAMPROSATE = "acamprosate", rx_norm("82819")
    DISULFIRAM = "disulfiram"
    TOPIRAMATE = "topiramate", rx_norm("38404")
    GABAPENTIN = "gabapentin", rx_norm("25480")
    CLONIDINE = "clonidine", rx_norm("2599")
    LOFEXIDINE = "lofexidine"
    VARENICLINE = "varenicline"
    BUPROPION = "bupropion", rx_norm("42347")
    NICOTINE_REPLACEMENT = "nicotine_replacement"
    OTHER = "other"


class DrugForm(Term):
    """In what form it is taken."""

    TABLET = "tablet", fhir("v3-orderableDrugForm", "TAB")
    FILM = "film"
    LIQUID = "liquid"
    PATCH = "patch", fhir("v3-orderableDrugForm", "PATCH")
    EXTENDED_RELEASE_INJECTION = "extended_release_injection"
    IMPLANT = "implant"
    OTHER = "other"


class MedicationPurpose(Term):
    """What it is taken for."""

    OPIOID_USE_DISORDER = "opioid_use_disorder"
    ALCOHOL_USE_DISORDER = "alcohol_use_disorder"
    NICOTINE = "nicotine"
    WITHDRAWAL = "withdrawal"
    DEPRESSION = "depression"
    ANXIETY = "anxiety"
    SLEEP = "sleep"
    PAIN = "pain"
    OTHER = "other"


class MedicationChangeKind(Term):
    """What changed in a course of medication."""

    DOSE_RAISED = "dose_raised"
    DOSE_LOWERED = "dose_lowered"
    FORM_CHANGED = "form_changed"
    TAPER_BEGUN = "taper_begun"
    TAPER_PAUSED = "taper_paused"
    HELD = "held"
    RESUMED = "resumed"


class MedicationStatus(Term):
    """How a course of medication stands."""

    TAKEN = "taken"
    TAPERED = "tapered"
    HELD = "held"
    STOPPED = "stopped"


class MedicationStopReason(Term):
    """Why a course of medication ended."""

    TAPER_COMPLETED = "taper_completed"
    COURSE_COMPLETED = "course_completed"
    CLIENTS_CHOICE = "clients_choice"
    SIDE_EFFECTS = "side_effects"
    NO_EFFECT = "no_effect"
    NOT_SAFE = "not_safe"
    NO_ACCESS = "no_access"
    SWITCHED = "switched"
    LOST_CONTACT = "lost_contact"
    UNKNOWN = "unknown"
