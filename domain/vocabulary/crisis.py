"""Crises: what kind, what was done, how they pass, and tiers of risk."""

from domain.vocabulary.terms import Term


class CrisisKind(Term):
    """What a crisis can look like (R36)."""

    ACUTE_WITHDRAWAL = "acute_withdrawal", "Withdrawal that is hard to bear or may be dangerous."
    PANIC = "panic", "Sudden, intense fear with signs in the body."
    SUICIDAL_THOUGHTS = "suicidal_thoughts", "Thoughts of dying by suicide."
    SUDDEN_LOSS = "sudden_loss", "A death, a separation or another loss that came suddenly."
    RETURN_TO_USE = "return_to_use", "The client returned to use, or is about to."
    OVERDOSE_DANGER = "overdose_danger", "There is a danger of overdose now."
    LOSS_OF_HOUSING = "loss_of_housing", "The client has lost their place to live, or is about to."
    CRAVINGS = "cravings", "Cravings that the client can hardly withstand."
    PSYCHOSIS = "psychosis", "Voices, beliefs or confusion that take the client out of touch with what is around them."
    VIOLENCE = "violence", "Violence that the client meets, fears or threatens."
    OTHER = "other", "Another kind of crisis."


class CrisisAction(Term):
    """What was done in a crisis (R38).

    `naloxone_given` is a dose that was given then; a kit to take home is harm_reduction_provided.
    """

    REDUCED_STIMULI = "reduced_stimuli", "Noise, light and people around the client were reduced."
    VALIDATED = "validated", "The client was told that what they feel makes sense."
    DE_ESCALATED = "de_escalated", "Tension was brought down by calm words and distance."
    GROUNDED = "grounded", "The client was helped back to the here and now by the senses."
    BREATHING = "breathing", "Slow breathing was done together."
    URGE_SURFING = "urge_surfing", "An urge was watched together until it passed."
    MEDICATION = "medication", "Medication was given or taken as planned."
    LETHAL_MEANS_SAFETY = "lethal_means_safety", "Means by which the client might die were put out of reach."
    CALLED_988 = "called_988", "The 988 Suicide and Crisis Lifeline was called."
    MOBILE_CRISIS = "mobile_crisis", "A mobile crisis team was called."
    EMERGENCY_SERVICES = "emergency_services", "Emergency services were called."
    URGENT_PSYCHIATRY = "urgent_psychiatry", "An urgent psychiatric evaluation was arranged."
    NALOXONE_GIVEN = "naloxone_given", "Naloxone was given for an overdose."
    SUPPORTIVE_LISTENING = "supportive_listening", "Somebody listened and stayed with the client."


class CrisisOutcome(Term):
    """How a crisis passed (R42)."""

    AVOIDED_LAPSE = "avoided_lapse", "The crisis passed without a return to use."
    STABILIZED = "stabilized", "The client is safe and calmer, and stays where they are."
    LAPSE = "lapse", "The client returned to use."
    HOSPITALIZED = "hospitalized", "The client was admitted to a hospital."
    ENTERED_CARE = "entered_care", "The client came into care by it, or into more of it."
    LOST_CONTACT = "lost_contact", "Nobody can reach the client any more."


class RiskTier(Term):
    """Tier of risk; `unknown` means that it was not asked or not answered, never that there is none."""

    UNKNOWN = "unknown", "It was not asked, or not answered."
    NONE_FOUND = "none_found", "It was asked, and no risk was found."
    LOW = "low", "Low by the instrument or the judgment of whoever asked."
    MODERATE = "moderate", "Moderate by the instrument or the judgment of whoever asked."
    HIGH = "high", "High by the instrument or the judgment of whoever asked: care that cannot wait."
