"""Screenings: what instruments were answered, and what they score (R04, R05, R37).

A C-SSRS is due on the same day after item 9 of a PHQ-9 was answered with 1 or more, and after an overdose that was
meant (our choice: it is an attempt). It is met by one whose tier is certain, in a crisis or outside one, also when
it was asked earlier that day. A client who would rather not answer is not taken off the list: unknown is never "no".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from domain.entry import Entry
from domain.events.crisis import CrisisContactRecorded
from domain.events.overdoses import OverdoseRecorded
from domain.events.registration import ClientDied
from domain.events.screening import ScreeningScored
from domain.instruments.cssrs import CssrsAnswers
from domain.instruments.phq9 import Phq9Answers, asks_for_cssrs
from domain.instruments.screener import QUESTIONS, ScreenerAnswers, c_ssrs, instrument_of, scored
from domain.replacing import replace
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.overdoses import OverdoseIntent, OverdoseOutcome
from domain.vocabulary.people import Role
from domain.vocabulary.screening import Band, Instrument, Measure
from projections.answers import Answer, At, all_answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, OneOf, ViewContext
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.obligations import Obligation
from projections.strands import Strand


class ScreeningScore(NamedTuple):
    """What an instrument measured: a score and its band, or a range where questions were not answered."""

    event_id: Annotated[UUID, KEY]
    """The entry of the screening."""
    measure: Annotated[Measure, KEY]
    """What was measured."""
    instrument: Instrument
    """The instrument."""
    screened_at: datetime
    """When it was answered."""
    score: int | None
    """The score; null while it is a range, or where the measure is no number."""
    lowest: int | None
    """The score if every unanswered question added least."""
    highest: int | None
    """The score if every unanswered question added most."""
    band: Band | None
    """What it means by the published bands; null while several are possible, or where none is published."""
    possible_bands: tuple[Band, ...]
    """Every band that is possible with these answers, in order of score."""
    unanswered: tuple[Annotated[str, OneOf(QUESTIONS)], ...]
    """Questions without an answer: unknown, never no."""


@dataclass(frozen=True, slots=True)
class Screening(Placed):
    """An instrument that was answered."""

    event_id: Annotated[UUID, KEY]
    """The entry of the screening."""
    screened_at: datetime
    """When it was answered."""
    instrument: Instrument
    """The instrument."""
    asked_by: Role | None
    """Who asked; null where the client filled it in alone, or that was not said."""
    answers: Annotated[ScreenerAnswers, NO_COLUMN]
    """The answers, as codes."""
    scores: Annotated[tuple[ScreeningScore, ...], NO_COLUMN]
    """What it measures."""


@dataclass(frozen=True, slots=True)
class SuicideScreening:
    """A C-SSRS that is due because of what was said or happened."""

    event_id: Annotated[UUID, KEY]
    """The entry that asks for it."""
    at: datetime
    """When that was."""
    due_at: datetime
    """By when a C-SSRS is asked."""
    met: Mark | None = None
    """The C-SSRS that was asked; null where none was."""
    released: Mark | None = None
    """After what it is not asked any more; null where it still is."""


class Certain(NamedTuple):
    """The last C-SSRS whose tier is certain."""

    cssrs: Mark
    """Its entry."""
    on: date
    """The client's local day."""


@dataclass(frozen=True, slots=True)
class Screenings:
    """All screenings, and the C-SSRS that are or were due."""

    screenings: Elements[Screening] = Elements()
    due: Elements[SuicideScreening] = Elements()
    asking: tuple[UUID, ...] = ()
    last_certain: Certain | None = None
    died: bool = False


class Shown(Answer):
    screenings: tuple[At[Screening], ...]
    """Every screening, in order, with its answers and scores."""


def show(state: Screenings, context: ViewContext) -> Shown:
    """Every screening."""
    return Shown(screenings=all_answered(state.screenings, context))


def asked_for(due: SuicideScreening) -> Iterator[Obligation]:
    """A C-SSRS."""
    yield Obligation(
        ObligationKind.SUICIDE_SCREENING, due.event_id, 1, due.at, due.due_at, Role.COUNSELOR, due.met, due.released
    )


