"""How a plan is to change after a crisis was reviewed."""

from domain.vocabulary.terms import Term, fhir_status


class AdjustmentKind(Term):
    """How a plan is to change after a crisis was reviewed (R45)."""

    TIGHTER_EARLY_WARNING = "tighter_early_warning"
    TOUCHPOINTS_BEFORE_TRIGGERS = "touchpoints_before_triggers"
    MORE_SESSIONS_FOR_A_WHILE = "more_sessions_for_a_while"
    ADDRESS_TRAUMA = "address_trauma"
    ADDRESS_MONEY = "address_money"
    ADDRESS_RELATIONSHIPS = "address_relationships"
    ADDRESS_PAIN = "address_pain"
    MEDICATION_REVIEW = "medication_review"
    OTHER = "other"


class Settlement(Term):
    """How an adjustment that a review asked for was settled (R45; FHIR Task.status completed and cancelled)."""

    CARRIED_OUT = "carried_out", fhir_status("task-status", "completed")
    DROPPED = "dropped", fhir_status("task-status", "cancelled")
