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
    triggers: tuple[Trigger, ...] = ()
    around: tuple[FreeText, ...] = ()
    within: tuple[FreeText, ...] = ()
    among_people: tuple[FreeText, ...] = ()
    coping: tuple[FreeText, ...] = ()
    refusal_skills: tuple[FreeText, ...] = ()
    written_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    because_of: BecauseOf = ()

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
    by: Role


class TriggerAnticipated(Event):
    """A day lies ahead that may bring cravings or distress, such as an anniversary or a court date (R26), `on` a day
    of the client's. `touchpoints` are the contacts that are owed before it.
    """

    type: Literal["trigger_anticipated"] = "trigger_anticipated"
    on: Day
    kind: DayAhead
    triggers: tuple[Trigger, ...] = ()
    what: FreeText | None = None
    touchpoints: Annotated[tuple[Touchpoint, ...], Field(max_length=16)] = ()
    because_of: BecauseOf = ()


class TriggerPassed(Event):
    """The day that was seen coming has passed, or will not come (R26); touchpoints that still wait are released."""

    type: Literal["trigger_passed"] = "trigger_passed"
    trigger: Annotated[StrictUUID, RefersTo("trigger_anticipated", once=True)]
    outcome: DayPassed
    note: FreeText | None = None
