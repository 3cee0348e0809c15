"""What is asked and told of unusual access."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from domain.events.base import FreeText, StrictUUID
from domain.vocabulary.unusual_access import UnusualAccessRule
from service.access.caller import KeyRole
from service.api.days import Day
from service.api.parameters import IN_DIGITS, plain_uuid, true_or_false
from service.care.unusual_access import MOST_DAYS, USUAL_DAYS, FoundPage
from service.care.unusual_notes import Found
from service.care.unusual_reads import MOST_NAMED


class UnusualAccessQuery(BaseModel):
    """Which unusual access."""

    model_config = ConfigDict(frozen=True)

    first_day: Annotated[
        Day,
        Field(
            description=f"The first day, in the organization's time zone; {USUAL_DAYS} days up to the last unless said,"
            f" and {MOST_DAYS} at most."
        ),
    ] = None
    last_day: Annotated[Day, Field(description="The last day; today unless said.")] = None
    person_id: Annotated[
        UUID | None, BeforeValidator(plain_uuid), Field(description="Only reads by whoever has this `actor_id`.")
    ] = None
    rule: Annotated[UnusualAccessRule | None, Field(description="Only what is unusual by this rule.")] = None
    noted: Annotated[
        bool, BeforeValidator(true_or_false), Field(description="Also those of which somebody took note.")
    ] = False
    before: Annotated[
        UUID | None,
        BeforeValidator(plain_uuid),
        Field(description="Go on with those whose last record is earlier than this: `next` of the page before."),
    ] = None
    limit: Annotated[
        int,
        Field(ge=1, le=500, description="How many; where a read breaks several rules, up to two more come with it."),
        IN_DIGITS,
    ] = 100


class UnusualAccessNote(BaseModel):
    """That somebody took note of unusual reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: UUID = Field(description="The event of your organization's own timeline that says so.")
    noted_at: datetime = Field(description="When it was recorded.")
    noted_by: str = Field(description="Who did, by role and name.")
    actor_id: UUID = Field(description="Who did, by their `actor_id`.")
    justified: bool | None = Field(description="Whether the reads were justified; null where that cannot be read.")
    note: str | None = Field(description="What was found, and what follows; null where nothing was said.")


class UnusualReadsFound(BaseModel):
    """Reads by one person on one day that are unusual by one rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID = Field(description="Which reads these are; with more such reads that day they are others, and wait anew.")
    rule: UnusualAccessRule = Field(description="What is unusual about them.")
    day: date = Field(description="The day, in the organization's time zone.")
    actor_id: UUID = Field(description="Who read, by the id that stands beside what they record.")
    role: KeyRole = Field(description="Their role.")
    name: str = Field(description="Their name, as the key says it.")
    first_at: datetime = Field(description="When the first of these reads was.")
    last_at: datetime = Field(description="When the last was.")
    reads: int = Field(description="How many reads they are.")
    clients: int = Field(description="Of how many clients.")
    most_in_an_hour: int | None = Field(
        description="Of how many clients within one hour at most; null unless `rule` is `many_clients_in_an_hour`."
    )
    client_ids: tuple[UUID, ...] = Field(description=f"The clients, {MOST_NAMED} of them at most.")
    record_ids: tuple[UUID, ...] = Field(
        description=f"The access records of the reads, the newest first, {MOST_NAMED} of them at most; the first is"
        " what is given to take note."
    )
    noted: UnusualAccessNote | None = Field(description="That somebody took note; null while it waits.")

    @classmethod
    def of(cls, found: Found) -> "UnusualReadsFound":
        """The answer for what was found."""
        said = found.reads._asdict()
        del said["last_record"]
        return cls(id=found.reads.id, **said, noted=_note(found))


class UnusualAccessAnswer(BaseModel):
    """Unusual access in some days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: int = Field(description="The position of the log that the teams and episodes reflect.")
    first_day: date = Field(description="The first day that was looked at.")
    last_day: date = Field(description="The last day.")
    found: tuple[UnusualReadsFound, ...] = Field(description="What was found, that with the latest read first.")
    next: UUID | None = Field(description="What to give as `before` for earlier ones; null when these are the first.")


class NoteToKeep(BaseModel):
    """What a supervisor found about unusual reads."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    rule: UnusualAccessRule = Field(description="What was unusual about them.")
    last_record: StrictUUID = Field(description="The first of their `record_ids`: the last of these reads.")
    justified: bool = Field(description="Whether they were justified.")
    note: FreeText | None = Field(None, description="What was found, and what follows.")


def unusual_access_answer(page: FoundPage, first: date, last: date) -> UnusualAccessAnswer:
    """A page of what was found in these days."""
    found = tuple(map(UnusualReadsFound.of, page.found))
    following = page.found[-1].reads.last_record if page.more else None
    return UnusualAccessAnswer(position=page.position, first_day=first, last_day=last, found=found, next=following)


def _note(found: Found) -> UnusualAccessNote | None:
    noted = found.noted
    if noted is None:
        return None
    said = noted.said
    return UnusualAccessNote(
        event_id=noted.event_id, noted_at=noted.noted_at, noted_by=noted.noted_by, actor_id=noted.actor_id,
        justified=said.justified if said else None, note=said.note if said else None,
    )  # fmt: skip
