"""Substances and their use."""

from typing import Final

from domain.vocabulary.terms import Term, fhir


class Substance(Term):
    """Substances and groups of them, as in DSM-5 substance use disorders (R05).

    Opioids are told apart as TEDS does; `opioids` stands for one that is not named. What holds for opioids holds for
    all of OPIOIDS.
    """

    ALCOHOL = "alcohol", "Alcohol."
    OPIOIDS = "opioids", "An opioid that is not named."
    HEROIN = "heroin", "Heroin."
    FENTANYL = "fentanyl", "Fentanyl, and drugs close to it."
    METHADONE = "methadone", "Methadone that is used outside a treatment."
    OTHER_OPIOIDS = "other_opioids", "Another opioid, such as oxycodone or tramadol."
    COCAINE = "cocaine", "Cocaine, crack included."
    METHAMPHETAMINE = "methamphetamine", "Methamphetamine."
    OTHER_STIMULANTS = "other_stimulants", "Another stimulant, such as amphetamine or MDMA."
    CANNABIS = "cannabis", "Cannabis."
    SEDATIVES = "sedatives", "Sedatives, hypnotics or anxiolytics, such as benzodiazepines."
    HALLUCINOGENS = "hallucinogens", "Hallucinogens, such as LSD, psilocybin or PCP."
    INHALANTS = "inhalants", "Inhalants, such as solvents or gases."
    NICOTINE = "nicotine", "Nicotine, in tobacco or otherwise."
    OTHER = "other", "Another substance."


OPIOIDS: Final = frozenset(
    {Substance.OPIOIDS, Substance.HEROIN, Substance.FENTANYL, Substance.METHADONE, Substance.OTHER_OPIOIDS}
)
"""The group of opioids: each of them, named or not. Methadone is that used outside a treatment."""


class UseRoute(Term):
    """How a substance was taken (R05)."""

    ORAL = "oral", "By mouth.", fhir("v3-RouteOfAdministration", "PO")
    SMOKED = "smoked", "By smoking."
    INTRANASAL = "intranasal", "Through the nose."
    INJECTED = "injected", "By injection, into a vein, a muscle or under the skin."
    INHALED = "inhaled", "By breathing in a vapor or gas, without smoke."
    TRANSDERMAL = "transdermal", "Through the skin.", fhir("v3-RouteOfAdministration", "TRNSDERM")
    OTHER = "other", "Another way."
    UNKNOWN = "unknown", "How is not known."


class UseFrequency(Term):
    """How often, in the month before admission (R05; TEDS)."""

    NONE_PAST_MONTH = "none_past_month", "Not in the month before."
    ONE_TO_THREE_DAYS = "1_to_3_days_past_month", "On one to three days in the month before."
    WEEKLY = "1_to_2_days_a_week", "On one or two days a week."
    SEVERAL_DAYS_A_WEEK = "3_to_6_days_a_week", "On three to six days a week."
    DAILY = "daily", "Every day."
    UNKNOWN = "unknown", "How often is not known."


class Severity(Term):
    """Severity of a substance use disorder (DSM-5: 2-3, 4-5, 6 and more criteria)."""

    MILD = "mild", "Two or three criteria are met."
    MODERATE = "moderate", "Four or five criteria are met."
    SEVERE = "severe", "Six or more criteria are met."
    UNKNOWN = "unknown", "How many criteria are met is not known."
