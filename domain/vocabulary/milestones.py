"""Milestones beside counted days, and remission as clinicians record it."""

from domain.vocabulary.terms import Term


class LifeMilestone(Term):
    """What people reach in recovery beside days (R47)."""

    FIRST_SUPPORT_MEETING = "first_support_meeting"
    HOUSING_SECURED = "housing_secured"
    BACK_TO_WORK = "back_to_work"
    BACK_TO_SCHOOL = "back_to_school"
    FAMILY_REUNITED = "family_reunited"
    SMALL_STEP = "small_step"
    OWN = "own"


class RemissionState(Term):
    """Remission of a substance use disorder (DSM-5): no criterion but craving, for 3 months early, for 12 sustained."""

    EARLY = "early"
    SUSTAINED = "sustained"
    NOT_IN_REMISSION = "not_in_remission"


class DiagnosedSeverity(Term):
    """How severe a diagnosed disorder was (DSM-5: 2-3, 4-5, 6 and more criteria); without a diagnosis no remission."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
