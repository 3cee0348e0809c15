"""The shared plan: its strands of care, how often people meet, how it goes, and what may come up ahead."""

from typing import Final

from domain.vocabulary.terms import Code, Term

_UCUM: Final = "http://unitsofmeasure.org"
"""The system of units of FHIR's Timing.repeat.periodUnit."""


class CareStrand(Term):
    """The strands of care that a plan braids together (R13)."""

    COUNSELING = "counseling", "Sessions with a counselor."
    PEER_SUPPORT = "peer_support", "Support by a peer."
    CASE_MANAGEMENT = "case_management", "Help with practical needs."
    MEDICATION = "medication", "Medication for a use disorder, or beside it."
    FAMILY = "family", "Work with the family."
    HARM_REDUCTION = "harm_reduction", "What is done so that use does less harm."


class InterventionStopReason(Term):
    """Why an intervention ended before its time (R13; FHIR CarePlan.activity.statusReason)."""

    COMPLETED = "completed", "It was done as planned."
    REPLACED = "replaced", "Something else is done instead."
    DID_NOT_HELP = "did_not_help", "It did not help."
    CLIENT_DECLINED = "client_declined", "The client does not want it."
    NOT_AVAILABLE = "not_available", "It cannot be had any more."
    OTHER = "other", "Another reason."


class Progress(Term):
    """How things go, looked at together (R10)."""

    BETTER = "better", "Better than before."
    STEADY = "steady", "As before."
    MIXED = "mixed", "Better in some ways, and harder in others."
    HARDER = "harder", "Harder than before."


class ReviewConclusion(Term):
    """What a progress review concluded about the plan (R10)."""

    PLAN_STAYS = "plan_stays", "The plan stays as it is."
    PLAN_CHANGES = "plan_changes", "The plan changes."
    MORE_CARE = "more_care", "The client needs more care."
    LESS_CARE = "less_care", "The client needs less care."
    READY_TO_LEAVE = "ready_to_leave", "The client is ready to leave this care."


class CadenceKind(Term):
    """What is to happen again and again (R14)."""

    SESSION = "session", "A session of the client's own."
    GROUP = "group", "A session in a group."
    FAMILY_SESSION = "family_session", "A session with the family."
    CHECK_IN = "check_in", "A check-in."
    PEER_TOUCHPOINT = "peer_touchpoint", "A contact with a peer."
    MEDICATION_VISIT = "medication_visit", "A visit about medication."
    SUPPORT_MEETING = "support_meeting", "A support meeting."


class Period(Term):
    """How long a time it is in which something happens so and so often (R14; FHIR Timing.repeat.periodUnit)."""

    DAY = "day", "A day.", Code(_UCUM, "d")
    WEEK = "week", "A week.", Code(_UCUM, "wk")
    MONTH = "month", "A month.", Code(_UCUM, "mo")


class Environment(Term):
    """Where a relapse-prevention plan is to hold (R15)."""

    HOME = "home", "Where the client lives."
    NEW_HOME = "new_home", "A place to which the client moves."
    SOBER_LIVING = "sober_living", "A house whose residents live without substances."
    SHELTER = "shelter", "A shelter."
    WORK = "work", "At work."
    SCHOOL = "school", "At school or in training."
    AFTER_INPATIENT = "after_inpatient", "After an inpatient stay."
    TRAVEL = "travel", "On a journey."
    OTHER = "other", "Somewhere else."


class DayAhead(Term):
    """A day that can be seen coming, and may bring cravings or distress (R26)."""

    ANNIVERSARY = "anniversary", "The anniversary of something, such as a loss."
    BIRTHDAY = "birthday", "A birthday."
    HOLIDAY = "holiday", "A holiday."
    COURT_DATE = "court_date", "A date at a court."
    CUSTODY_HEARING = "custody_hearing", "A hearing about custody of a child."
    FAMILY_EVENT = "family_event", "A wedding, a funeral or another event of the family."
    MEDICAL_PROCEDURE = "medical_procedure", "A medical procedure, which may bring pain or pain medication."
    MOVE = "move", "A move to another home."
    PAYDAY = "payday", "A day on which money comes in."
    WORK_EVENT = "work_event", "An event at work."
    OTHER = "other", "Another day."


class DayPassed(Term):
    """How a day that was seen coming went (R26)."""

    WENT_WELL = "went_well", "It went well."
    CLOSE_CALL = "close_call", "The client came close to use, and did not use."
    LAPSE = "lapse", "The client returned to use."
    CRISIS = "crisis", "There was a crisis."
    DID_NOT_COME = "did_not_come", "What was expected did not happen."
