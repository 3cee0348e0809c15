"""The milestone tracker as the circle of care sees it at a moment: days, steps, what was reached and celebrated."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.policy import Milestones, Policy
from domain.vocabulary import Precision
from projections.local_days import local_day
from projections.milestones.celebrations import linked
from projections.milestones.state import Celebration, CloseCall, GoalReached, Progress
from projections.milestones.stretches import Step, Stretch, Tracks, months_after, next_step, steps, tracks
from projections.projection import Answer


class Remission(StrEnum):
    """The words of DSM-5 for time since the last use: from 3 months early, from 12 months sustained."""

    EARLY = "early"
    SUSTAINED = "sustained"


class LadderStep(Answer):
    """A step of the recovery ladder."""

    days: int = Field(description="The step, in days.")
    on: date = Field(description="The local day that brings it.")
    at: datetime = Field(description="When that day begins; from then on the step is reached.")
    reached: bool = Field(description="Whether it is reached at the moment asked about.")
    put_by: UUID = Field(description="The entry that started the stretch in which the step lies.")


class StretchOfDays(Answer):
    """Days in a row since a use. A later use ends the stretch and takes nothing away from it."""

    put_by: UUID = Field(description="The entry that started it: an intake that told of a last use, or a lapse.")
    started_on: date = Field(description="The local day of that use.")
    ended_on: date | None = Field(description="The local day of the next use; null while the stretch goes on.")
    ended_by: UUID | None = Field(description="The entry that told of the next use.")
    days: int = Field(description="Days from its start to its end, or to the day asked about.")
    steps: tuple[LadderStep, ...] = Field(description="Steps reached and, while the stretch goes on, those to come.")


class Track(Answer):
    """Recovery time from one substance, or from all of them together."""

    track: str = Field(description="The substance, or overall.")
    current_days: int = Field(description="Days since the last use, on the day asked about.")
    longest_days: int = Field(description="Days of the longest stretch.")
    cumulative_days: int = Field(description="Days of all stretches together.")
    remission: Remission | None = Field(description="The DSM-5 word that the present stretch has come to, if any.")
    remission_since: date | None = Field(description="The local day from which that word holds.")
    next_step: LadderStep | None = Field(description="The next step of the ladder.")
    stretches: tuple[StretchOfDays, ...] = Field(description="Every stretch, earliest first; the last one goes on.")


class ReachedGoal(Answer):
    """A goal that was reached."""

    put_by: UUID = Field(description="The entry that closed the goal as achieved.")
    goal: UUID = Field(description="The entry that set the goal.")
    description: str | None = Field(description="The goal in words.")
    at: datetime = Field(description="When it was reached.")
    precision: Precision = Field(description="How exactly that moment is known.")
    on: date = Field(description="The local day on which it was reached.")


class RiddenOut(Answer):
    """A close call: an urge that was ridden out."""

    put_by: UUID = Field(description="The entry that tells of it.")
    at: datetime = Field(description="When it was.")
    precision: Precision = Field(description="How exactly that moment is known.")
    on: date = Field(description="The local day.")


class CelebrationHeld(Answer):
    """A celebration, and what it celebrated: days, a goal, or something of the client's own."""

    put_by: UUID = Field(description="The entry of the celebration.")
    at: datetime = Field(description="When it was.")
    precision: Precision = Field(description="How exactly that moment is known.")
    on: date = Field(description="The local day.")
    days: int | None = Field(description="How many days were celebrated.")
    track: str | None = Field(description="Of which substance the days were, or overall.")
    stretch_put_by: UUID | None = Field(description="The entry that started the stretch whose days were celebrated.")
    goal: UUID | None = Field(description="The entry that set the goal that was celebrated.")
    goal_reached_by: UUID | None = Field(description="The entry that closed that goal as achieved.")
    own: str | None = Field(description="What was celebrated, in the client's own words.")
    how: str | None = Field(description="How it was celebrated.")


