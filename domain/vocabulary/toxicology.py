"""Toxicology: specimens, what they are tested for, and results."""

from domain.vocabulary.terms import Term, fhir


class Specimen(Term):
    """What was tested."""

    URINE = "urine", fhir("v2-0487", "UR")
    ORAL_FLUID = "oral_fluid"
    BREATH = "breath"
    BLOOD = "blood", fhir("v2-0487", "BLD")
    HAIR = "hair", fhir("v2-0487", "HAR")
    OTHER = "other"


class Analyte(Term):
    """What a specimen is tested for (R59): finer than groups of substances, since laboratories tell these apart."""

    ALCOHOL = "alcohol"
    ALCOHOL_METABOLITE = "alcohol_metabolite"
    AMPHETAMINE = "amphetamine"
    METHAMPHETAMINE = "methamphetamine"
    BARBITURATES = "barbiturates"
    BENZODIAZEPINES = "benzodiazepines"
    BUPRENORPHINE = "buprenorphine"
    CANNABINOIDS = "cannabinoids"
    COCAINE = "cocaine"
    FENTANYL = "fentanyl"
    HEROIN_METABOLITE = "heroin_metabolite"
    MDMA = "mdma"
    METHADONE = "methadone"
    OPIATES = "opiates"
    OXYCODONE = "oxycodone"
    PHENCYCLIDINE = "phencyclidine"
    TRAMADOL = "tramadol"
    XYLAZINE = "xylazine"
    COTININE = "cotinine"
    OTHER = "other"


class Finding(Term):
    """What a test says (FHIR Observation.interpretation)."""

    POSITIVE = "positive", fhir("v3-ObservationInterpretation", "POS")
    NEGATIVE = "negative", fhir("v3-ObservationInterpretation", "NEG")
    INCONCLUSIVE = "inconclusive", fhir("v3-ObservationInterpretation", "IND")
    PENDING = "pending"
    INVALID = "invalid"
