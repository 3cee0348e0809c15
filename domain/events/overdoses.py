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
    intent: OverdoseIntent = OverdoseIntent.UNKNOWN
    naloxone_doses: Annotated[int, Field(ge=0, le=50)] | None = None
    naloxone_given_by: tuple[Responder, ...] = ()
    reversed: bool | None = None
    emergency_services: bool | None = None
    outcome: OverdoseOutcome = OverdoseOutcome.UNKNOWN
    crisis: Annotated[StrictUUID, RefersTo("crisis_contact_recorded", cites=True)] | None = None
    account: FreeText | None = None


class OverdoseDangerAssessed(Event):
    """Somebody of the team judged whether there is danger of overdose, outside a crisis or a lapse (R32).

    Where there is, naloxone and a crisis card are asked for; where there is none any more, what waits is released.
    """

    type: Literal["overdose_danger_assessed"] = "overdose_danger_assessed"
    danger: bool
    assessed_by: Role
    note: FreeText | None = None
