"""What may be seen early, before it becomes a crisis."""

from domain.vocabulary.terms import Term


class SignalRule(Term):
    """Why attention is asked for (R49; FHIR Flag.code). The numbers are the policy's."""

    HIGH_CRAVING = "high_craving", "A craving was told that is at or above the policy's number."
    RISING_CRAVING = "rising_craving", "Cravings rose from one check-in to the next, as the policy says."
    LOW_MOOD = "low_mood", "A mood was told that is at or below the policy's number."
    MISSED_CHECK_INS = "missed_check_ins", "Daily check-ins that were agreed did not come, several days in a row."
    MISSED_SESSIONS = "missed_sessions", "Sessions were missed one after the other."
    TRIGGER_AHEAD = "trigger_ahead", "A day that may bring cravings or distress is near."
    LADDER_STEP_NEAR = "ladder_step_near", "A step of counted days in recovery is near, which some find hard."
    C_SSRS_RISK = "c_ssrs_risk", "A C-SSRS found a risk of suicide."
    PHQ_9_ITEM_9 = (
        "phq_9_item_9",
        "The PHQ-9's question about thoughts of death or self-harm was answered with more than not at all.",
    )
    PHQ_9_TOTAL = "phq_9_total", "The sum of the PHQ-9 is at or above the policy's number."
    GAD_7_TOTAL = "gad_7_total", "The sum of the GAD-7 is at or above the policy's number."
    BAM_USE = "bam_use", "The BAM's sum for use asks for attention."
    BAM_RISK = "bam_risk", "The BAM's sum for risks asks for attention."
    BAM_PROTECTIVE = "bam_protective", "The BAM's sum for what protects recovery asks for attention."
