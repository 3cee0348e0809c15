"""The strands of care that a plan braids together."""

from domain.vocabulary.terms import Term


class CareStrand(Term):
    """The strands of care that a plan braids together (R13)."""

    COUNSELING = "counseling"
    PEER_SUPPORT = "peer_support"
    CASE_MANAGEMENT = "case_management"
    MEDICATION = "medication"
    FAMILY = "family"
    HARM_REDUCTION = "harm_reduction"
