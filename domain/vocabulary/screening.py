"""Screening: instruments, what they measure, and the bands that are published for their scores."""

from domain.vocabulary.terms import Term, loinc


class Instrument(Term):
    """An instrument of screening (R04, R05, R37, R53). Its code is that of the panel of its questions."""

    C_SSRS = (
        "c_ssrs",
        "The Columbia Suicide Severity Rating Scale, screening version: thoughts of suicide and suicidal behavior.",
        loinc("93373-9"),
    )
    PHQ_9 = (
        "phq_9",
        "The Patient Health Questionnaire of nine questions: signs of depression in the last two weeks.",
        loinc("44249-1"),
    )
    GAD_7 = (
        "gad_7",
        "The Generalized Anxiety Disorder scale of seven questions: signs of anxiety in the last two weeks.",
        loinc("69737-5"),
    )
    AUDIT_C = (
        "audit_c",
        "The three questions of the AUDIT about how much and how often somebody drinks.",
        loinc("72109-2"),
    )
    DAST_10 = (
        "dast_10",
        "The DAST of ten questions: consequences of the use of drugs in the last twelve months.",
        loinc("82666-9"),
    )
    BAM = "bam", "The Brief Addiction Monitor: use, risks and what protects, in the last thirty days."
    BARC_10 = "barc_10", "The Brief Assessment of Recovery Capital: ten statements about what recovery can build on."


class Measure(Term):
    """What an instrument measures: most have one total, the BAM has three sums and no total."""

    C_SSRS_RISK = "c_ssrs_risk", "The tier of risk that follows from the answers to the C-SSRS.", loinc("93374-7")
    PHQ_9_TOTAL = "phq_9_total", "The sum of the PHQ-9, from 0 to 27.", loinc("44261-6")
    GAD_7_TOTAL = "gad_7_total", "The sum of the GAD-7, from 0 to 21.", loinc("70274-6")
    AUDIT_C_TOTAL = "audit_c_total", "The sum of the AUDIT-C, from 0 to 12.", loinc("75626-2")
    DAST_10_TOTAL = "dast_10_total", "The sum of the DAST-10, from 0 to 10.", loinc("82667-7")
    BAM_USE = "bam_use", "The BAM's sum for use."
    BAM_RISK = "bam_risk", "The BAM's sum for what puts recovery at risk."
    BAM_PROTECTIVE = "bam_protective", "The BAM's sum for what protects recovery."
    BARC_10_TOTAL = "barc_10_total", "The sum of the BARC-10, from 10 to 60."


class Band(Term):
    """What a score means by the bands that are published for the instrument."""

    NONE_FOUND = "none_found", "No risk, or no problem, was found."
    NEGATIVE = "negative", "Below the threshold at which more is asked."
    POSITIVE = "positive", "At or above the threshold at which more is asked."
    MINIMAL = "minimal", "Hardly any signs."
    LOW = "low", "A low degree."
    MILD = "mild", "Mild signs."
    MODERATE = "moderate", "Moderate signs, or a moderate degree."
    MODERATELY_SEVERE = "moderately_severe", "Signs between moderate and severe."
    SUBSTANTIAL = "substantial", "A substantial degree."
    SEVERE = "severe", "Severe signs, or a severe degree."
    HIGH = "high", "A high degree."
    NOT_FLAGGED = "not_flagged", "The sum asks for no attention."
    FLAGGED = "flagged", "The sum asks for attention."


class SexForBand(Term):
    """The sex by which the AUDIT-C's threshold is chosen: asked there, and for nothing else."""

    FEMALE = "female", "The threshold for women is asked for."
    MALE = "male", "The threshold for men is asked for."
