"""Screening: instruments, what they measure, and the bands that are published for their scores."""

from domain.vocabulary.terms import Term, loinc


class Instrument(Term):
    """An instrument of screening (R04, R05, R37, R53). Its code is that of the panel of its questions."""

    C_SSRS = "c_ssrs", loinc("93373-9")
    PHQ_9 = "phq_9", loinc("44249-1")
    GAD_7 = "gad_7", loinc("69737-5")
    AUDIT_C = "audit_c", loinc("72109-2")
    DAST_10 = "dast_10", loinc("82666-9")
    BAM = "bam"
    BARC_10 = "barc_10"


class Measure(Term):
    """What an instrument measures: most have one total, the BAM has three sums and no total."""

    C_SSRS_RISK = "c_ssrs_risk", loinc("93374-7")
    PHQ_9_TOTAL = "phq_9_total", loinc("44261-6")
    GAD_7_TOTAL = "gad_7_total", loinc("70274-6")
    AUDIT_C_TOTAL = "audit_c_total", loinc("75626-2")
    DAST_10_TOTAL = "dast_10_total", loinc("82667-7")
    BAM_USE = "bam_use"
    BAM_RISK = "bam_risk"
    BAM_PROTECTIVE = "bam_protective"
    BARC_10_TOTAL = "barc_10_total"


class Band(Term):
    """What a score means by the bands that are published for the instrument."""

    NONE_FOUND = "none_found"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    MINIMAL = "minimal"
    LOW = "low"
    MILD = "mild"
    MODERATE = "moderate"
    MODERATELY_SEVERE = "moderately_severe"
    SUBSTANTIAL = "substantial"
    SEVERE = "severe"
    HIGH = "high"
    NOT_FLAGGED = "not_flagged"
    FLAGGED = "flagged"


class SexForBand(Term):
    """The sex by which the AUDIT-C's threshold is chosen: asked there, and for nothing else."""

    FEMALE = "female"
    MALE = "male"
