"""Overdoses: who gave naloxone, how they ended, and what makes one a danger."""

from domain.vocabulary.terms import Term


class OverdoseIntent(Term):
    """Whether an overdose was meant."""

    UNINTENTIONAL = "unintentional"
    INTENTIONAL = "intentional"
    UNKNOWN = "unknown"


class OverdoseOutcome(Term):
    """How an overdose ended (R60)."""

    RECOVERED_AT_THE_SCENE = "recovered_at_the_scene"
    EMERGENCY_DEPARTMENT = "emergency_department"
    HOSPITALIZED = "hospitalized"
    DIED = "died"
    UNKNOWN = "unknown"


class Responder(Term):
    """Who gave naloxone in an overdose (R60)."""

    FAMILY = "family"
    FRIEND = "friend"
    BYSTANDER = "bystander"
    TEAM = "team"
    EMERGENCY_SERVICES = "emergency_services"
    POLICE = "police"
    HOSPITAL = "hospital"
    UNKNOWN = "unknown"


class DangerReason(Term):
    """By what there is danger of overdose (R32): an assessment, or what is known without one."""

    ASSESSED = "assessed"
    OVERDOSE = "overdose"
    KIND_OF_CRISIS = "kind_of_crisis"
    OPIOIDS = "opioids"
    LOST_TOLERANCE = "lost_tolerance"
    MEDICATION_STOPPED = "medication_stopped"
