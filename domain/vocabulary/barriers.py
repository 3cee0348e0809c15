"""What stands between a client and care, and what is done about it."""

from domain.vocabulary.terms import Term, icd_10_cm


class Barrier(Term):
    """What stands between a client and care (R24, R28; SDOH Clinical Care Condition)."""

    TRANSPORT = "transport", icd_10_cm("Z59.82")
    INSURANCE = "insurance", icd_10_cm("Z59.71")
    BENEFITS = "benefits", icd_10_cm("Z59.72")
    HOUSING = "housing"
    EMPLOYMENT = "employment", icd_10_cm("Z56.9")
    LEGAL = "legal", icd_10_cm("Z65.3")
    FOOD = "food", icd_10_cm("Z59.41")
    CHILDCARE = "childcare"
    MONEY = "money", icd_10_cm("Z59.869")
    PRIMARY_CARE = "primary_care", icd_10_cm("Z75.3")
    ILLNESS = "illness"
    OTHER = "other"
    UNKNOWN = "unknown"
    RENT = "rent", icd_10_cm("Z59.819")
    LANDLORD = "landlord", icd_10_cm("Z59.2")
    WORK_SCHEDULE = "work_schedule"
    PHONE_OR_INTERNET = "phone_or_internet"
    IDENTITY_DOCUMENTS = "identity_documents"


class BarrierAction(Term):
    """What somebody did about a barrier (R28; SDOH Clinical Care Task)."""

    APPLIED = "applied"
    APPEALED = "appealed"
    CALLED_THE_OTHER_SIDE = "called_the_other_side"
    WENT_ALONG = "went_along"
    ARRANGED_TRANSPORT = "arranged_transport"
    ARRANGED_A_TIME = "arranged_a_time"
    WROTE_IN_SUPPORT = "wrote_in_support"
    FOUND_FUNDS = "found_funds"
    GATHERED_DOCUMENTS = "gathered_documents"
    TAUGHT_THE_WAY = "taught_the_way"
    OTHER = "other"


class BarrierOutcome(Term):
    """What became of a barrier (R28)."""

    REMOVED = "removed"
    EASED = "eased"
    GONE_BY_ITSELF = "gone_by_itself"
    COULD_NOT_BE_REMOVED = "could_not_be_removed"
