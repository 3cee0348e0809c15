"""Every number of care, with its source. An organization adopts its own from a TOML file, which is checked."""

import tomllib
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_serializer,
    model_validator,
)

from domain.time_zones import TimeZone
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance

Positive = Annotated[int, Field(gt=0, le=100_000)]
"""A count of hours, days or the like; no rule of care looks further ahead than the calendar reaches."""

PhoneNumber = Annotated[
    str, Field(min_length=3, max_length=40, pattern=r"^\+?[0-9(][0-9 ().-]*[0-9]( ext\. [0-9]{1,6})?$")
]
"""A number that a person dials, such as (312) 555-0142 or +1 312 555 0142 ext. 3."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_serializer("*", mode="wrap")
    def _in_order(self, value: Any, serialize: SerializerFunctionWrapHandler) -> Any:
        """Sets in one order: their own changes from process to process, and what is recorded must not."""
        return sorted(serialize(value)) if isinstance(value, frozenset) else serialize(value)


class RecordingPolicy(_Section):
    """How entries are taken in. Source: our choice; clocks of other systems run a little ahead."""

    future_tolerance_minutes: Positive = 5


class IntakePolicy(_Section):
    """When a further intake is another sitting of the same. Source: no published number, our choice: an intake is
    rarely spread over more than two weeks, and who comes back so soon had not left.
    """

    sittings_within_days: Positive = 14


class CrisisPolicy(_Section):
    """Follow-up after a crisis. Source: 988 follow-up practice; S1; HEDIS FUA and FUI (7 and 30 days).

    The first contact is owed even when the crisis has passed; at high tier, or where that cannot be excluded, so are
    those `kept_at_high_tier_hours` after it. A client with whom contact was lost is to be found within hours. Source
    of both: our choice, a crisis that was called over after minutes is not known to be over the next morning.
    """

    contact_within_hours: Annotated[tuple[Positive, ...], Field(min_length=1)] = (24, 72, 168, 720)
    kept_at_high_tier_hours: tuple[Positive, ...] = (168,)
    attempts_before_not_reached: Positive = 3
    find_client_within_hours: Positive = 24

    @model_validator(mode="after")
    def _rising(self) -> "CrisisPolicy":
        if list(self.contact_within_hours) != sorted(set(self.contact_within_hours)):
            raise ValueError("contact_within_hours must rise from one follow-up to the next")
        return self


class OverdoseDangerPolicy(_Section):
    """By when naloxone and a crisis card are in the client's hands once overdose is a danger, and after how many days
    without opioids tolerance counts as lost (R32).

    Source: no published numbers, our choice. Of people released from prison most deaths by overdose fall into the
    first two weeks (Binswanger 2007), so that two weeks without are taken to be enough.
    """

    naloxone_within_hours: Positive = 24
    crisis_card_within_hours: Positive = 24
    tolerance_lost_after_days: Positive = 14


class ScreeningPolicy(_Section):
    """When a C-SSRS is due after item 9 of a PHQ-9 was answered with 1 or more, or after an overdose that was meant,
    and within how many days the client is contacted after a C-SSRS outside a crisis, by the tier of risk.

    Source: the same day (care.md); the least time, for what is found late in the evening, is our choice, as for an
    urgent handoff. Contact by tier: SPiER.
    """

    suicide_screening_at_least_hours: Positive = 4
    contact_within_days_high: Positive = 7
    contact_within_days_moderate: Positive = 14
    contact_within_days_low: Positive = 30

    @model_validator(mode="after")
    def _sooner_at_higher_tier(self) -> "ScreeningPolicy":
        if not self.contact_within_days_high <= self.contact_within_days_moderate <= self.contact_within_days_low:
            raise ValueError("contact_within_days_* must not be longer at a higher tier")
        return self


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
    """When a crisis must be reviewed, and by when what the review asks for is settled. Source: no published number,
    our choice: a change that has waited two weeks has missed the next trigger.
    """

    review_within_hours_high: Positive = 72
    review_within_hours_otherwise: Positive = 168
    adjustments_within_days: Positive = 14


class CaringContactsPolicy(_Section):
    """Short messages that ask for nothing, after a crisis with thoughts of suicide or of high tier has passed: after
    so many days, then months. Source: caringcontacts.info.
    """

    days: tuple[Positive, ...] = (1,)
    months: tuple[Annotated[int, Field(gt=0, le=120)], ...] = (1, 2, 3, 4, 6, 8, 10, 12)

    @model_validator(mode="after")
    def _rising(self) -> "CaringContactsPolicy":
        for name, numbers in (("days", self.days), ("months", self.months)):
            if list(numbers) != sorted(set(numbers)):
                raise ValueError(f"{name} must rise from one caring contact to the next")
        if self.days and self.months and self.days[-1] >= 28 * self.months[0]:
            raise ValueError("days must lie before the first of the months")
        return self


class MilestonesPolicy(_Section):
    """The recovery ladder in days and then each anniversary by the calendar, and the bands of abstinence.

    Source: convention, 90 in S1. The bands, from 3 and from 12 months, are ours: they are made of days alone and say
    nothing of remission, which DSM-5 measures by criteria (Hasin 2013). `years_ahead` is how far ahead the projection's
    rows look. `not_in_overall` lists the substances whose use leaves the overall days as they are: nicotine, our
    choice, since recovery from alcohol or drugs is commonly counted apart from smoking. `use_before_intake_days` is
    how long use had gone on at an intake that tells of use in most weeks and not since when: TEDS asks for the month
    before admission, so at least that month.
    """

    ladder_days: Annotated[tuple[Positive, ...], Field(min_length=1)] = (1, 7, 30, 60, 90, 180)
    years_ahead: Annotated[int, Field(gt=0, le=100)] = 10
    early_abstinence_months: Positive = 3
    lasting_abstinence_months: Positive = 12
    not_in_overall: frozenset[Substance] = frozenset({Substance.NICOTINE})
    use_before_intake_days: Positive = 30

    @model_validator(mode="after")
    def _rising(self) -> "MilestonesPolicy":
        if list(self.ladder_days) != sorted(set(self.ladder_days)):
            raise ValueError("ladder_days must rise from one step to the next")
        if self.early_abstinence_months >= self.lasting_abstinence_months:
            raise ValueError("lasting_abstinence_months must be more than early_abstinence_months")
        return self


class PlanPolicy(_Section):
    """When the plan is reviewed: every so many days at first, then less often. Source: our choice."""

    review_every_days_at_first: Positive = 30
    at_first_days: Positive = 90
    review_every_days_later: Positive = 90


class EarlyWarningPolicy(_Section):
    """From when on something is a signal of trouble ahead (R49). Source: our choice, but for the screenings.

    Craving and mood are 0 to 10. A daily check-in is missed on a whole day without one. Steps of the recovery ladder
    count from `ladder_steps_from_days` on: the first ones follow so closely upon a return to use that the team is in
    touch anyway, and a signal each time would hide others.

    Screenings: 10 is the point from which a PHQ-9 (Kroenke 2001) and a GAD-7 (Spitzer 2006) call for a closer look.
    Of the C-SSRS any tier that is found is a signal: our choice, a wish to be dead is not left unseen. A BAM is flagged
    by its own sums, and item 9 of the PHQ-9 from 1 on (domain/instruments).
    """

    craving_at_least: Annotated[int, Field(ge=1, le=10)] = 7
    craving_rise: Annotated[int, Field(ge=1, le=10)] = 3
    craving_rise_within_check_ins: Annotated[int, Field(ge=2, le=30)] = 3
    mood_at_most: Annotated[int, Field(ge=0, le=9)] = 3
    missed_sessions_in_a_row: Positive = 2
    missed_daily_check_ins_in_a_row: Positive = 2
    trigger_within_days: Positive = 3
    ladder_step_within_days: Positive = 3
    ladder_steps_from_days: Positive = 30
    c_ssrs_from_tier: Literal[RiskTier.LOW, RiskTier.MODERATE, RiskTier.HIGH] = RiskTier.LOW
    phq_9_at_least: Annotated[int, Field(ge=1, le=27)] = 10
    gad_7_at_least: Annotated[int, Field(ge=1, le=21)] = 10


class NextStepsPolicy(_Section):
    """How long micro-goals last, and by when other next steps are due where nobody said.

    Source: 72 hours in S0; a week for the rest is our choice, so that no step waits without a time.
    """

    micro_goal_hours: Positive = 72
    due_within_days: Positive = 7


class CrisisCardPolicy(_Section):
    """What the crisis card says beside 988 and the client's own plan (R41). Source: S1.

    The line that the organization answers after hours is a number that care depends on, and of each organization its
    own: so it is adopted with the policy. Where none is adopted, the card leaves room to write one.
    """

    after_hours_line: PhoneNumber | None = None


class CorrectionsPolicy(_Section):
    """Who may correct and retract an entry beside whoever recorded it. Source: our choice.

    Anyone of the author's role, since shifts change and people leave, and a supervisor for all. What a system recorded
    (a check-in app, an import) nobody there can set right: the clinical roles may. A peer sets right what peers
    recorded, and never what a clinician did: `by_roles` cannot name them.
    """

    by_authors_role: bool = True
    by_roles: frozenset[Role] = frozenset({Role.SUPERVISOR})
    of_systems_by_roles: frozenset[Role] = frozenset({Role.COUNSELOR, Role.CASE_MANAGER, Role.PRESCRIBER})

    @model_validator(mode="after")
    def _never_a_peer_a_counselors(self) -> "CorrectionsPolicy":
        if Role.PEER in self.by_roles:
            raise ValueError("by_roles cannot name peer: peers set right what peers recorded alone")
        return self


class ClientAccessPolicy(_Section):
    """Which clients of the organization somebody sees. Source: our choice.

    Everyone sees every client, unless `own_team_only` is on: then counselors, peers, case managers and prescribers see
    the clients on whose team they are, by their actor id, and others by emergency access alone. That lasts as long as
    it says and at most `emergency_access_at_most_hours`, a day, and a supervisor reviews it: HIPAA asks for a procedure
    for access in an emergency (45 CFR 164.312(a)(2)(ii)) and for looking over what was accessed (164.308(a)(1)(ii)(D)),
    without numbers.
    """

    own_team_only: bool = False
    emergency_access_at_most_hours: Positive = 24
    emergency_access_reviewed_within_working_days: Positive = 2


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
    intake: IntakePolicy = IntakePolicy()
    crisis: CrisisPolicy = CrisisPolicy()
    overdose_danger: OverdoseDangerPolicy = OverdoseDangerPolicy()
    screening: ScreeningPolicy = ScreeningPolicy()
    handoffs: HandoffsPolicy = HandoffsPolicy()
    barriers: BarriersPolicy = BarriersPolicy()
    referrals: ReferralsPolicy = ReferralsPolicy()
    postvention: PostventionPolicy = PostventionPolicy()
    caring_contacts: CaringContactsPolicy = CaringContactsPolicy()
    milestones: MilestonesPolicy = MilestonesPolicy()
    plan: PlanPolicy = PlanPolicy()
    early_warning: EarlyWarningPolicy = EarlyWarningPolicy()
    working_days: WorkingDaysPolicy = WorkingDaysPolicy()
    next_steps: NextStepsPolicy = NextStepsPolicy()
    crisis_card: CrisisCardPolicy = CrisisCardPolicy()
    corrections: CorrectionsPolicy = CorrectionsPolicy()
    client_access: ClientAccessPolicy = ClientAccessPolicy()

    def in_time_zone(self, time_zone: str) -> "Policy":
        """The same numbers for an organization that lives in that time zone."""
        working_days = self.working_days.model_copy(update={"time_zone": time_zone})
        return self.model_copy(update={"working_days": working_days})

    def for_entry(self, _: object) -> "Policy":
        """These numbers, whatever the entry: what applies where one policy has always been in force."""
        return self

    def review_due_at(self, crisis_at: datetime, tier: RiskTier) -> datetime:
        """By when a crisis in which that tier cannot be excluded has to be reviewed (R44); unknown counts as high."""
        high, otherwise = self.postvention.review_within_hours_high, self.postvention.review_within_hours_otherwise
        soon = tier in {RiskTier.HIGH, RiskTier.UNKNOWN}
        return crisis_at + timedelta(hours=high if soon else otherwise)


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
