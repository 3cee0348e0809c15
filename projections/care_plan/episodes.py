"""Episodes of care: how the client came in, with what, what was learned since, and how it ended (R01-R08, R20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from domain.entry import Entry
from domain.events.base import FreeText
from domain.events.intake import EpisodeClosed, IntakeCompleted, IntakeUpdated, SubstanceUse
from domain.replacing import replace
from domain.vocabulary.asam import LevelOfCare
from domain.vocabulary.intake import (
    Aftercare,
    Condition,
    DischargeReason,
    Driver,
    EntryRoute,
    RankOfSubstance,
    SocialNeed,
    StageOfChange,
    TimeOfCraving,
    UseSetting,
)
from domain.vocabulary.substances import Severity, Substance, UseFrequency, UseRoute
from domain.vocabulary.triggers import Emotion, Trigger
from projections.answers import Answer, At, all_answered, answered
from projections.collection import Elements
from projections.context import Context
from projections.elements import KEY, NO_COLUMN, NOT_SHOWN, Named, ViewContext
from projections.episode_of_care import is_sitting_of
from projections.fold import Fold
from projections.mark import Mark, Placed, mark
from projections.strands import Strand


@dataclass(frozen=True, slots=True)
class SubstanceNamed:
    """Substances named in the current episode of care, at intake or later."""

    number: Annotated[int, KEY, NOT_SHOWN]
    """The substance's place, from 1."""
    event_id: UUID
    """The entry that told of it last."""
    substance: Substance
    """The substance or group of substances."""
    rank: RankOfSubstance | None
    """Its place among the problems that led into care; null where not said."""
    route: UseRoute
    """How it was taken."""
    frequency: UseFrequency
    """How often in the month before admission."""
    severity: Severity
    """Severity of the substance use disorder."""
    age_at_first_use: int | None
    """The client's age in years at first use; null where not said."""
    last_used_on: date | None
    """The client's local day of last use, as said at intake."""
    using_since: date | None
    """The client's local day on which the present time of use began; null where not said."""


@dataclass(frozen=True, slots=True)
class EpisodeEnd:
    """How an episode of care ended."""

    event_id: Annotated[UUID, Named("episode_closed_event_id")]
    """The entry that closed the episode; null while it is open."""
    at: Annotated[datetime, Named("episode_closed_at")]
    """When the episode was closed; null while it is open."""
    reason: Annotated[DischargeReason, Named("discharge_reason")]
    """Why it ended."""
    level: Annotated[LevelOfCare | None, Named("discharge_level")]
    """The level of care at its end; null where not said."""
    aftercare: tuple[Aftercare, ...]
    """What goes on after it."""
    aftercare_plan: FreeText | None
    """What was agreed for afterwards, in words."""


@dataclass(frozen=True, slots=True)
class Episode(Placed):
    """An episode of care: opened by an intake, and what that and later updates found."""

    event_id: Annotated[UUID, KEY, Named("episode_event_id")]
    """The entry of the intake that opened the episode of care; null before the first."""
    opened_at: Annotated[datetime, Named("episode_opened_at")]
    """When the intake that opened it was completed."""
    entry_route: EntryRoute
    """The way by which the client came into care."""
    earlier_episodes: int
    """How many episodes of care came before."""
    sittings: Annotated[tuple[UUID, ...], Named("intake_sittings")]
    """The entries of its intake: the one that opened it, and further sittings."""
    substances: Annotated[tuple[SubstanceNamed, ...], NO_COLUMN] = ()
    """Substances named."""
    conditions: tuple[Condition, ...] = ()
    """Conditions beside substance use."""
    drivers: tuple[Driver, ...] = ()
    """What lies behind distress."""
    social_needs: tuple[SocialNeed, ...] = ()
    """Social determinants of health that ask for something."""
    triggers: Annotated[tuple[Trigger, ...], Named("intake_triggers")] = ()
    """What tends to come before cravings."""
    cravings_at: tuple[TimeOfCraving, ...] = ()
    """When cravings spike."""
    emotions: Annotated[tuple[Emotion, ...], Named("intake_emotions")] = ()
    """Feelings around cravings."""
    use_settings: tuple[UseSetting, ...] = ()
    """In what environment cravings come or use happens."""
    readiness: StageOfChange | None = None
    """The stage of change that was found last."""
    own_reasons: FreeText | None = None
    """The client's own reasons to change."""
    pace: FreeText | None = None
    """At what pace the client wants to go."""
    protective_factors: FreeText | None = None
    """What protects the client."""
    strengths: FreeText | None = None
    """What the client can and has."""
    values_and_purpose: FreeText | None = None
    """What matters to the client, and what for."""
    identity_and_culture: FreeText | None = None
    """Who the client is, and where from."""
    spirituality: FreeText | None = None
    """What the client believes in or draws on."""
    medical: FreeText | None = None
    """Medical history and needs."""
    mental_health: FreeText | None = None
    """History and needs of mental health."""
    note: FreeText | None = None
    """The note taken last."""
    updated: Annotated[Mark | None, Named("intake_updated")] = None
    """The last further sitting or update; null where there is none."""
    closed: EpisodeEnd | None = None
    """How it ended; null while it is open."""


