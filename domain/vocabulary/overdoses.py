"""Overdoses: who gave naloxone, how they ended, and what makes one a danger."""

from domain.vocabulary.terms import Term


class OverdoseIntent(Term):
    """Whether an overdose was meant."""

    UNINTENTIONAL = "unintentional", "It was not meant."
    INTENTIONAL = "intentional", "It was meant."
    UNKNOWN = "unknown", "It is not known whether it was meant."


class OverdoseOutcome(Term):
    """How an overdose ended (R60)."""

    RECOVERED_AT_THE_SCENE = (
        "recovered_at_the_scene",
        "The person came round where it happened, and went nowhere else for it.",
    )
    EMERGENCY_DEPARTMENT = "emergency_department", "The person was taken to an emergency department."
    HOSPITALIZED = "hospitalized", "The person was admitted to a hospital."
    DIED = "died", "The person died."
    UNKNOWN = "unknown", "How it ended is not known."


class Responder(Term):
    """Who gave naloxone in an overdose (R60)."""

    FAMILY = "family", "Somebody of the family."
    FRIEND = "friend", "A friend."
    BYSTANDER = "bystander", "Somebody who happened to be there."
    TEAM = "team", "Somebody of the client's team."
    EMERGENCY_SERVICES = "emergency_services", "An ambulance or the fire service."
    POLICE = "police", "The police."
    HOSPITAL = "hospital", "Staff of a hospital."
    UNKNOWN = "unknown", "Who it was is not known."


class DangerReason(Term):
    """By what there is danger of overdose (R32): an assessment, or what is known without one."""

    ASSESSED = "assessed", "Somebody assessed that there is danger."
    OVERDOSE = "overdose", "There was an overdose."
    KIND_OF_CRISIS = (
        "kind_of_crisis",
        "A crisis was of a kind that brings the danger with it, and nobody assessed that there is none.",
    )
    OPIOIDS = "opioids", "The client returned to the use of opioids."
    LOST_TOLERANCE = "lost_tolerance", "After a time without opioids the client bears less of them than before."
    MEDICATION_STOPPED = "medication_stopped", "Medication for opioid use disorder was stopped."
