"""The shared plan: its strands of care, how often people meet, how it goes, and what may come up ahead."""

from typing import Final

from domain.vocabulary.terms import Code, Term

_UCUM: Final = "http://unitsofmeasure.org"
"""The system of units of FHIR's Timing.repeat.periodUnit."""


class CareStrand(Term):
    """The strands of care that a plan braids together (R13)."""

    COUNSELING = "counseling"
    PEER_SUPPORT = "peer_support"
    CASE_MANAGEMENT = "case_management"
    MEDICATION = "medication"
    FAMILY = "family"
    HARM_REDUCTION = "harm_reduction"


class InterventionStopReason(Term):
    """Why an intervention ended before its time (R13; FHIR CarePlan.activity.statusReason)."""

    COMPLETED = "completed"
    REPLACED = "replaced"
    DID_NOT_HELP = "did_not_help"
    CLIENT_DECLINED = "client_declined"
    NOT_AVAILABLE = "not_available"
    OTHER = "other"


class Progress(Term):
    """How things go, looked at together (R10)."""

    BETTER = "better"
    STEADY = "steady"
    MIXED = "mixed"
    HARDER = "harder"


class ReviewConclusion(Term):
    """What a progress review concluded about the plan (R10)."""

    PLAN_STAYS = "plan_stays"
    PLAN_CHANGES = "plan_changes"
    MORE_CARE = "more_care"
    LESS_CARE = "less_care"
    READY_TO_LEAVE = "ready_to_leave"


class CadenceKind(Term):
    """What is to happen again and again (R14)."""

    SESSION = "session"
    GROUP = "group"
    FAMILY_SESSION = "family_session"
    CHECK_IN = "check_in"
    PEER_TOUCHPOINT = "peer_touchpoint"
    MEDICATION_VISIT = "medication_visit"
    SUPPORT_MEETING = "support_meeting"


class Period(Term):
    """How long a time it is in which something happens so and so often (R14; FHIR Timing.repeat.periodUnit)."""

    DAY = "day", Code(_UCUM, "d")
    WEEK = "week", Code(_UCUM, "wk")
    MONTH = "month", Code(_UCUM, "mo")


class Environment(Term):
    """Where a relapse-prevention plan is to hold (R15)."""

    HOME = "home"
    NEW_HOME = "new_home"
    SOBER_LIVING = "sober_living"
    SHELTER = "shelter"
    WORK = "work"
    SCHOOL = "school"
    AFTER_INPATIENT = "after_inpatient"
    TRAVEL = "travel"
    OTHER = "other"


class DayAhead(Term):
    """A day that can be seen coming, and may bring cravings or distress (R26)."""

    ANNIVERSARY = "anniversary"
    BIRTHDAY = "birthday"
    HOLIDAY = "holiday"
    COURT_DATE = "court_date"
    CUSTODY_HEARING = "custody_hearing"
    FAMILY_EVENT = "family_event"
    MEDICAL_PROCEDURE = "medical_procedure"
    MOVE = "move"
    PAYDAY = "payday"
    WORK_EVENT = "work_event"
    OTHER = "other"


class DayPassed(Term):
    """How a day that was seen coming went (R26)."""

    WENT_WELL = "went_well"
    CLOSE_CALL = "close_call"
    LAPSE = "lapse"
    CRISIS = "crisis"
    DID_NOT_COME = "did_not_come"
