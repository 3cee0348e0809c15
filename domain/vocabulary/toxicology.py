"""Toxicology: specimens, what they are tested for, and results."""

from domain.vocabulary.terms import Term, fhir


class Specimen(Term):
    """What was tested."""

    URINE = "urine", "Urine.", fhir("v2-0487", "UR")
    ORAL_FLUID = "oral_fluid", "Fluid from the mouth."
    BREATH = "breath", "Breath."
    BLOOD = "blood", "Blood.", fhir("v2-0487", "BLD")
    HAIR = "hair", "Hair.", fhir("v2-0487", "HAR")
    OTHER = "other", "Another specimen."


class Analyte(Term):
    """What a specimen is tested for (R59): finer than groups of substances, since laboratories tell these apart."""

    ALCOHOL = "alcohol", "Alcohol itself, which is found for some hours."
    ALCOHOL_METABOLITE = "alcohol_metabolite", "What the body makes of alcohol, such as EtG, which is found for days."
    AMPHETAMINE = "amphetamine", "Amphetamine."
    METHAMPHETAMINE = "methamphetamine", "Methamphetamine."
    BARBITURATES = "barbiturates", "Barbiturates."
    BENZODIAZEPINES = "benzodiazepines", "Benzodiazepines."
    BUPRENORPHINE = "buprenorphine", "Buprenorphine or what the body makes of it: in treatment it is expected."
    CANNABINOIDS = "cannabinoids", "Cannabinoids, such as what the body makes of THC."
    COCAINE = "cocaine", "Cocaine or what the body makes of it."
    FENTANYL = "fentanyl", "Fentanyl or what the body makes of it."
    HEROIN_METABOLITE = "heroin_metabolite", "6-monoacetylmorphine, which the body makes of heroin alone."
    MDMA = "mdma", "MDMA."
    METHADONE = "methadone", "Methadone or what the body makes of it: in treatment it is expected."
    OPIATES = "opiates", "Morphine, codeine and what turns into them."
    OXYCODONE = "oxycodone", "Oxycodone."
    PHENCYCLIDINE = "phencyclidine", "Phencyclidine (PCP)."
    TRAMADOL = "tramadol", "Tramadol."
    XYLAZINE = "xylazine", "Xylazine."
    COTININE = "cotinine", "Cotinine, which the body makes of nicotine."
    OTHER = "other", "Something else."


class Finding(Term):
    """What a test says (FHIR Observation.interpretation)."""

    POSITIVE = (
        "positive",
        "It was found, at or above the test's threshold.",
        fhir("v3-ObservationInterpretation", "POS"),
    )
    NEGATIVE = (
        "negative",
        "It was not found, or below the test's threshold.",
        fhir("v3-ObservationInterpretation", "NEG"),
    )
    INCONCLUSIVE = "inconclusive", "The test cannot tell.", fhir("v3-ObservationInterpretation", "IND")
    PENDING = "pending", "The result has yet to come."
    INVALID = "invalid", "The specimen or the test was not fit to tell."
