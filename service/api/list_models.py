"""The forms of lists over many clients: coded columns alone, never what people say in their own words."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListedTask(_Answer):
    """An obligation that still has to be met."""

    client_id: UUID = Field(description="For whom.")
    kind: ObligationKind = Field(description="What must happen.")
    because: UUID = Field(description="The event that asks for it.")
    step: int = Field(description="From 1, where one event asks for the same several times.")
    opens_at: datetime = Field(description="From when it can be met.")
    due_at: datetime = Field(description="By when it must be met.")
    late: bool = Field(description="Whether that has passed.")
    owner_role: Role = Field(description="The role whose task it is now.")
    person_id: UUID | None = Field(
        description="The actor id of the person whose task it is: to whom it was given or, where nobody was named, the"
        " only one on the client's team in that role; null where no one person is known by an id."
    )
    reassigned: bool = Field(description="Whether it went to them from another owner.")


class ListedClient(_Answer):
    """How a client stands."""

    client_id: UUID = Field(description="The client's id.")
    died_at: datetime | None = Field(description="When the client died; null where nothing says so.")
    episode_event_id: UUID | None = Field(
        description="What opened the current episode of care, or the last one; null before the first."
    )
    episode_opened_at: datetime | None = Field(description="When it was opened.")
    episode_closed_at: datetime | None = Field(description="When it was closed; null while it is open.")
    plan_event_id: UUID | None = Field(description="What agreed on the current plan; null where there is none.")
    plan_version: int | None = Field(description="The version of the current plan.")
    plan_agreed_at: datetime | None = Field(description="Since when it is current.")
    safety_plan_version: int | None = Field(description="The version of the safety plan; null where there is none.")
    safety_plan_written_at: datetime | None = Field(description="When that was written.")
    last_contact_at: datetime | None = Field(description="When the client was last met or heard from.")
    last_reached_at: datetime | None = Field(description="When somebody of the team last reached the client.")
    missed_in_a_row: int = Field(description="Sessions missed since the last one that was held.")
    next_due_at: datetime | None = Field(description="When the next task is due that is not late.")
    late_since: datetime | None = Field(description="Since when the first of the late tasks is late.")
    waiting: int = Field(description="How many tasks wait, late ones among them.")
    late: int = Field(description="How many of them are late.")
    open_crises: int = Field(description="How many crises are open.")
    tier: RiskTier | None = Field(
        description="The highest tier of risk that an open crisis shows; null where none is open. A floor: see the next"
    )
    tier_not_excluded: RiskTier | None = Field(
        description="The highest tier that cannot be excluded in an open crisis, since something was not answered."
    )
    waiting_signals: int = Field(description="How many signals hold of which nobody has taken note.")


class ListedSignal(_Answer):
    """A signal that holds, and of which nobody has taken note."""

    client_id: UUID = Field(description="About whom.")
    rule: SignalRule = Field(description="The rule that raised it.")
    event_id: UUID = Field(description="The event that raised it, or the last one after which nothing came.")
    about_on: date = Field(
        description="The client's day that it is about: one that lies ahead, the last one missed, or that of the event."
    )
    raised_at: datetime = Field(description="From when on it holds.")
    ends_at: datetime | None = Field(
        description="When it ends by itself, as when the day ahead is over; null where it does not."
    )
    behind: tuple[UUID, ...] = Field(description="The events behind it, the last one among them.")


class _Page(_Answer):
    position: int = Field(
        description="The position of your organization's log that this page reflects: of the last event that it knows."
    )
    as_of: datetime = Field(description="The moment by which it is judged what is late, and who is on a team.")
    parked: int = Field(
        description="For how many clients, in the whole organization, the lists do not tell everything up to that"
        " position, since a defect keeps their events from being followed. Whoever runs the service is told."
    )
    next: str | None = Field(description="What to give as `after` to go on; null when these are the last.")


class Worklist(_Page):
    """A page of the worklist."""

    tasks: tuple[ListedTask, ...] = Field(description="What still has to happen; what is due first stands first.")


class Caseload(_Page):
    """A page of the caseload."""

    clients: tuple[ListedClient, ...] = Field(description="The clients, in the order of their ids.")


class WaitingSignals(_Page):
    """A page of the signals that wait."""

    signals: tuple[ListedSignal, ...] = Field(description="The signals; those that have waited longest stand first.")
