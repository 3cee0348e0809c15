"""Crises: what kind, what was done, how they pass, and tiers of risk."""

from domain.vocabulary.terms import Term


class CrisisKind(Term):
    """What a crisis can look like (R36)."""

    ACUTE_WITHDRAWAL = "acute_withdrawal"
    PANIC = "panic"
    SUICIDAL_THOUGHTS = "suicidal_thoughts"
    SUDDEN_LOSS = "sudden_loss"
    RETURN_TO_USE = "return_to_use"
    OVERDOSE_DANGER = "overdose_danger"
    LOSS_OF_HOUSING = "loss_of_housing"
    CRAVINGS = "cravings"
    PSYCHOSIS = "psychosis"
    VIOLENCE = "violence"
    OTHER = "other"


class CrisisAction(Term):
    """What was done in a crisis (R38).

    `naloxone_given` is a dose that was given then; a kit to take home is harm_reduction_provided.
    """

    REDUCED_STIMULI = "reduced_stimuli"
    VALIDATED = "validated"
    DE_ESCALATED = "de_escalated"
    GROUNDED = "grounded"
    BREATHING = "breathing"
    URGE_SURFING = "urge_surfing"
    MEDICATION = "medication"
    LETHAL_MEANS_SAFETY = "lethal_means_safety"
    CALLED_988 = "called_988"
    MOBILE_CRISIS = "mobile_crisis"
    EMERGENCY_SERVICES = "emergency_services"
    URGENT_PSYCHIATRY = "urgent_psychiatry"
    NALOXONE_GIVEN = "naloxone_given"
    SUPPORTIVE_LISTENING = "supportive_listening"


class CrisisOutcome(Term):
    """How a crisis passed (R42)."""

    AVOIDED_LAPSE = "avoided_lapse"
    STABILIZED = "stabilized"
    LAPSE = "lapse"
    HOSPITALIZED = "hospitalized"
    ENTERED_CARE = "entered_care"
    LOST_CONTACT = "lost_contact"


class RiskTier(Term):
    """Tier of risk; `unknown` means that it was not asked or not answered, never that there is none."""

    UNKNOWN = "unknown"
    NONE_FOUND = "none_found"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
