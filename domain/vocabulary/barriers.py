"""What stands between a client and care, and what is done about it."""

from domain.vocabulary.terms import Term, icd_10_cm


class Barrier(Term):
    """What stands between a client and care (R24, R28; SDOH Clinical Care Condition)."""

    TRANSPORT = "transport", "The client has no reliable way of getting to care.", icd_10_cm("Z59.82")
    INSURANCE = "insurance", "The client has no health insurance, or too little.", icd_10_cm("Z59.71")
    BENEFITS = (
        "benefits",
        "The client does not get a benefit or welfare support to which they may be entitled.",
        icd_10_cm("Z59.72"),
    )
    HOUSING = "housing", "The client has no stable place to live."
    EMPLOYMENT = "employment", "The client has no work, or their work is at risk.", icd_10_cm("Z56.9")
    LEGAL = (
        "legal",
        "Legal matters stand in the way, such as a warrant, court dates or supervision.",
        icd_10_cm("Z65.3"),
    )
    FOOD = "food", "The client has too little food, or none that they can rely on.", icd_10_cm("Z59.41")
    CHILDCARE = "childcare", "Nobody can look after the client's children meanwhile."
    MONEY = "money", "The client cannot pay for what it takes.", icd_10_cm("Z59.869")
    PRIMARY_CARE = "primary_care", "The client has no primary care.", icd_10_cm("Z75.3")
    ILLNESS = "illness", "Physical or mental illness keeps the client from coming."
    OTHER = "other", "Something else stands in the way."
    UNKNOWN = "unknown", "What stands in the way is not known yet."
    RENT = "rent", "The client is behind with the rent, or cannot pay what is due next.", icd_10_cm("Z59.819")
    LANDLORD = "landlord", "A landlord or neighbor disputes with the client, or refuses them.", icd_10_cm("Z59.2")
    WORK_SCHEDULE = "work_schedule", "Hours of work or school fall when care is given."
    PHONE_OR_INTERNET = "phone_or_internet", "The client has no working phone or no internet."
    IDENTITY_DOCUMENTS = "identity_documents", "The client lacks identity papers that are asked for."


class BarrierAction(Term):
    """What somebody did about a barrier (R28; SDOH Clinical Care Task)."""

    APPLIED = "applied", "An application was made for or with the client."
    APPEALED = "appealed", "A refusal was appealed."
    CALLED_THE_OTHER_SIDE = (
        "called_the_other_side",
        "Somebody called the office, landlord, employer or court concerned.",
    )
    WENT_ALONG = "went_along", "Somebody went along with the client."
    ARRANGED_TRANSPORT = "arranged_transport", "A ride or a fare was arranged."
    ARRANGED_A_TIME = "arranged_a_time", "A time was arranged that the client can keep."
    WROTE_IN_SUPPORT = "wrote_in_support", "A letter or statement in support of the client was written."
    FOUND_FUNDS = "found_funds", "Money was found, such as from a fund or a voucher."
    GATHERED_DOCUMENTS = "gathered_documents", "Papers that are asked for were gathered or replaced."
    TAUGHT_THE_WAY = "taught_the_way", "The client was shown how to do it themselves."
    OTHER = "other", "Something else was done."


class BarrierOutcome(Term):
    """What became of a barrier (R28)."""

    REMOVED = "removed", "It no longer stands in the way, by what was done."
    EASED = "eased", "It still stands there, and stands less in the way."
    GONE_BY_ITSELF = "gone_by_itself", "It no longer stands in the way, without what was done."
    COULD_NOT_BE_REMOVED = "could_not_be_removed", "It stands in the way as before, and nothing more is tried."
