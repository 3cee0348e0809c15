"""The forms of the pages of lists over many clients; those of their rows are beside the queries."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from service.projector.list_rows import ListedClient, ListedSignal, ListedTask


class ListPage(BaseModel):
    """What every page of a list says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: int = Field(
        description="The position of your organization's log that this page reflects: of the last event that it knows."
    )
    as_of: datetime = Field(description="The moment by which it is judged what is late, and who is on a team.")
    parked: int = Field(
        description="For how many clients, of all whom you see, the lists do not tell everything up to that position,"
        " since a defect keeps their events from being followed. Whoever runs the service is told."
    )
    erased_clients: int = Field(
        description="How many of your organization's clients were erased up to that position, at their word or when the"
        " time for which a record is kept was over. Nothing tells of them any more, whatever moment is asked about: a"
        " list or a count that was made before had them, where this number was lower then."
    )
    next: str | None = Field(description="What to give as `after` to go on; null when these are the last.")


class Worklist(ListPage):
    """A page of the worklist."""

    tasks: tuple[ListedTask, ...] = Field(description="What still has to happen; what is due first stands first.")


class Caseload(ListPage):
    """A page of the caseload."""

    clients: tuple[ListedClient, ...] = Field(description="The clients, in the order of their ids.")


class WaitingSignals(ListPage):
    """A page of the signals that wait."""

    signals: tuple[ListedSignal, ...] = Field(description="The signals; those that have waited longest stand first.")
