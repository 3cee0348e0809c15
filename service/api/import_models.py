"""A line of history to import, and what is answered for it."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator
from pydantic_core import PydanticCustomError

from domain.entry import Draft
from domain.events.base import Slug, StrictUUID
from service.api.problem import ProblemDocument
from service.api.request_models import EventToRecord, Identifier


class ImportLine(EventToRecord):
    """One line of history: an event that another system kept, and whose it is."""

    client_id: StrictUUID | None = Field(
        None, description="The client's id. The first event of a new client creates them. Or say `identifier`."
    )
    identifier: Identifier | None = Field(
        None,
        description="In place of `client_id`: by which another system knows the client. Where nobody has it, the first"
        " event of a timeline creates a client who has it; any other line is refused (`identifier_known`).",
    )
    id: StrictUUID = Field(
        description="The event's id, always the same for the same event of the other system: so a file can be sent"
        " again, and what stands is not recorded twice."
    )
    source: Slug = Field(
        description="The system that kept it, never a person. It is a part of what the event says, so it stays the"
        " same when the file is sent again."
    )

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if (self.client_id is None) == (self.identifier is None):
            raise PydanticCustomError("client_or_identifier", "Say whose it is: client_id or identifier, one of them.")
        return self

    @property
    def draft(self) -> Draft:
        """The event as it is recorded."""
        return Draft(
            self.id,
            self.event,
            self.occurred_at,
            self.precision,
            self.source,
            self.correlation_id,
            self.causation_id,
            self.on_behalf_of,
        )


class LineStatus(StrEnum):
    """What became of a line."""

    RECORDED = "recorded"
    ALREADY = "already"
    REFUSED = "refused"


class LineResult(BaseModel):
    """What became of one line. Lines without a word on them have no result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: PositiveInt = Field(description="The line's number, from 1.")
    status: LineStatus = Field(
        description="`recorded`: it is on disk. `already`: it was before, and says the same. `refused`: it was not"
        " recorded, `problem` says why, and the other lines are not concerned."
    )
    version: PositiveInt | None = Field(None, description="The event's place in its client's timeline.")
    position: PositiveInt | None = Field(None, description="The event's place in your organization's log.")
    problem: ProblemDocument | None = Field(None, description="Why it was refused. Never quotes the line.")


class ImportStanding(BaseModel):
    """How an import stands: the last line of the answer and, with `results=refused`, after each group of lines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["progress", "complete", "stopped"] = Field(
        description="`progress`: more comes. `complete`: every line was dealt with. `stopped`: the service could not go"
        " on, `problem` says why; send the same again, or from `next_line` on. An answer that ends without one of the"
        " last two broke off: send the same again."
    )
    next_line: PositiveInt = Field(description="All lines before this one were dealt with: a fit `from_line`.")
    recorded: NonNegativeInt = Field(description="Lines that were recorded.")
    already: NonNegativeInt = Field(description="Lines that had been recorded before.")
    refused: NonNegativeInt = Field(description="Lines that were refused.")
    problem: ProblemDocument | None = Field(None, description="Why the service could not go on.")
