"""What stands between a client and care."""

from domain.vocabulary.terms import Term


class Barrier(Term):
    """What stands between a client and care (R24, R28)."""

    TRANSPORT = "transport"
    INSURANCE = "insurance"
    BENEFITS = "benefits"
    HOUSING = "housing"
    EMPLOYMENT = "employment"
    LEGAL = "legal"
    FOOD = "food"
    CHILDCARE = "childcare"
    MONEY = "money"
    PRIMARY_CARE = "primary_care"
    ILLNESS = "illness"
    OTHER = "other"
    UNKNOWN = "unknown"
