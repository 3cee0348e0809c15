"""The numbers of handoffs, referrals and barriers."""

from domain.policy.section import Positive, Section


class HandoffsPolicy(Section):
    """When a handoff must be accepted, and the client have met the receiver. Source: no published number, our choice.

    A crisis handoff is accepted within hours, an urgent one on the same day but never in less than some hours, a
    routine one within working days; a new receiver after one was declined or lost has to be asked within the same. The
    meeting counts from the acceptance. Who leaves a setting for another is met within days of leaving: the first days
    after a time without use are those of the greatest danger.
    """

    crisis_accepted_within_hours: Positive = 1
    urgent_accepted_in_no_less_than_hours: Positive = 4
    routine_accepted_within_working_days: Positive = 1
    crisis_met_within_hours: Positive = 24
    urgent_met_within_hours: Positive = 72
    routine_met_within_days: Positive = 7
    met_after_leaving_within_days: Positive = 1


class BarriersPolicy(Section):
    """By when somebody has begun to work on a barrier. Source: no published number, our choice."""

    worked_on_within_working_days: Positive = 3


class ReferralsPolicy(Section):
    """When a referral is answered and has an outcome, and another party asked. Source: no published number, our choice.

    The outcome counts from the acceptance or, once a day is set, from that.
    """

    answered_within_working_days: Positive = 5
    outcome_within_days_of_acceptance: Positive = 30
    outcome_within_days_of_appointment: Positive = 7
    another_asked_within_working_days: Positive = 2
