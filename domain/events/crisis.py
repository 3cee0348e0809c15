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
    channel: Channel
    noticed_by: Role
    activated: tuple[Role, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    cssrs: CssrsAnswers | None = None
    overdose_danger: bool | None = None
    actions: tuple[CrisisAction, ...] = ()
    continues: Annotated[StrictUUID, RefersTo("crisis_contact_recorded")] | None = None
    account: FreeText | None = None


class CrisisResolved(Event):
    """The crisis has passed; the follow-ups that it asked for stop, but not the first one (R42).

    Where contact was lost it has not passed: nothing stops, and the client is to be found. When they are, the crisis
    is resolved by another such entry; of several the first counts that does not say that contact was lost.
    """

    type: Literal["crisis_resolved"] = "crisis_resolved"
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded")]
    outcome: CrisisOutcome
    note: FreeText | None = None


class SafetyPlanWritten(Event):
    """A version of the client's safety plan, in the six steps of Stanley and Brown (R39).

    It replaces the version before it, so one that says nothing at all is refused. `crisis` cites the crisis that it was
    written after, and orders nothing: a corrected time of the crisis must not bring an older plan back.
    """

    type: Literal["safety_plan_written"] = "safety_plan_written"
    warning_signs: tuple[FreeText, ...] = ()
    own_coping: tuple[FreeText, ...] = ()
    people_and_places: tuple[FreeText, ...] = ()
    people_to_ask: tuple[FreeText, ...] = ()
    professionals: tuple[FreeText, ...] = ()
    means_safety: tuple[FreeText, ...] = ()
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", cites=True)] | None = None

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
