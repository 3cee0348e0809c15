"""Reads that a supervisor looks into: what is unusual about them."""

from domain.vocabulary.terms import Term


class UnusualAccessRule(Term):
    """What is unusual about somebody's reads. It is a reason to ask, and says nothing about why they read."""

    OUTSIDE_THE_TEAM = "outside_the_team", "They read about a client who has a team, and are not on it."
    MANY_CLIENTS_IN_AN_HOUR = (
        "many_clients_in_an_hour",
        "They read about more clients one by one within an hour than daily work asks for.",
    )
    AFTER_DISCHARGE = "after_discharge", "They read about a client whose last episode of care ended long before."
