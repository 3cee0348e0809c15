"""Toxicology: what specimens were tested for, and what was found (R59)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.toxicology import ToxicologyResult, ToxicologyResulted
from domain.replacing import replace
from domain.vocabulary.toxicology import Analyte, Finding, Specimen
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class ToxicologyTest(Placed):
    """A specimen and its results, as far as they have come."""

    event_id: Annotated[UUID, KEY]
    """The entry of the test."""
    taken_at: datetime
    """When the specimen was taken."""
    specimen: Specimen
    """What kind of specimen it was."""
    observed: bool | None
    """Whether giving the specimen was observed; null where that was not said."""
    results: Annotated[tuple[ToxicologyResult, ...], NO_COLUMN]
    """What was found, substance by substance; of those that were pending, what came later."""
    completed: Mark | None = None
    """The last entry that brought results which had been pending; null where none did."""


class TestedSubstance(NamedTuple):
    """A substance that a specimen was tested for."""

    event_id: Annotated[UUID, KEY]
    """The entry of the test."""
    number: Annotated[int, KEY]
    """The result's place in the test, from 1."""
    taken_at: datetime
    """When the specimen was taken."""
    specimen: Specimen
    """What kind of specimen it was."""
    observed: bool | None
    """Whether giving the specimen was observed; null where that was not said."""
    substance: Analyte
    """What it was tested for."""
    result: Finding
    """What was found."""
    confirmed: bool | None
    """Whether a laboratory confirmed it; null where that was not said."""
    expected: bool | None
    """Whether what is prescribed explains it; null where that was not said."""


@dataclass(frozen=True, slots=True)
class Toxicology:
    """All tests."""

    tests: Elements[ToxicologyTest] = Elements()


class Shown(Answer):
    toxicology: tuple[At[ToxicologyTest], ...]
    """Every specimen that was tested, in order, with its results."""


def show(state: Toxicology, context: ViewContext) -> Shown:
    """Every test."""
    return Shown(toxicology=all_answered(state.tests, context))


def tested(test: ToxicologyTest) -> Iterator[TestedSubstance]:
    """Each substance of the test."""
    for number, each in enumerate(test.results, start=1):
        yield TestedSubstance(
            test.event_id,
            number,
            test.taken_at,
            test.specimen,
            test.observed,
            each.substance,
            each.result,
            each.confirmed,
            each.expected,
        )


fold = Fold(Toxicology())
STRAND = Strand(fold, Shown, show)
_tests = fold.each(ToxicologyTest, lambda state: state.tests)
_tests.tell()  # its rows are the substances: what else it says may change alone
TOXICOLOGY = _tests.parts("care_plan_toxicology", TestedSubstance, tested)


@fold.on(ToxicologyResulted)
def toxicology_resulted(state: Toxicology, entry: Entry, event: ToxicologyResulted, context: Context) -> Toxicology:
    """A test; or the rest of an earlier one, which stands by itself where that one was retracted."""
    earlier = state.tests.get(event.completes) if event.completes else None
    if earlier:
        return Toxicology(state.tests.put(_completed(earlier, event, mark(entry))))
    test = ToxicologyTest(
        event_id=entry.id,
        correction_id=entry.correction_id,
        taken_at=entry.occurred_at,
        specimen=event.specimen,
        observed=event.observed,
        results=event.results,
    )
    return Toxicology(state.tests.put(test))


def _completed(test: ToxicologyTest, event: ToxicologyResulted, completed: Mark) -> ToxicologyTest:
    """With each result in the place of the one for the same substance that was pending, or else at the end.

    What a laboratory says of a substance that had a result already is a result more, and takes nothing away.
    """
    results = list(test.results)
    for each in event.results:
        pending = (
            place
            for place, known in enumerate(results)
            if known.substance is each.substance and known.result is Finding.PENDING
        )
        place = next(pending, None)
        if place is None:
            results.append(each)
        else:
            results[place] = each
    return replace(test, results=tuple(results), completed=completed)
