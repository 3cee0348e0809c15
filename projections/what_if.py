"""What if another policy had always been in force: the same history folded twice, and what differs (pure)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from projections.obligations import OBLIGATION, Obligation, ObligationStatus
from projections.projection import Folded, Projection
from projections.rows import difference

S = TypeVar("S")

LATE = frozenset({ObligationStatus.LATE, ObligationStatus.MET_LATE, ObligationStatus.MISSED})
"""How an obligation stands that was not met in time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an obligation stands by one of the two policies."""

    due_at: datetime
    owner: Role
    status: ObligationStatus

    @property
    def late(self) -> bool:
        """Whether it is late, or was when it was met or released."""
        return self.status in LATE


@dataclass(frozen=True, slots=True)
class ObligationDifference:
    """An obligation that stands otherwise by the other policy; it is known by what asks for it."""

    kind: ObligationKind
    because: UUID
    step: int
    as_it_is: Standing | None
    """By the policies that were adopted; None where they do not ask for it."""
    what_if: Standing | None
    """By the other policy; None where that does not ask for it."""

    @property
    def turns_late(self) -> bool:
        """Whether it would be late, and is not."""
        return bool(self.what_if and self.what_if.late) and not (self.as_it_is and self.as_it_is.late)

    @property
    def turns_timely(self) -> bool:
        """Whether it is late, and would not be."""
        return bool(self.as_it_is and self.as_it_is.late) and not (self.what_if and self.what_if.late)


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs for one client."""

    obligations: tuple[ObligationDifference, ...]
    rows: Mapping[str, int]
    """How many rows of each other table would be written or deleted; tables in which none would are left out."""

    def __bool__(self) -> bool:
        return bool(self.obligations or self.rows)

    def __add__(self, other: "Differences") -> "Differences":
        return Differences(self.obligations + other.obligations, Counter(self.rows) + Counter(other.rows))


def compare(projection: Projection[S], as_it_is: Folded[S], what_if: Folded[S], at: datetime) -> Differences:
    """What differs between two folds of one history by one projection, as it stands at the moment `at`."""
    changes = difference(projection.rows(as_it_is), projection.rows(what_if))
    rows = {
        table.name: len({row[: len(table.primary_key.columns) - 2] for row in each.written}) + len(each.deleted)
        for table, each in changes.items()
        if table is not OBLIGATION
    }
    now, then = (projection.fold.obligations(folded.state) for folded in (as_it_is, what_if))
    return Differences(tuple(differing(now, then, at)), {name: many for name, many in rows.items() if many})


def differing(
    as_it_is: Iterable[Obligation], what_if: Iterable[Obligation], at: datetime
) -> Iterator[ObligationDifference]:
    """The obligations that are due at another time, stand otherwise, or are asked for by one policy only."""
    now, then = ({(each.kind, each.because, each.step): each for each in found} for found in (as_it_is, what_if))
    for key in {**now, **then}:
        before, after = _standing(now.get(key), at), _standing(then.get(key), at)
        if before != after:
            yield ObligationDifference(*key, before, after)


def _standing(obligation: Obligation | None, at: datetime) -> Standing | None:
    return Standing(obligation.due_at, obligation.owner, obligation.stands(at)) if obligation else None
