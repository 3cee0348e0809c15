"""By when what the plan asks for must happen. Days end as the calendar says, where the clock says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.policy import Policy
from domain.vocabulary import HandoffUrgency
from projections.local_days import end_of_day, local_day, working_day_after


def acceptance_due(urgency: HandoffUrgency, requested_at: datetime, policy: Policy) -> datetime:
    """By when a handoff must be accepted: within hours, on the same day, or on a working day of the organization."""
    if urgency is HandoffUrgency.CRISIS:
        return requested_at + timedelta(hours=policy.handoffs.crisis_accepted_within_hours)
    zone = policy.working_days.zone
    day = local_day(requested_at, zone)
    if urgency is HandoffUrgency.ROUTINE:
        day = working_day_after(day, policy.handoffs.routine_accepted_within_working_days, policy.working_days)
    return end_of_day(day, zone)


def meeting_due(accepted_at: datetime, zone: ZoneInfo, policy: Policy) -> datetime:
    """By when the client must have met the receiver of an accepted handoff, in days where the client lives."""
    return _days_later(accepted_at, policy.handoffs.client_met_within_days, zone)


def plan_review_due(agreed_at: datetime, since: datetime, zone: ZoneInfo, policy: Policy) -> datetime:
    """By when a plan must be reviewed: soon in the first days since the episode began, later less often."""
    days_since = (local_day(agreed_at, zone) - local_day(since, zone)).days
    at_first = days_since < policy.plan.at_first_days
    days = policy.plan.review_every_days_at_first if at_first else policy.plan.review_every_days_later
    return _days_later(agreed_at, days, zone)


def _days_later(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    return end_of_day(local_day(at, zone) + timedelta(days=days), zone)
