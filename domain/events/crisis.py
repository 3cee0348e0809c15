"""Crisis contacts, their resolution, and the safety plan (R36-R43).

A crisis contact is never refused for being incomplete: an unanswered question stays unknown.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, RefersTo, StrictUUID
from domain.instruments import CssrsAnswers
from domain.vocabulary.contacts import Channel
from domain.vocabulary.crisis import CrisisAction, CrisisKind, CrisisOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.triggers import Trigger


class CrisisContactRecorded(Event):
    """Somebody was met in a crisis; may be a client's very first entry, before registration (R08, R36-R38, R43).

    `cssrs` holds coded answers of the Columbia screener; `overdose_danger` is the recorder's judgment,
    None when it was not assessed. Anyone may notice and activate the team, a peer included.
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
    account: FreeText | None = None


class CrisisResolved(Event):
    """The crisis has passed; the follow-ups that it asked for stop (R42)."""

    type: Literal["crisis_resolved"] = "crisis_resolved"
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", once=True)]
    outcome: CrisisOutcome
    note: FreeText | None = None


class SafetyPlanWritten(Event):
    """A version of the client's safety plan, in the six steps of Stanley and Brown (R39).

    It replaces the version before it. `crisis` cites the crisis that it was written after, and orders nothing: a
    corrected time of the crisis must not bring an older plan back.
    """

    type: Literal["safety_plan_written"] = "safety_plan_written"
    warning_signs: tuple[FreeText, ...] = ()
    own_coping: tuple[FreeText, ...] = ()
    people_and_places: tuple[FreeText, ...] = ()
    people_to_ask: tuple[FreeText, ...] = ()
    professionals: tuple[FreeText, ...] = ()
    means_safety: tuple[FreeText, ...] = ()
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", cites=True)] | None = None
