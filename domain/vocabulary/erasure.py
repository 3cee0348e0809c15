"""Erasing a client's record, and holding on to it."""

from domain.vocabulary.terms import Term


class HoldReason(Term):
    """Why a record must not be erased for now."""

    LITIGATION = "litigation", "A lawsuit, or one that is to be expected."
    INVESTIGATION = "investigation", "An authority, or a licensing board, looks into it."
    AUDIT = "audit", "A payer or an authority audits it."
    COMPLAINT = "complaint", "The client, or somebody for them, complains of the care."
    OTHER = "other", "Another reason."


class ErasureGround(Term):
    """Why a record is to be erased, or at whose word."""

    CLIENT = "client", "The client asked for it."
    REPRESENTATIVE = "representative", "Somebody who may act for the client asked for it."
    RETENTION_OVER = "retention_over", "The time is over for which it is kept."
    RECORDED_IN_ERROR = "recorded_in_error", "The client was never one of this organization."
