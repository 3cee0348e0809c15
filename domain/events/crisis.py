"""Crisis contacts, their resolution, and the safety plan (R36-R43).

A crisis contact is never refused for being incomplete: an unanswered question stays unknown.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, KnownEntries, RefersTo, StrictUUID
from domain.instruments.cssrs import CssrsAnswers
from domain.refusals import Refusal
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.triggers import Trigger


class CrisisContactRecorded(Event):
    """Somebody was met in a crisis; may be a client's very first entry, before registration (R08, R36-R38, R43).

    `cssrs` holds coded answers of the Columbia screener; `overdose_danger` is the recorder's judgment,
    None when it was not assessed. Anyone may notice and activate the team, a peer included.

    `continues` names an earlier contact in the same crisis, be it the one before or the first: together they are one
    crisis, with one set of follow-ups and one review. It answers that contact, since a crisis does not go on before
    it has begun; it replaces nothing, so that a corrected time makes nothing older current again.
    """

    type: Literal["crisis_contact_recorded"] = "crisis_contact_recorded"
    kinds: Annotated[tuple[CrisisKind, ...], Field(min_length=1)]
    """What kind of crisis."""
    channel: Channel
    """How they met."""
    noticed_by: Role
    """Who noticed, by role."""
    activated: tuple[Role, ...] = ()
    """Who of the team was activated, by role."""
    triggers: tuple[Trigger, ...] = ()
    """What set it off, as far as known."""
    cssrs: CssrsAnswers | None = None
    """Answers of the Columbia screener, where it was asked."""
    overdose_danger: bool | None = None
    """Whether there is danger of overdose, as judged then; left out where nobody assessed it."""
    actions: tuple[CrisisAction, ...] = ()
    """What was done."""
    continues: Annotated[StrictUUID, RefersTo("crisis_contact_recorded")] | None = None
    """An earlier contact in the same crisis."""
    account: FreeText | None = None
    """What happened, in words."""


class CrisisResolved(Event):
    """The crisis has passed; the follow-ups that it asked for stop, but not the first one (R42).

    Where contact was lost it has not passed: nothing stops, and the client is to be found. When they are, the crisis
    is resolved by another such entry; of several the first counts that does not say that contact was lost.
    """

    type: Literal["crisis_resolved"] = "crisis_resolved"
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded")]
    """Any contact of the crisis."""
    outcome: CrisisOutcome
    """How it ended."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""


class SafetyPlanWritten(Event):
    """A version of the client's safety plan, in the six steps of Stanley and Brown (R39).

    It replaces the version before it, so one that says nothing at all is refused. `crisis` cites the crisis that it was
    written after, and orders nothing: a corrected time of the crisis must not bring an older plan back.
    """

    type: Literal["safety_plan_written"] = "safety_plan_written"
    warning_signs: tuple[FreeText, ...] = ()
    """Step 1: signs that a crisis may be coming."""
    own_coping: tuple[FreeText, ...] = ()
    """Step 2: what the client can do alone."""
    people_and_places: tuple[FreeText, ...] = ()
    """Step 3: people and places that take the mind off it."""
    people_to_ask: tuple[FreeText, ...] = ()
    """Step 4: people to ask for help."""
    professionals: tuple[FreeText, ...] = ()
    """Step 5: professionals and lines to call."""
    means_safety: tuple[FreeText, ...] = ()
    """Step 6: how the surroundings are made safe."""
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", cites=True)] | None = None
    """The crisis after which it was written."""

    def refusals(self, known: KnownEntries) -> Iterator[Refusal]:
        if not any(self.steps):
            yield Refusal(
                "safety_plan_says_something",
                "",
                "Fill in at least one of the six steps; an empty safety plan would replace the one that is there.",
            )

    @property
    def steps(self) -> tuple[tuple[FreeText, ...], ...]:
        """What it says in each of the six steps, in order."""
        return (
            self.warning_signs,
            self.own_coping,
            self.people_and_places,
            self.people_to_ask,
            self.professionals,
            self.means_safety,
        )
