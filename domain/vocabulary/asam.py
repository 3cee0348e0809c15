"""The ASAM criteria: editions, what they rate, and levels of care. Codes only; the wording of the ratings is
copyrighted.

The book was not at hand. What stands here of the fourth edition agrees with public programs that were written after it
and after ASAM's free Level of Care Assessment Guide (4.1), three of them independent of each other: which subdimensions
are rated, by which symbols, that the symbols are no numbers, that dimension 6 is not rated, and the levels of care.
"""

from domain.vocabulary.terms import Term


class AsamEdition(Term):
    """Edition of the ASAM criteria by which somebody was assessed; what is rated, and how, differs."""

    THIRD = "3"
    FOURTH = "4"


class AsamSubdimension(Term):
    """What the fourth edition rates to find a level of care. The name begins with the dimension; dimension 6, the
    client's preferences and barriers, is not rated.

    What the edition asks beside these to plan treatment, such as sleep, cognition, trauma and culture, has no rating.
    """

    INTOXICATION = "1_intoxication"
    WITHDRAWAL = "1_withdrawal"
    ADDICTION_MEDICATION_NEEDS = "1_addiction_medication_needs"
    PHYSICAL_HEALTH = "2_physical_health"
    PREGNANCY = "2_pregnancy"
    ACTIVE_PSYCHIATRIC_SYMPTOMS = "3_active_psychiatric_symptoms"
    PERSISTENT_DISABILITY = "3_persistent_disability"
    RISKY_SUBSTANCE_USE = "4_risky_substance_use"
    RISKY_BEHAVIORS = "4_risky_behaviors"
    ABILITY_TO_FUNCTION = "5_ability_to_function"
    SAFETY = "5_safety"
    SUPPORT = "5_support"

    @property
    def dimension(self) -> int:
        """The dimension that it is a part of, 1 to 5."""
        return int(self.value[0])


class LevelOfCare(Term):
    """Level of care by the ASAM criteria (fourth edition; R20).

    The third edition's 0.5 and 3.3 are no levels of the fourth. A recovery residence goes with a level; it is none.
    """

    LONG_TERM_REMISSION_MONITORING = "1.0"
    OUTPATIENT_THERAPY = "1.5"
    MEDICALLY_MANAGED_OUTPATIENT = "1.7"
    INTENSIVE_OUTPATIENT = "2.1"
    HIGH_INTENSITY_OUTPATIENT = "2.5"
    MEDICALLY_MANAGED_INTENSIVE_OUTPATIENT = "2.7"
    LOW_INTENSITY_RESIDENTIAL = "3.1"
    HIGH_INTENSITY_RESIDENTIAL = "3.5"
    MEDICALLY_MANAGED_RESIDENTIAL = "3.7"
    MEDICALLY_MANAGED_INPATIENT = "4"


class LevelChangeReason(Term):
    """Why the level of care changed (R20)."""

    FIRST_PLACEMENT = "first_placement"
    NEEDS_MORE = "needs_more"
    NEEDS_LESS = "needs_less"
    CLIENT_PREFERENCE = "client_preference"
    COVERAGE = "coverage"
    NOT_AVAILABLE = "not_available"
    OTHER = "other"
