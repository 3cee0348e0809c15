"""Milestones beside counted days, and remission as clinicians record it."""

from domain.vocabulary.terms import Term


class LifeMilestone(Term):
    """What people reach in recovery beside days (R47)."""

    FIRST_SUPPORT_MEETING = "first_support_meeting", "The client went to a support meeting for the first time."
    HOUSING_SECURED = "housing_secured", "The client has a place to live."
    BACK_TO_WORK = "back_to_work", "The client works, or works again."
    BACK_TO_SCHOOL = "back_to_school", "The client learns, or learns again, at a school or in training."
    FAMILY_REUNITED = "family_reunited", "The client is together with their family again."
    SMALL_STEP = "small_step", "A small step that the client had set themselves was done."
    OWN = "own", "Something that the client calls a milestone."


class RemissionState(Term):
    """Remission of a substance use disorder (DSM-5): no criterion but craving, for 3 months early, for 12 sustained."""

    EARLY = "early", "For at least 3 months, and less than 12, no criterion was met but craving."
    SUSTAINED = "sustained", "For 12 months or longer no criterion was met but craving."
    NOT_IN_REMISSION = "not_in_remission", "Criteria other than craving are met, or were within 3 months."


class DiagnosedSeverity(Term):
    """How severe a diagnosed disorder was (DSM-5: 2-3, 4-5, 6 and more criteria); without a diagnosis no remission."""

    MILD = "mild", "Two or three criteria were met."
    MODERATE = "moderate", "Four or five criteria were met."
    SEVERE = "severe", "Six or more criteria were met."