fold = Fold(Screenings())
STRAND = Strand(fold, Shown, show)
_screenings = fold.each(Screening, lambda state: state.screenings)
_screenings.tell()  # its rows are the scores, which other answers may leave as they were
SCREENING = _screenings.parts("care_plan_screening", ScreeningScore, lambda screening: screening.scores)
fold.each(SuicideScreening, lambda state: state.due).ask(asked_for)


@fold.on(ScreeningScored)
def screening_scored(state: Screenings, entry: Entry, event: ScreeningScored, context: Context) -> Screenings:
    """Scored; a C-SSRS may be what was due, and a PHQ-9 may make one due."""
    answers, instrument = event.answers, instrument_of(event.answers)
    screening = Screening(
        event_id=entry.id,
        correction_id=entry.correction_id,
        screened_at=entry.occurred_at,
        instrument=instrument,
        asked_by=event.asked_by,
        answers=answers,
        scores=tuple(_scores(entry, answers, instrument)),
    )
    state = replace(state, screenings=state.screenings.put(screening))
    if isinstance(answers, CssrsAnswers):
        return _asked(state, entry, answers, context)
    return _due(state, entry, context) if isinstance(answers, Phq9Answers) and asks_for_cssrs(answers) else state


def _scores(entry: Entry, answers: ScreenerAnswers, instrument: Instrument) -> Iterator[ScreeningScore]:
    for found in scored(answers):
        yield ScreeningScore(
            event_id=entry.id,
            measure=found.measure,
            instrument=instrument,
            screened_at=entry.occurred_at,
            score=found.score,
            lowest=found.lowest,
            highest=found.highest,
            band=found.band,
            possible_bands=found.bands,
            unanswered=found.unanswered,
        )


@fold.on(CrisisContactRecorded)
def crisis_contact_recorded(
    state: Screenings, entry: Entry, event: CrisisContactRecorded, context: Context
) -> Screenings:
    """A C-SSRS that was asked in a crisis is one, too."""
    return _asked(state, entry, event.cssrs, context) if event.cssrs else state


@fold.on(OverdoseRecorded)
def overdose_recorded(state: Screenings, entry: Entry, event: OverdoseRecorded, context: Context) -> Screenings:
    """After one that was meant, a C-SSRS is due."""
    meant = event.intent is OverdoseIntent.INTENTIONAL and event.outcome is not OverdoseOutcome.DIED
    return _due(state, entry, context) if meant else state


@fold.on(ClientDied)
def client_died(state: Screenings, entry: Entry, event: ClientDied, context: Context) -> Screenings:
    """Nothing is asked any more."""
    due = state.due
    for each in state.asking:
        due = due.change(each, lambda asking: replace(asking, released=mark(entry)))
    return replace(state, due=due, asking=(), died=True)


def _due(state: Screenings, entry: Entry, context: Context) -> Screenings:
    if state.died:
        return state
    at_least = timedelta(hours=context.policy.screening.suicide_screening_at_least_hours)
    today = context.day(entry)
    earlier = state.last_certain.cssrs if state.last_certain and state.last_certain.on == today else None
    due = SuicideScreening(
        event_id=entry.id,
        at=entry.occurred_at,
        due_at=max(context.end_of(today), context.known_by(entry) + at_least),
        met=earlier,
    )
    asking = state.asking if earlier else (*state.asking, entry.id)
    return replace(state, due=state.due.put(due), asking=asking)


def _asked(state: Screenings, entry: Entry, answers: CssrsAnswers, context: Context) -> Screenings:
    """After a C-SSRS; one whose tier is open still leaves to ask what is not answered."""
    if any(found.band is None for found in c_ssrs(answers)):
        return state
    due, met = state.due, mark(entry)
    for each in state.asking:
        due = due.change(each, lambda asking: replace(asking, met=met))
    return replace(state, due=due, asking=(), last_certain=Certain(met, context.day(entry)))
