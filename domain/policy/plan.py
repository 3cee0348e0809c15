"""The numbers of intake, plan and next steps."""

from domain.policy.section import Positive, Section


class IntakePolicy(Section):
    """When a further intake is another sitting of the same. Source: no published number, our choice: an intake is
    rarely spread over more than two weeks, and who comes back so soon had not left.
    """

    sittings_within_days: Positive = 14


class PlanPolicy(Section):
    """When the plan is reviewed: every so many days at first, then less often. Source: our choice."""

    review_every_days_at_first: Positive = 30
    at_first_days: Positive = 90
    review_every_days_later: Positive = 90


class NextStepsPolicy(Section):
    """How long micro-goals last, and by when other next steps are due where nobody said.

    Source: 72 hours in S0; a week for the rest is our choice, so that no step waits without a time.
    """

    micro_goal_hours: Positive = 72
    due_within_days: Positive = 7
