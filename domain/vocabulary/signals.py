"""What may be seen early, before it becomes a crisis."""

from domain.vocabulary.terms import Term


class SignalRule(Term):
    """Why attention is asked for (R49; FHIR Flag.code). The numbers are the policy's."""

    HIGH_CRAVING = "high_craving"
    RISING_CRAVING = "rising_craving"
    LOW_MOOD = "low_mood"
    MISSED_CHECK_INS = "missed_check_ins"
    MISSED_SESSIONS = "missed_sessions"
    TRIGGER_AHEAD = "trigger_ahead"
    LADDER_STEP_NEAR = "ladder_step_near"
    C_SSRS_RISK = "c_ssrs_risk"
    PHQ_9_ITEM_9 = "phq_9_item_9"
    PHQ_9_TOTAL = "phq_9_total"
    GAD_7_TOTAL = "gad_7_total"
    BAM_USE = "bam_use"
    BAM_RISK = "bam_risk"
    BAM_PROTECTIVE = "bam_protective"
