"""Harm reduction: what is given and taught, to whom, and what is declined."""

from domain.vocabulary.terms import Term


class HarmReductionKind(Term):
    """What was given or taught so that use does less harm (R19).

    A naloxone kit is one that was taken home; a dose that was given in an overdose is told by overdose_recorded, or
    by the actions of the crisis contact.
    """

    NALOXONE_KIT = "naloxone_kit", "A kit of naloxone to take home."
    NALOXONE_TRAINING = "naloxone_training", "How to tell an overdose and give naloxone."
    OVERDOSE_EDUCATION = "overdose_education", "How overdoses come about, and how to lower the risk."
    SAFER_USE_EDUCATION = "safer_use_education", "How to use with less harm."
    FENTANYL_TEST_STRIPS = "fentanyl_test_strips", "Strips that find fentanyl in what is to be used."
    XYLAZINE_TEST_STRIPS = "xylazine_test_strips", "Strips that find xylazine in what is to be used."
    STERILE_SUPPLIES = "sterile_supplies", "Sterile syringes and other supplies."
    WOUND_CARE = "wound_care", "Care of wounds that come from use, or what it takes for that."
    OTHER = "other", "Something else."


class Recipient(Term):
    """Who was given or taught something: the client, or people of theirs, who are told of the client's care by it."""

    CLIENT = "client", "The client."
    FAMILY = "family", "Somebody of the client's family."
    FRIEND = "friend", "A friend of the client's."
    OTHER = "other", "Somebody else."


class SafetyOffer(Term):
    """What is offered where there is danger of overdose (R32)."""

    NALOXONE_KIT = "naloxone_kit", "A kit of naloxone to take home."
    CRISIS_CARD = "crisis_card", "A card that says what helps in a crisis and whom to call."


class DeclineReason(Term):
    """Why a client took no naloxone kit or no crisis card."""

    HAS_ONE = "has_one", "The client has one already."
    DOES_NOT_WANT_ONE = "does_not_want_one", "The client does not want one."
    NOT_SAFE_TO_KEEP = "not_safe_to_keep", "It is not safe to keep one where the client lives."
    OTHER = "other", "Another reason."


class CardFormat(Term):
    """In what form a crisis card was handed over (R41)."""

    PRINTED = "printed", "Printed on a sheet."
    WALLET_CARD = "wallet_card", "Printed small enough for a wallet."
    SENT_BY_TEXT = "sent_by_text", "Sent to the client's phone."
    SENT_BY_MAIL = "sent_by_mail", "Sent by letter."
