"""The ASAM criteria: editions, what they rate, and levels of care. Codes, and what they are about in
words of our own; the wording of the ratings is copyrighted.

The book was not at hand. What stands here of the fourth edition agrees with public programs that were written after it
and after ASAM's free Level of Care Assessment Guide (4.1), three of them independent of each other: which subdimensions
are rated, by which symbols, that the symbols are no numbers, that dimension 6 is not rated, and the levels of care.
"""

from domain.vocabulary.terms import Term


class AsamEdition(Term):
    """Edition of the ASAM criteria by which somebody was assessed; what is rated, and how, differs."""

    THIRD = "3", "The third edition of the ASAM criteria, published in 2013."
    FOURTH = "4", "The fourth edition of the ASAM criteria, published in 2023."


class AsamSubdimension(Term):
    """What the fourth edition rates to find a level of care. The name begins with the dimension; dimension 6, the
    client's preferences and barriers, is not rated.

    What the edition asks beside these to plan treatment, such as sleep, cognition, trauma and culture, has no rating.
    """

    INTOXICATION = (
        "1_intoxication",
        "What acute effects of a substance there are now, and what they ask for (dimension 1).",
    )
    WITHDRAWAL = "1_withdrawal", "What risk of withdrawal there is, and what it asks for (dimension 1)."
    ADDICTION_MEDICATION_NEEDS = (
        "1_addiction_medication_needs",
        "What medication for a substance use disorder asks of the setting of care (dimension 1).",
    )
    PHYSICAL_HEALTH = (
        "2_physical_health",
        "What physical health asks of care, beside withdrawal and pregnancy (dimension 2).",
    )
    PREGNANCY = "2_pregnancy", "What a pregnancy, and care around it, asks for (dimension 2)."
    ACTIVE_PSYCHIATRIC_SYMPTOMS = (
        "3_active_psychiatric_symptoms",
        "Psychiatric symptoms that are present now (dimension 3).",
    )
    PERSISTENT_DISABILITY = (
        "3_persistent_disability",
        "Disability that lasts and goes with a mental or cognitive condition (dimension 3).",
    )
    RISKY_SUBSTANCE_USE = "4_risky_substance_use", "How likely use is that may do serious harm (dimension 4)."
    RISKY_BEHAVIORS = (
        "4_risky_behaviors",
        "How likely other behaviors are, around use, that may do serious harm (dimension 4).",
    )
    ABILITY_TO_FUNCTION = (
        "5_ability_to_function",
        "How well the client can look after daily life where they live (dimension 5).",
    )
    SAFETY = "5_safety", "How safe the client is where they live and among the people there (dimension 5)."
    SUPPORT = "5_support", "How much the client's surroundings support recovery (dimension 5)."

    @property
    def dimension(self) -> int:
        """The dimension that it is a part of, 1 to 5."""
        return int(self.value[0])


class LevelOfCare(Term):
    """Level of care by the ASAM criteria (fourth edition; R20).

    The third edition's 0.5 and 3.3 are no levels of the fourth. A recovery residence goes with a level; it is none.
    """

    LONG_TERM_REMISSION_MONITORING = (
        "1.0",
        "Outpatient check-ups for somebody in lasting remission, so that a return of symptoms is met early.",
    )
    OUTPATIENT_THERAPY = "1.5", "Outpatient counseling and therapy of a few hours a week."
    MEDICALLY_MANAGED_OUTPATIENT = (
        "1.7",
        "Outpatient care led by medical staff, such as care with medication for a use disorder.",
    )
    INTENSIVE_OUTPATIENT = "2.1", "Outpatient care of several sessions a week, for people who live at home."
    HIGH_INTENSITY_OUTPATIENT = "2.5", "Outpatient care on most days of the week, for many hours."
    MEDICALLY_MANAGED_INTENSIVE_OUTPATIENT = (
        "2.7",
        "Intensive outpatient care with daily medical management, such as of withdrawal.",
    )
    LOW_INTENSITY_RESIDENTIAL = "3.1", "A residence with clinical services of low intensity."
    HIGH_INTENSITY_RESIDENTIAL = "3.5", "A residence with clinical services of high intensity, around the clock."
    MEDICALLY_MANAGED_RESIDENTIAL = "3.7", "A residence with medical management around the clock."
    MEDICALLY_MANAGED_INPATIENT = "4", "A hospital, with physicians and nurses around the clock."


class LevelChangeReason(Term):
    """Why the level of care changed (R20)."""

    FIRST_PLACEMENT = "first_placement", "The level on which the client's care begins."
    NEEDS_MORE = "needs_more", "The client needs more care than the level before gave."
    NEEDS_LESS = "needs_less", "The client needs less care than the level before gave."
    CLIENT_PREFERENCE = "client_preference", "The client chose this level."
    COVERAGE = "coverage", "Payment or authorization for the level before ended or was refused."
    NOT_AVAILABLE = "not_available", "The level that fits best cannot be had, and this one stands in for it."
    OTHER = "other", "Another reason."
