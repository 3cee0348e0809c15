"""The rows of lists over many clients: coded columns alone, never what people say in their own words.

They are what the API answers, and the columns of the views of the same names, with their comments.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from projections.answers import Answer

TASKS_ORDER: Final = ("due_at", "client_id", "kind", "because", "step")
CLIENTS_ORDER: Final = ("client_id",)
SIGNALS_ORDER: Final = ("raised_at", "client_id", "rule", "event_id", "about_on")


class ListedRow(Answer):
    """A row of a list."""

    def key(self, order: tuple[str, ...]) -> tuple[object, ...]:
        """What the row says in the columns by which its list is ordered."""
        return tuple(getattr(self, column) for column in order)


class ListedTask(ListedRow):
    """An obligation that still has to be met."""

    client_id: UUID
    """For whom."""
    kind: ObligationKind
    """What must happen."""
    because: UUID
    """The event that asks for it."""
    step: int
    """From 1, where one event asks for the same several times."""
    opens_at: datetime
    """From when it can be met."""
    due_at: datetime
    """By when it must be met."""
    late: bool
    """Whether that has passed."""
    owner_role: Role
    """The role whose task it is now."""
    person_id: UUID | None
    """The actor id of the person whose task it is: to whom it was given or, where nobody was named, the only one on
    the client's team in that role; null where no one person is known by an id."""
    reassigned: bool
    """Whether it went to them from another owner."""


class ListedClient(ListedRow):
    """How a client stands."""

    client_id: UUID
    """The client's id."""
    died_at: datetime | None
    """When the client died; null where nothing says so."""
    episode_event_id: UUID | None
    """What opened the current episode of care, or the last one; null before the first."""
    episode_opened_at: datetime | None
    """When it was opened."""
    episode_closed_at: datetime | None
    """When it was closed; null while it is open."""
    plan_event_id: UUID | None
    """What agreed on the current plan; null where there is none."""
    plan_version: int | None
    """The version of the current plan."""
    plan_agreed_at: datetime | None
    """Since when it is current."""
    safety_plan_version: int | None
    """The version of the safety plan; null where there is none."""
    safety_plan_written_at: datetime | None
    """When that was written."""
    last_contact_at: datetime | None
    """When the client was last met or heard from."""
    last_reached_at: datetime | None
    """When somebody of the team last reached the client."""
    missed_in_a_row: int
    """Sessions missed since the last one that was held."""
    next_due_at: datetime | None
    """When the next task is due that is not late."""
    late_since: datetime | None
    """Since when the first of the late tasks is late."""
    waiting: int
    """How many tasks wait, late ones among them."""
    late: int
    """How many of them are late."""
    open_crises: int
    """How many crises are open."""
    tier: RiskTier | None
    """The highest tier of risk that an open crisis shows; null where none is open. A floor: see
    tier_not_excluded."""
    tier_not_excluded: RiskTier | None
    """The highest tier that cannot be excluded in an open crisis, since something was not answered."""
    waiting_signals: int
    """How many signals hold of which nobody has taken note."""


class ListedSignal(ListedRow):
    """A signal that holds, and of which nobody has taken note."""

    client_id: UUID
    """About whom."""
    rule: SignalRule
    """The rule that raised it."""
    event_id: UUID
    """The event that raised it, or the last one after which nothing came."""
    about_on: date
    """The client's day that it is about: one that lies ahead, the last one missed, or that of the event."""
    raised_at: datetime
    """From when on it holds."""
    ends_at: datetime | None
    """When it ends by itself, as when the day ahead is over; null where it does not."""
    behind: tuple[UUID, ...]
    """The events behind it, the last one among them."""
