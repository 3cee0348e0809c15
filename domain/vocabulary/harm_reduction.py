"""Harm reduction: what is given and taught, to whom, and what is declined."""

from domain.vocabulary.terms import Term


class HarmReductionKind(Term):
    """What was given or taught so that use does less harm (R19).

    A naloxone kit is one that was taken home; a dose that was given in an overdose is told by overdose_recorded, or
    by the actions of the crisis contact.
    """

    NALOXONE_KIT = "naloxone_kit"
    NALOXONE_TRAINING = "naloxone_training"
    OVERDOSE_EDUCATION = "overdose_education"
    SAFER_USE_EDUCATION = "safer_use_education"
    FENTANYL_TEST_STRIPS = "fentanyl_test_strips"
    XYLAZINE_TEST_STRIPS = "xylazine_test_strips"
    STERILE_SUPPLIES = "sterile_supplies"
    WOUND_CARE = "wound_care"
    OTHER = "other"


class Recipient(Term):
    """Who was given or taught something: the client, or people of theirs, who are told of the client's care by it."""

    CLIENT = "client"
    FAMILY = "family"
    FRIEND = "friend"
    OTHER = "other"


class SafetyOffer(Term):
    """What is offered where there is danger of overdose (R32)."""

    NALOXONE_KIT = "naloxone_kit"
    CRISIS_CARD = "crisis_card"


class DeclineReason(Term):
    """Why a client took no naloxone kit or no crisis card."""

    HAS_ONE = "has_one"
    DOES_NOT_WANT_ONE = "does_not_want_one"
    NOT_SAFE_TO_KEEP = "not_safe_to_keep"
    OTHER = "other"


class CardFormat(Term):
    """In what form a crisis card was handed over (R41)."""

    PRINTED = "printed"
    WALLET_CARD = "wallet_card"
    SENT_BY_TEXT = "sent_by_text"
    SENT_BY_MAIL = "sent_by_mail"