class MilestonesAnswer(Answer):
    """A client's milestones. A lapse is data: it starts a new stretch and takes away nothing that was reached."""

    time_zone: str = Field(description="The time zone in which the client's days are counted.")
    today: date = Field(description="The client's day at the moment asked about.")
    tracks: tuple[Track, ...] = Field(description="Recovery time overall, then by substance.")
    goals_reached: tuple[ReachedGoal, ...] = Field(description="Goals closed as achieved, earliest first.")
    close_calls: int = Field(description="How many urges were ridden out.")
    first_close_call: RiddenOut | None = Field(description="The first of them.")
    latest_close_call: RiddenOut | None = Field(description="The latest of them.")
    celebrations: tuple[CelebrationHeld, ...] = Field(description="Celebrations, earliest first.")


def view(state: Progress, at: datetime, policy: Policy) -> MilestonesAnswer:
    """The milestones as they stand at the moment `at`."""
    zone = state.zone(policy)
    found = tracks(state, zone)
    calls = [_ridden_out(call, zone) for call in state.close_calls]
    return MilestonesAnswer(
        time_zone=zone.key,
        today=local_day(at, zone),
        tracks=tuple(_track(name, stretches, at, zone, policy.milestones) for name, stretches in found.items()),
        goals_reached=tuple(_goal(goal, state, zone) for goal in state.goals_reached),
        close_calls=len(calls),
        first_close_call=calls[0] if calls else None,
        latest_close_call=calls[-1] if calls else None,
        celebrations=tuple(_celebration(each, state, found, zone) for each in state.celebrations),
    )


def _track(name: str, stretches: tuple[Stretch, ...], at: datetime, zone: ZoneInfo, milestones: Milestones) -> Track:
    today = local_day(at, zone)
    current = stretches[-1]
    days = [stretch.days(today) for stretch in stretches]
    coming = next_step(current, zone, milestones, today)
    remission, since = _remission(current, today, milestones)
    return Track(
        track=name,
        current_days=days[-1],
        longest_days=max(days),
        cumulative_days=sum(days),
        remission=remission,
        remission_since=since,
        next_step=_step(coming, current, at) if coming else None,
        stretches=tuple(_stretch(stretch, at, zone, milestones) for stretch in stretches),
    )


def _stretch(stretch: Stretch, at: datetime, zone: ZoneInfo, milestones: Milestones) -> StretchOfDays:
    today = local_day(at, zone)
    return StretchOfDays(
        put_by=stretch.put_by,
        started_on=stretch.started_on,
        ended_on=stretch.ended_on,
        ended_by=stretch.ended_by,
        days=stretch.days(today),
        steps=tuple(_step(step, stretch, at) for step in steps(stretch, zone, milestones, today)),
    )


def _step(step: Step, stretch: Stretch, at: datetime) -> LadderStep:
    return LadderStep(days=step.days, on=step.on, at=step.at, reached=step.at <= at, put_by=stretch.put_by)


def _remission(stretch: Stretch, today: date, milestones: Milestones) -> tuple[Remission | None, date | None]:
    for word, months in (
        (Remission.SUSTAINED, milestones.sustained_remission_months),
        (Remission.EARLY, milestones.early_remission_months),
    ):
        since = months_after(stretch.started_on, months)
        if since <= today:
            return word, since
    return None, None


def _goal(reached: GoalReached, state: Progress, zone: ZoneInfo) -> ReachedGoal:
    goal = state.goal(reached.goal)
    return ReachedGoal(
        put_by=reached.put_by,
        goal=reached.goal,
        description=goal.description if goal else None,
        at=reached.at,
        precision=reached.precision,
        on=local_day(reached.at, zone),
    )


def _ridden_out(call: CloseCall, zone: ZoneInfo) -> RiddenOut:
    return RiddenOut(put_by=call.put_by, at=call.at, precision=call.precision, on=local_day(call.at, zone))


def _celebration(celebration: Celebration, state: Progress, found: Tracks, zone: ZoneInfo) -> CelebrationHeld:
    link = linked(celebration, state, found, zone)
    return CelebrationHeld(
        put_by=celebration.put_by,
        at=celebration.at,
        precision=celebration.precision,
        on=link.on,
        days=celebration.days,
        track=link.track,
        stretch_put_by=link.stretch_put_by,
        goal=celebration.goal,
        goal_reached_by=link.goal_reached_by,
        own=celebration.own,
        how=celebration.how,
    )