CODED: Final = ("conditions", "drivers", "social_needs", "triggers", "cravings_at", "emotions", "use_settings")
"""Findings that add up from sitting to sitting."""

SAID_ANEW: Final = (
    "readiness",
    "own_reasons",
    "pace",
    "protective_factors",
    "strengths",
    "values_and_purpose",
    "identity_and_culture",
    "spirituality",
    "medical",
    "mental_health",
    "note",
)
"""Findings of which the last counts."""


@dataclass(frozen=True, slots=True)
class Episodes:
    """All episodes, in order, and the latest."""

    episodes: Elements[Episode] = Elements()
    current: Episode | None = None


class Shown(Answer):
    episode: At[Episode] | None
    """The current episode of care, or the last one where that was closed; null before the first intake."""
    earlier_episodes: tuple[At[Episode], ...]
    """The episodes of care before it, the latest first."""


def show(state: Episodes, context: ViewContext) -> Shown:
    """The current episode, and those before it."""
    earlier = list(state.episodes)[-2::-1]
    return Shown(
        episode=state.current and answered(state.current, context), earlier_episodes=all_answered(earlier, context)
    )


fold = Fold(Episodes())
STRAND = Strand(fold, Shown, show)
SUBSTANCE = fold.one(Episode, lambda state: state.current).parts(
    "care_plan_substance", SubstanceNamed, lambda episode: episode.substances
)
EPISODE = fold.each(Episode, lambda state: state.episodes).table("care_plan_episode")


@fold.on(IntakeCompleted)
def intake_completed(state: Episodes, entry: Entry, event: IntakeCompleted, context: Context) -> Episodes:
    """An episode of care begins, or its intake goes on in another sitting; the way in is what was said first."""
    before = state.current
    if before and is_sitting_of(before.opened_at, before.closed is not None, entry, context):
        more = replace(before, sittings=(*before.sittings, entry.id), updated=mark(entry))
        return _put(state, _told(more, entry, event))
    episode = Episode(
        event_id=entry.id,
        correction_id=entry.correction_id,
        opened_at=entry.occurred_at,
        entry_route=event.entry_route,
        earlier_episodes=len(state.episodes),
        sittings=(entry.id,),
    )
    return _put(state, _told(episode, entry, event))


@fold.on(IntakeUpdated)
def intake_updated(state: Episodes, entry: Entry, event: IntakeUpdated, context: Context) -> Episodes:
    """What was learned is added to what the episode's intake had found."""
    episode = _of(state, event.intake)
    return _put(state, _told(replace(episode, updated=mark(entry)), entry, event)) if episode else state


@fold.on(EpisodeClosed)
def episode_closed(state: Episodes, entry: Entry, event: EpisodeClosed, context: Context) -> Episodes:
    """The episode ended."""
    episode = _of(state, event.intake)
    end = EpisodeEnd(entry.id, entry.occurred_at, event.reason, event.level, event.aftercare, event.aftercare_plan)
    return _put(state, replace(episode, closed=end)) if episode else state


def _of(state: Episodes, intake: UUID) -> Episode | None:
    """The episode that this intake opened, or was a sitting of."""
    return next((episode for episode in reversed(state.episodes) if intake in episode.sittings), None)


def _put(state: Episodes, episode: Episode) -> Episodes:
    episodes = state.episodes.put(episode)
    is_latest = state.current is None or episode.earlier_episodes >= state.current.earlier_episodes
    return Episodes(episodes, episode if is_latest else state.current)


def _told(episode: Episode, entry: Entry, event: IntakeCompleted | IntakeUpdated) -> Episode:
    """The episode with what the event found."""
    told: dict[str, Any] = {
        name: tuple(dict.fromkeys((*getattr(episode, name), *found)))
        for name in CODED
        if (found := getattr(event, name))
    }
    told |= {name: said for name in SAID_ANEW if (said := getattr(event, name)) is not None}
    return replace(episode, **told, substances=_named(episode.substances, entry.id, event.substances))


def _named(
    before: tuple[SubstanceNamed, ...], event_id: UUID, uses: Iterable[SubstanceUse]
) -> tuple[SubstanceNamed, ...]:
    """The substances, those among them said anew that were named before."""
    places = {named.substance: named.number for named in before}
    by_number = {named.number: named for named in before}
    for use in uses:
        number = places.get(use.substance) or len(by_number) + 1
        by_number[number] = SubstanceNamed(
            number=number,
            event_id=event_id,
            substance=use.substance,
            rank=use.rank,
            route=use.route,
            frequency=use.frequency,
            severity=use.severity,
            age_at_first_use=use.age_at_first_use,
            last_used_on=use.last_used_on,
            using_since=use.using_since,
        )
    return tuple(by_number.values())
