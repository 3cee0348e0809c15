"""What a projection is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Table

from domain.effective import Effective, effective
from domain.entry import Entry
from domain.events.base import Event
from domain.events.catalogue import EVENT_TYPES
from domain.policies import Numbers
from domain.policy import Policy
from domain.replacing import replace
from domain.stored import STORED
from projections.answers import Answer
from projections.asked_at import AskedAt
from projections.context import TELL_THE_TIME_ZONE, Context, TimeZones, time_zones
from projections.elements import ViewContext
from projections.fold import Fold
from projections.rows import Changes, Rows
from projections.saved_states import STATE

S = TypeVar("S")

_TIME_ZONES: Final = TypeAdapter(TimeZones)


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    """What a projection has made of a client's timeline."""

    time_zones: TimeZones
    """Where the client lives. It is known before the first entry is folded: what tells of it has everything folded
    anew, since days and due times of earlier entries depend on it."""
    state: S


class AnswerUntil(NamedTuple):
    """An answer about a moment, which the same state and policy give at each moment before another."""

    answer: Answer
    at: datetime
    until: datetime | None
    """None where it stays so for good; never later than when anything in it changes, and `at` where that is unknown."""

    def is_about(self, moment: datetime) -> bool:
        """Whether it is the answer at that moment."""
        return self.at == moment or (self.at < moment and (self.until is None or moment < self.until))


@dataclass(frozen=True)
class Projection(Generic[S]):
    """A pure fold of one client's effective timeline, and what is made of it.

    `fold` says how events change the state, and which rows analysts query; `view` is the answer for the circle of
    care at a moment, free text included. Whatever depends on today is kept as the moment at which it becomes true;
    only `view` compares it with a clock, which it is given. Every element of rows and view names the entry that
    put it there. The projection knows nothing of storage.

    `version` goes up whenever the same events would give another state, other rows or other tables: what was
    built by an older version is then not used, and is built anew.
    """

    name: str
    title: str
    version: int
    fold: Fold[S]
    view: Callable[[S, ViewContext], Answer]

    def begin(self, entries: Iterable[Entry] = ()) -> Folded[S]:
        """Before the first of these entries, which are all that is known of the client, in order of position."""
        return Folded(time_zones(entries), self.fold.initial)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that hold its rows."""
        return self.fold.tables

    @property
    def handles(self) -> frozenset[type[Event]]:
        """The kinds of event that change its states; all others pass it by."""
        return self.fold.handles

    @cached_property
    def relevant(self) -> frozenset[str]:
        """The types of event that a fold must see to fold rightly: those it handles, and those that they answer to,
        and those that say where the client lives.

        Nothing comes before what it answers to, so these give a handled entry its place in the effective order.
        """
        handled = (event_class.model_fields["type"].default for event_class in self.handles)
        return frozenset(_answered_to({*handled, *TELL_THE_TIME_ZONE}))

    @property
    def shape(self) -> bytes:
        """Another one whenever a state holds other fields: what was saved in it is then not to be loaded."""
        return self.fold.shape

    def save(self, folded: Folded[S]) -> bytes:
        """What is folded, as bytes."""
        return STATE.join([_TIME_ZONES.dump_json(folded.time_zones), self.fold.save(folded.state)])

    def load(self, saved: bytes) -> Folded[S]:
        """What was folded and saved by this version of the projection, in this shape. Raises ValidationError.

        Much of it is read when it is asked for.
        """
        time_zones, state = saved.split(STATE)
        return Folded(_TIME_ZONES.validate_json(time_zones, context=STORED), self.fold.load(state))

    def timeline(
        self, entries: Iterable[Entry], *, as_of: datetime | None = None, known_at: datetime | None = None
    ) -> Effective:
        """What it folds of one client's entries, in order of position: those that count, and former ones if its fold
        asks for them."""
        return effective(entries, as_of=as_of, known_at=known_at, former=self.fold.asks_for_former)

    def apply(self, folded: Folded[S], entry: Entry, numbers: Numbers) -> Folded[S]:
        """After one more effective entry. `numbers` tells the policy that applies to it."""
        context = Context(numbers.for_entry(entry), folded.time_zones)
        state = self.fold.apply(folded.state, entry, context)
        return folded if state is folded.state else replace(folded, state=state)

    def rows(self, folded: Folded[S]) -> Rows:
        """All rows of a client."""
        return self.fold.rows(folded.state)

    def changes(self, before: Folded[S], after: Folded[S]) -> Changes:
        """What becomes of a client's rows on the way from `before` to `after`."""
        return self.fold.changes(before.state, after.state)

    def answer(self, folded: Folded[S], at: datetime, policy: Policy) -> Answer:
        """The answer about the moment `at`, at which this policy is in force."""
        return self.answer_until(folded, at, policy).answer

    def answer_until(self, folded: Folded[S], at: datetime, policy: Policy) -> AnswerUntil:
        """The same, and how long it stays the answer by this policy."""
        moment = AskedAt(at)
        answer = self.view(folded.state, ViewContext(moment, policy, folded.time_zones))
        return AnswerUntil(answer, at, moment.changes_at)


def _answered_to(types: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = set(types)
    while waiting:
        found |= waiting
        waiting = {
            answered
            for event_type in waiting
            for mark in EVENT_TYPES[event_type].references().values()
            if not mark.cites
            for answered in mark.types
        } - found
    return found
