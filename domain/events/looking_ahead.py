"""Looking ahead: the relapse-prevention plan, and days that can be seen coming (R15, R26)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Day, Event, FreeText, KnownEntries, Part, RefersTo, StrictUUID
from domain.events.plan import BecauseOf
from domain.refusals import Refusal
from domain.vocabulary.people import Role
from domain.vocabulary.plan import DayAhead, DayPassed, Environment
from domain.vocabulary.triggers import Trigger


class RelapsePreventionPlanWritten(Event):
    """Client and team wrote a version of the relapse-prevention plan (R15; S0, S3, S4): what may set off a craving,
    `around` the client (places, things, times of day), `within` (feelings, thoughts, the body) and `among_people`
    (company, conflict, pressure), what helps then, and how to say no. It replaces the version written before it.

    It is written for an `environment`, since what surrounds the client changes what they meet: a move asks for a new
    version. One that says nothing is refused, since it would take the place of one that does.
    """

    type: Literal["relapse_prevention_plan_written"] = "relapse_prevention_plan_written"
    environment: Environment
    """The surroundings that it is written for."""
    triggers: tuple[Trigger, ...] = ()
    """What may set off a craving."""
    around: tuple[FreeText, ...] = ()
    """What may do so around the client: places, things, times of day."""
    within: tuple[FreeText, ...] = ()
    """What may do so within: feelings, thoughts, the body."""
    among_people: tuple[FreeText, ...] = ()
    """What may do so among people: company, conflict, pressure."""
    coping: tuple[FreeText, ...] = ()
    """What helps then."""
    refusal_skills: tuple[FreeText, ...] = ()
    """How to say no."""
    written_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    """Who wrote it with the client, by role."""
    because_of: BecauseOf = ()
    """The events that led to it."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if not any((self.triggers, self.around, self.within, self.among_people, self.coping, self.refusal_skills)):
            yield Refusal(
                "relapse_prevention_plan_says_something",
                "",
                "Name a trigger, a way of coping or a refusal skill; the plan written before stays as it is.",
            )


class Touchpoint(Part):
    """That somebody of the team is in touch with the client, so many days before a day that can be seen coming."""

    days_before: Annotated[int, Field(ge=0, le=90)]
    """How many days before the day."""
    by: Role
    """Who is to be in touch, by role."""


class TriggerAnticipated(Event):
    """A day lies ahead that may bring cravings or distress, such as an anniversary or a court date (R26), `on` a day
    of the client's. `touchpoints` are the contacts that are owed before it.
    """

    type: Literal["trigger_anticipated"] = "trigger_anticipated"
    on: Day
    """The day, a local one of the client's."""
    kind: DayAhead
    """What kind of day it is."""
    triggers: tuple[Trigger, ...] = ()
    """What it may bring."""
    what: FreeText | None = None
    """The day in words."""
    touchpoints: Annotated[tuple[Touchpoint, ...], Field(max_length=16)] = ()
    """The contacts that are owed before it."""
    because_of: BecauseOf = ()
    """The events that led to it."""


class TriggerPassed(Event):
    """The day that was seen coming has passed, or will not come (R26); touchpoints that still wait are released."""

    type: Literal["trigger_passed"] = "trigger_passed"
    trigger: Annotated[StrictUUID, RefersTo("trigger_anticipated", once=True)]
    """The day that was seen coming."""
    outcome: DayPassed
    """How it passed."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
