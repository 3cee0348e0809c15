"""Every number of care, with its source. A TOML file may change each of them; it is checked when loaded."""

import json
import tomllib
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.events.base import TimeZone
from domain.vocabulary.crisis import RiskTier

Positive = Annotated[int, Field(gt=0, le=100_000)]
"""A count of hours, days or the like; no rule of care looks further ahead than the calendar reaches."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordingPolicy(_Section):
    """How entries are taken in. Source: our choice; clocks of other systems run a little ahead."""

    future_tolerance_minutes: Positive = 5


class CrisisPolicy(_Section):
    """Follow-up after a crisis. Source: 988 follow-up practice; S1; HEDIS FUA and FUI (7 and 30 days)."""

    contact_within_hours: Annotated[tuple[Positive, ...], Field(min_length=1)] = (24, 72, 168, 720)
    attempts_before_not_reached: Positive = 3

    @model_validator(mode="after")
    def _rising(self) -> "CrisisPolicy":
        if list(self.contact_within_hours) != sorted(set(self.contact_within_hours)):
            raise ValueError("contact_within_hours must rise from one follow-up to the next")
        return self


class OverdoseDangerPolicy(_Section):
    """By when naloxone and a crisis card are in the client's hands once overdose is a danger (R32).

    Source: no published number, our choice.
    """

    naloxone_within_hours: Positive = 24
    crisis_card_within_hours: Positive = 24


class HandoffsPolicy(_Section):
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


class BarriersPolicy(_Section):
    """By when somebody has begun to work on a barrier. Source: no published number, our choice."""

    worked_on_within_working_days: Positive = 3


class ReferralsPolicy(_Section):
    """When a referral is answered and has an outcome, and another party asked. Source: no published number, our choice.

    The outcome counts from the acceptance or, once a day is set, from that.
    """

    answered_within_working_days: Positive = 5
    outcome_within_days_of_acceptance: Positive = 30
    outcome_within_days_of_appointment: Positive = 7
    another_asked_within_working_days: Positive = 2


class PostventionPolicy(_Section):
    """When a crisis must be reviewed. Source: no published number, our choice."""

    review_within_hours_high: Positive = 72
    review_within_hours_otherwise: Positive = 168


class MilestonesPolicy(_Section):
    """The recovery ladder in days, then every so many days, and the words for remission.

    Source: convention, 90 in S1; DSM-5 early remission from 3 months, sustained from 12.
    `years_ahead` is how far ahead of the ladder's end the projection's rows look.
    """

    ladder_days: Annotated[tuple[Positive, ...], Field(min_length=1)] = (1, 7, 30, 60, 90, 180, 365)
    then_every_days: Positive = 365
    years_ahead: Annotated[int, Field(gt=0, le=100)] = 10
    early_remission_months: Positive = 3
    sustained_remission_months: Positive = 12

    @model_validator(mode="after")
    def _rising(self) -> "MilestonesPolicy":
        if list(self.ladder_days) != sorted(set(self.ladder_days)):
            raise ValueError("ladder_days must rise from one step to the next")
        return self


class PlanPolicy(_Section):
    """When the plan is reviewed: every so many days at first, then less often. Source: our choice."""

    review_every_days_at_first: Positive = 30
    at_first_days: Positive = 90
    review_every_days_later: Positive = 90


class EarlyWarningPolicy(_Section):
    """From when on something is a signal of trouble ahead (R49). Source: our choice; craving and mood are 0 to 10."""

    craving_at_least: Annotated[int, Field(ge=1, le=10)] = 7
    craving_rise: Annotated[int, Field(ge=1, le=10)] = 3
    craving_rise_within_check_ins: Annotated[int, Field(ge=2, le=30)] = 3
    mood_at_most: Annotated[int, Field(ge=0, le=9)] = 3
    missed_sessions_in_a_row: Positive = 2


class WorkingDaysPolicy(_Section):
    """The organization's working days: 0 is Monday. Days begin and end in its time zone."""

    time_zone: TimeZone = "UTC"
    weekdays: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)] = frozenset({0, 1, 2, 3, 4})
    holidays: frozenset[date] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The organization's time zone."""
        return ZoneInfo(self.time_zone)

    def is_working(self, day: date) -> bool:
        """Whether the organization works on that day."""
        return day.weekday() in self.weekdays and day not in self.holidays


class Policy(_Section):
    """All numbers. The defaults are those of the table in the care documentation."""

    recording: RecordingPolicy = RecordingPolicy()
    crisis: CrisisPolicy = CrisisPolicy()
    overdose_danger: OverdoseDangerPolicy = OverdoseDangerPolicy()
    handoffs: HandoffsPolicy = HandoffsPolicy()
    barriers: BarriersPolicy = BarriersPolicy()
    referrals: ReferralsPolicy = ReferralsPolicy()
    postvention: PostventionPolicy = PostventionPolicy()
    milestones: MilestonesPolicy = MilestonesPolicy()
    plan: PlanPolicy = PlanPolicy()
    early_warning: EarlyWarningPolicy = EarlyWarningPolicy()
    working_days: WorkingDaysPolicy = WorkingDaysPolicy()

    def in_time_zone(self, time_zone: str) -> "Policy":
        """The same numbers for an organization that lives in that time zone."""
        working_days = self.working_days.model_copy(update={"time_zone": time_zone})
        return self.model_copy(update={"working_days": working_days})

    def digest(self) -> bytes:
        """SHA-256 over all numbers, 32 bytes: equal for equal policies, in every process and release that has the same
        numbers. Whatever is derived names it, so that what was derived by other numbers is not used."""
        return sha256(json.dumps(_plain(self.model_dump()), sort_keys=True).encode()).digest()

    def review_due_at(self, crisis_at: datetime, tier: RiskTier) -> datetime:
        """By when a crisis of that tier has to be reviewed (R44)."""
        high, otherwise = self.postvention.review_within_hours_high, self.postvention.review_within_hours_otherwise
        return crisis_at + timedelta(hours=high if tier is RiskTier.HIGH else otherwise)


def _plain(value: Any) -> Any:
    """As JSON has it, sets in one order: their own changes from process to process."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


class PolicyInvalid(ValueError):
    """The policy file cannot be used; the message names each setting and what is wrong with it."""


def policy_from_toml(text: str) -> Policy:
    """A policy from a TOML text; what it leaves out keeps its default. Raises PolicyInvalid."""
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyInvalid(f"not a TOML file: {error}") from error
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise PolicyInvalid("; ".join(problems)) from error
