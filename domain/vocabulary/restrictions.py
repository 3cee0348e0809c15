"""Restrictions that a client asked for: how they end."""

from domain.vocabulary.terms import Term


class RestrictionEnding(Term):
    """How a restriction came to its end (45 CFR 164.522(a)(2))."""

    CLIENT_ASKED = "client_asked", "The client asked for that, or agreed in writing."
    CLIENT_AGREED = "client_agreed", "The client agreed by word of mouth, which is documented by this."
    PROGRAMME_TERMINATED = "programme_terminated", "The programme told the client that it ends it."
