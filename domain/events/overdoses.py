"""Overdoses that happened, and the assessment of their danger (R32, R60)."""

from typing import Annotated, Literal

from pydantic import Field

from domain.events.base import Event, FreeText, RefersTo, StrictUUID
from domain.vocabulary.overdoses import OverdoseIntent, OverdoseOutcome, Responder
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance


class OverdoseRecorded(Event):
    """The client had an overdose: of what, whether it was reversed and by whom, and how it ended (R60).

    `substances` is empty when they are not known. Naloxone given here is not a kit taken home: whoever had an overdose
    is in danger of another one, and is asked for naloxone. `crisis` names the crisis contact that it belongs to.
    """

    type: Literal["overdose_recorded"] = "overdose_recorded"
    substances: tuple[Substance, ...] = ()
    """Of what; empty where that is not known."""
    intent: OverdoseIntent = OverdoseIntent.UNKNOWN
    """Whether it was meant, as far as known."""
    naloxone_doses: Annotated[int, Field(ge=0, le=50)] | None = None
    """How many doses of naloxone were given; left out where not known."""
    naloxone_given_by: tuple[Responder, ...] = ()
    """Who gave them."""
    reversed: bool | None = None
    """Whether it was reversed; left out where not known."""
    emergency_services: bool | None = None
    """Whether emergency services came; left out where not known."""
    outcome: OverdoseOutcome = OverdoseOutcome.UNKNOWN
    """How it ended."""
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", cites=True)] | None = None
    """The crisis contact that it belongs to."""
    account: FreeText | None = None
    """What happened, in words."""


class OverdoseDangerAssessed(Event):
    """Somebody of the team judged whether there is danger of overdose, outside a crisis or a lapse (R32).

    Where there is, naloxone and a crisis card are asked for; where there is none any more, what waits is released.
    """

    type: Literal["overdose_danger_assessed"] = "overdose_danger_assessed"
    danger: bool
    """Whether there is danger of overdose."""
    assessed_by: Role
    """Who judged it, by role."""
    note: FreeText | None = None
    """Anything else worth keeping, in words."""
