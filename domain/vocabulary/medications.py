"""Medications: drugs for substance use disorders, their forms, and how a course of one changes and ends."""

from domain.vocabulary.terms import Term, fhir, rx_norm


class Drug(Term):
    """What is taken: the drugs for opioid, alcohol and nicotine use disorders and withdrawal, by ingredient (R18).

    Their codes are those of the ingredient alone, of whichever salt or form.
    """

    BUPRENORPHINE = "buprenorphine", "A partial opioid agonist, for opioid use disorder.", rx_norm("1819")
    BUPRENORPHINE_NALOXONE = "buprenorphine_naloxone", "Buprenorphine together with naloxone, for opioid use disorder."
    METHADONE = (
        "methadone",
        "A full opioid agonist, for opioid use disorder, dispensed by an opioid treatment program.",
        rx_norm("6813"),
    )
    NALTREXONE = "naltrexone", "An opioid antagonist, for opioid and alcohol use disorders.", rx_norm("7243")
    ACAMPROSATE = "acamprosate", "A drug that helps to keep from drinking, for alcohol use disorder.", rx_norm("82819")
    DISULFIRAM = "disulfiram", "A drug that makes drinking unpleasant, for alcohol use disorder."
    TOPIRAMATE = "topiramate", "An anticonvulsant, which is also used for alcohol use disorder.", rx_norm("38404")
    GABAPENTIN = (
        "gabapentin",
        "An anticonvulsant, which is also used for alcohol use disorder and withdrawal.",
        rx_norm("25480"),
    )
    CLONIDINE = (
        "clonidine",
        "A drug that eases signs of withdrawal from opioids, beside lowering blood pressure.",
        rx_norm("2599"),
    )
    LOFEXIDINE = "lofexidine", "A drug that eases signs of withdrawal from opioids."
    VARENICLINE = "varenicline", "A partial nicotinic agonist, for nicotine."
    BUPROPION = "bupropion", "An antidepressant, which is also used for nicotine.", rx_norm("42347")
    NICOTINE_REPLACEMENT = "nicotine_replacement", "Nicotine without smoke, such as patches, gum or lozenges."
    OTHER = "other", "Another drug."


class DrugForm(Term):
    """In what form it is taken."""

    TABLET = "tablet", "A tablet that is swallowed or melts under the tongue.", fhir("v3-orderableDrugForm", "TAB")
    FILM = "film", "A film that melts under the tongue or in the cheek."
    LIQUID = "liquid", "A liquid that is swallowed."
    PATCH = "patch", "A patch on the skin.", fhir("v3-orderableDrugForm", "PATCH")
    EXTENDED_RELEASE_INJECTION = "extended_release_injection", "An injection that works for weeks."
    IMPLANT = "implant", "An implant under the skin that works for months."
    OTHER = "other", "Another form."


class MedicationPurpose(Term):
    """What it is taken for."""

    OPIOID_USE_DISORDER = "opioid_use_disorder", "Care of an opioid use disorder."
    ALCOHOL_USE_DISORDER = "alcohol_use_disorder", "Care of an alcohol use disorder."
    NICOTINE = "nicotine", "Stopping or cutting down nicotine."
    WITHDRAWAL = "withdrawal", "Getting through withdrawal."
    DEPRESSION = "depression", "Care of a depression."
    ANXIETY = "anxiety", "Care of anxiety."
    SLEEP = "sleep", "Sleeping better."
    PAIN = "pain", "Care of pain."
    OTHER = "other", "Another purpose."


class MedicationChangeKind(Term):
    """What changed in a course of medication."""

    DOSE_RAISED = "dose_raised", "More is taken than before."
    DOSE_LOWERED = "dose_lowered", "Less is taken than before, and no taper is meant."
    FORM_CHANGED = "form_changed", "The same drug is taken in another form."
    TAPER_BEGUN = "taper_begun", "The dose is lowered step by step from now on, down to nothing."
    TAPER_PAUSED = "taper_paused", "The taper waits at the dose that it has come to."
    HELD = "held", "Nothing is taken for a while."
    RESUMED = "resumed", "It is taken again."


class MedicationStatus(Term):
    """How a course of medication stands."""

    TAKEN = "taken", "It is being taken."
    TAPERED = "tapered", "It is being lowered step by step, down to nothing."
    HELD = "held", "It is not taken for a while."
    STOPPED = "stopped", "It has ended."


class MedicationStopReason(Term):
    """Why a course of medication ended."""

    TAPER_COMPLETED = "taper_completed", "The taper came to its end."
    COURSE_COMPLETED = "course_completed", "It was planned for so long."
    CLIENTS_CHOICE = "clients_choice", "The client chose to stop."
    SIDE_EFFECTS = "side_effects", "Side effects were too hard to bear."
    NO_EFFECT = "no_effect", "It did not help."
    NOT_SAFE = "not_safe", "It was no longer safe for the client."
    NO_ACCESS = "no_access", "The client could not get it any more."
    SWITCHED = "switched", "Another drug is taken instead."
    LOST_CONTACT = "lost_contact", "Nobody could reach the client any more."
    UNKNOWN = "unknown", "Why is not known."
