"""Goals: what they are about, and how they end."""

from domain.vocabulary.terms import Term, fhir


class GoalCategory(Term):
    """Short-term stabilization apart from longer-term aims (R12; FHIR Goal.category)."""

    SLEEP = "sleep", "Sleeping enough, and at the right times."
    NUTRITION = "nutrition", "Eating enough, and regularly.", fhir("goal-category", "dietary")
    WITHDRAWAL_CARE = "withdrawal_care", "Getting through withdrawal safely."
    CRAVINGS = "cravings", "Having fewer cravings, or living with them."
    RELAPSE_PREVENTION = "relapse_prevention", "Knowing triggers, and being ready for them."
    RELATIONSHIPS = "relationships", "Relations with family, a partner or friends."
    EMPLOYMENT = "employment", "Work, or the way to it."
    HOUSING = "housing", "A safe and stable place to live.", fhir("goal-category", "housing")
    HEALTH = "health", "Physical or mental health otherwise."
    PAIN = "pain", "Living with pain."
    OTHER = "other", "Another aim."


STABILIZATION = frozenset({GoalCategory.SLEEP, GoalCategory.NUTRITION, GoalCategory.WITHDRAWAL_CARE})
"""Goal categories of short-term stabilization; all others are longer-term aims (R12)."""


class GoalOutcome(Term):
    """How a goal ended (FHIR Goal.achievementStatus, reduced)."""

    ACHIEVED = "achieved", "The client reached it.", fhir("goal-achievement", "achieved")
    PARTLY_ACHIEVED = "partly_achieved", "The client reached a part of it."
    NOT_ACHIEVED = "not_achieved", "The client did not reach it.", fhir("goal-achievement", "not-achieved")
    NO_LONGER_WANTED = "no_longer_wanted", "The client no longer wants it."
