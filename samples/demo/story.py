"""Stories of care as data: what happened, when, who of the team recorded it, and the words in which it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.entry import Draft
from domain.events.base import Event
from domain.vocabulary.record import Precision
from service.access.caller import KeyRole

SOURCE = "story"
"""The system that a story's entries say they come from."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a story: an event, when it occurred, whose key records it, and a line that tells it."""

    draft: Draft
    by: KeyRole
    told: str

    @property
    def event(self) -> Event:
        """What happened."""
        return self.draft.event


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps that belong together, and how they are introduced."""

    name: str
    title: str
    told: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A client's story, in the order in which it is recorded."""

    client_id: UUID
    time_zone: ZoneInfo
    chapters: tuple[Chapter, ...]

    @property
    def steps(self) -> Iterator[Step]:
        """Every step, chapter after chapter."""
        return (step for chapter in self.chapters for step in chapter.steps)

    def chapter(self, name: str) -> Chapter:
        """The chapter of that name."""
        return next(chapter for chapter in self.chapters if chapter.name == name)

    def id(self, name: str) -> UUID:
        """The id of the step of that name."""
        return id_of(self.client_id, name)

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.draft.id == self.id(name))

    def without(self, *names: str) -> "Story":
        """The story as it goes when these steps are left out."""
        ids = {self.id(name) for name in names}
        return replace(
            self,
            chapters=tuple(
                replace(chapter, steps=tuple(step for step in chapter.steps if step.draft.id not in ids))
                for chapter in self.chapters
            ),
        )


def id_of(client_id: UUID, name: str) -> UUID:
    """The id of a client's step of that name, always the same."""
    return uuid5(client_id, name)


class StoryWriter:
    """Writes a client's story: gives its steps ids by name, and moments by days before today.

    The same client and name give the same id, so later steps refer to earlier ones by name.
    """

    def __init__(self, client_id: UUID, time_zone: str, now: datetime) -> None:
        self.client_id = client_id
        self.zone = ZoneInfo(time_zone)
        self.today: date = now.astimezone(self.zone).date()
        self.id = partial(id_of, client_id)

    def day(self, days_ago: int) -> date:
        """The client's day so many days before today."""
        return self.today - timedelta(days=days_ago)

    def moment(self, days_ago: int, clock: str) -> datetime:
        """The moment at which the client's clock showed that time, such as 19:20, so many days before today."""
        local = datetime.combine(self.day(days_ago), time.fromisoformat(clock), self.zone)
        return local.astimezone(UTC)

    def step(
        self,
        name: str,
        by: KeyRole,
        days_ago: int,
        clock: str,
        event: Event,
        told: str = "",
        *,
        precision: Precision = Precision.INSTANT,
    ) -> Step:
        """A step of that name, which happened so many days before today, when the client's clock showed that time."""
        return Step(Draft(self.id(name), event, self.moment(days_ago, clock), precision, SOURCE), by, told)
