"""Substances and their use."""

from typing import Final

from domain.vocabulary.terms import Term, fhir


class Substance(Term):
    """Substances and groups of them, as in DSM-5 substance use disorders (R05).

    Opioids are told apart as TEDS does; `opioids` stands for one that is not named. What holds for opioids holds for
    all of OPIOIDS.
    """

    ALCOHOL = "alcohol"
    OPIOIDS = "opioids"
    HEROIN = "heroin"
    FENTANYL = "fentanyl"
    METHADONE = "methadone"
    OTHER_OPIOIDS = "other_opioids"
    COCAINE = "cocaine"
    METHAMPHETAMINE = "methamphetamine"
    OTHER_STIMULANTS = "other_stimulants"
    CANNABIS = "cannabis"
    SEDATIVES = "sedatives"
    HALLUCINOGENS = "hallucinogens"
    INHALANTS = "inhalants"
    NICOTINE = "nicotine"
    OTHER = "other"


OPIOIDS: Final = frozenset(
    {Substance.OPIOIDS, Substance.HEROIN, Substance.FENTANYL, Substance.METHADONE, Substance.OTHER_OPIOIDS}
)
"""The group of opioids: each of them, named or not. Methadone is that used outside a treatment."""


class UseRoute(Term):
    """How a substance was taken (R05)."""

    ORAL = "oral", fhir("v3-RouteOfAdministration", "PO")
    SMOKED = "smoked"
    INTRANASAL = "intranasal"
    INJECTED = "injected"
    INHALED = "inhaled"
    TRANSDERMAL = "transdermal", fhir("v3-RouteOfAdministration", "TRNSDERM")
    OTHER = "other"
    UNKNOWN = "unknown"


class UseFrequency(Term):
    """How often, in the month before admission (R05; TEDS)."""

    NONE_PAST_MONTH = "none_past_month"
    ONE_TO_THREE_DAYS = "1_to_3_days_past_month"
    WEEKLY = "1_to_2_days_a_week"
    SEVERAL_DAYS_A_WEEK = "3_to_6_days_a_week"
    DAILY = "daily"
    UNKNOWN = "unknown"


class Severity(Term):
    """Severity of a substance use disorder (DSM-5: 2-3, 4-5, 6 and more criteria)."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    UNKNOWN = "unknown"
