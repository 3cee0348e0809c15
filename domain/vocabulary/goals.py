"""Goals: what they are about, and how they end."""

from domain.vocabulary.terms import Term, fhir


class GoalCategory(Term):
    """Short-term stabilization apart from longer-term aims (R12; FHIR Goal.category)."""

    SLEEP = "sleep"
    NUTRITION = "nutrition", fhir("goal-category", "dietary")
    WITHDRAWAL_CARE = "withdrawal_care"
    CRAVINGS = "cravings"
    RELAPSE_PREVENTION = "relapse_prevention"
    RELATIONSHIPS = "relationships"
    EMPLOYMENT = "employment"
    HOUSING = "housing", fhir("goal-category", "housing")
    HEALTH = "health"
    PAIN = "pain"
    OTHER = "other"


STABILIZATION = frozenset({GoalCategory.SLEEP, GoalCategory.NUTRITION, GoalCategory.WITHDRAWAL_CARE})
"""Goal categories of short-term stabilization; all others are longer-term aims (R12)."""


class GoalOutcome(Term):
    """How a goal ended (FHIR Goal.achievementStatus, reduced)."""

    ACHIEVED = "achieved", fhir("goal-achievement", "achieved")
    PARTLY_ACHIEVED = "partly_achieved"
    NOT_ACHIEVED = "not_achieved", fhir("goal-achievement", "not-achieved")
    NO_LONGER_WANTED = "no_longer_wanted"
