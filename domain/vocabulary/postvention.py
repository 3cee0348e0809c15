"""How a plan is to change after a crisis was reviewed."""

from domain.vocabulary.terms import Term, fhir_status


class AdjustmentKind(Term):
    """How a plan is to change after a crisis was reviewed (R45)."""

    TIGHTER_EARLY_WARNING = "tighter_early_warning", "Attention is asked for sooner, or at lower numbers."
    TOUCHPOINTS_BEFORE_TRIGGERS = "touchpoints_before_triggers", "Somebody is in touch before moments that may be hard."
    MORE_SESSIONS_FOR_A_WHILE = "more_sessions_for_a_while", "There are more sessions for a while."
    ADDRESS_TRAUMA = "address_trauma", "Care turns to trauma."
    ADDRESS_MONEY = "address_money", "Care turns to money."
    ADDRESS_RELATIONSHIPS = "address_relationships", "Care turns to relationships."
    ADDRESS_PAIN = "address_pain", "Care turns to pain."
    MEDICATION_REVIEW = "medication_review", "Somebody who prescribes looks at the medication."
    OTHER = "other", "Something else."


class Settlement(Term):
    """How an adjustment that a review asked for was settled (R45; FHIR Task.status completed and cancelled)."""

    CARRIED_OUT = "carried_out", "It was done.", fhir_status("task-status", "completed")
    DROPPED = "dropped", "It is not done, for a reason that is given.", fhir_status("task-status", "cancelled")
