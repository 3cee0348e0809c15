"""A client on one screen, made of what the care plan, milestones and signals answer at one version (R51).

Names are taken as they were recorded: they were checked then, maybe by an older release.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from domain.vocabulary.asam import LevelOfCare
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.intake import EntryRoute
from domain.vocabulary.obligations import ObligationKind
from domain.vocabulary.people import Role
from domain.vocabulary.signals import SignalRule
from domain.vocabulary.substances import Substance
from projections.answers import Answer
from projections.care_plan import CARE_PLAN, CarePlanAnswer
from projections.milestones import MILESTONES
from projections.milestones.view import MilestonesAnswer
from projections.obligations import ObligationStatus
from projections.projection import Projection
from projections.signals import SIGNALS, SignalsAnswer

A = TypeVar("A", bound=Answer)

SUMMARIZED: Final[tuple[Projection[Any], ...]] = (CARE_PLAN, MILESTONES, SIGNALS)
"""The projections whose answers it is made of, in that order."""


class MarkInShort(Answer):
    """That something happened."""

    event_id: UUID
    """The entry that says so."""
    at: datetime
    """When it occurred."""


class EpisodeInShort(Answer):
    """The latest episode of care."""

    event_id: UUID
    """The entry of the intake that opened it."""
    opened_at: datetime
    """Since when."""
    entry_route: EntryRoute
    """The way by which the client came into care."""
    closed: MarkInShort | None
    """Its closing; null while it is open."""


class VersionInShort(Answer):
    """The current version of a plan."""

    event_id: UUID
    """The entry that agreed on it, or wrote it."""
    version: int
    """Which version it is."""
    since: datetime
    """Since when it is current."""


class OpenCrisis(Answer):
    """A crisis that has not passed."""

    event_id: UUID
    """The entry of the contact with which it began."""
    began_at: datetime
    """When the client was first met in it."""
    tier: RiskTier
    """Tier of risk, the highest that an answer gives."""
    at_least: bool
    """Whether that is a floor: what is unanswered may hide a higher one."""
    not_excluded: RiskTier
    """The highest tier that cannot be excluded."""
    escalated: bool
    """Whether contact was lost and the client is still to be found."""


class WaitingSignal(Answer):
    """An early-warning signal of which nobody has taken note."""

    event_id: UUID
    """The entry that raised it."""
    rule: SignalRule
    """The rule by which it was raised."""
    raised_at: datetime
    """Since when it holds."""


class RiskInShort(Answer):
    """What is known of risk. No open crisis and no signal means that none is recorded, not that there is no risk."""

    open_crises: tuple[OpenCrisis, ...]
    """Crises that have not passed, the one with the highest tier that cannot be excluded first."""
    naloxone_needed: bool
    """Whether danger of overdose asks for naloxone to take home, neither given yet nor released."""
    crisis_card_needed: bool
    """Whether danger of overdose asks for a crisis card, neither issued yet nor released."""
    latest_overdose_danger_event_id: UUID | None
    """The entry that told last of danger of overdose; null where none did."""
    waiting_signals: tuple[WaitingSignal, ...]
    """Signals that hold and wait for somebody to take note, the latest first."""


class OnTheTeam(Answer):
    """Somebody who is on the client's team now."""

    event_id: UUID
    """The entry that assigned them."""
    role: Role
    """In which role."""
    person: str
    """Who it is."""
    person_id: UUID | None
    """Their actor id; null where they do not record themselves."""


class DueInShort(Answer):
    """Something that must happen by a time."""

    kind: ObligationKind
    """What must happen."""
    because: UUID
    """The entry that asks for it."""
    step: int
    """From 1, where one entry asks for the same several times."""
    due_at: datetime
    """By when."""
    owner: Role
    """The role whose task it is."""
    owner_person_id: UUID | None
    """The actor id of the person whose task it is; null where that is not known."""
    owner_person: str | None
    """The name of that person; null where that is not known."""


class Streak(Answer):
    """Days in a row without use, by now."""

    track: str
    """The substance, or overall."""
    current_days: int | None
    """Days since the last use; null where the last use of a substance in it is not known."""
    last_use_unknown: tuple[Substance, ...]
    """The substances in it whose last use is not known."""


class MergedInShort(Answer):
    """Another client who is the same person."""

    event_id: UUID
    """The entry that merged them."""
    client_id: UUID
    """The other client's id."""


class SummaryAnswer(Answer):
    """A client on one screen: who they are, plan, risk, team, last contact, what is due next, and streak."""

    goes_by: str | None
    """The name by which the client is called; null before registration."""
    pronouns: str | None
    """How the client is spoken of; null where not said."""
    died: MarkInShort | None
    """That the client died; null where nothing says so."""
    episode: EpisodeInShort | None
    """The latest episode of care; null before the first intake."""
    level_of_care: LevelOfCare | None
    """The level of care that the client is in, by the ASAM criteria; null where nothing says so."""
    plan: VersionInShort | None
    """The shared plan that is current; null where there is none."""
    safety_plan: VersionInShort | None
    """The safety plan that is current; null where there is none."""
    risk: RiskInShort
    """What is known of risk."""
    team: tuple[OnTheTeam, ...]
    """Who is on the team now."""
    last_contact: MarkInShort | None
    """The last contact: session, check-in, answered call, crisis; null before the first."""
    last_reached: MarkInShort | None
    """The last contact in which somebody of the team reached the client."""
    next_due: DueInShort | None
    """What is due next and not late yet."""
    longest_late: DueInShort | None
    """What has been late for the longest; null where nothing is late."""
    open: int
    """How much is due and not late yet."""
    late: int
    """How much is late."""
    streaks: tuple[Streak, ...]
    """Days in a row without use: overall, then by substance. Unknown stays unknown."""
    merged_clients: tuple[MergedInShort, ...]
    """Other clients who are the same person: what was recorded of them stands on their own timelines alone."""
    merged_into: MergedInShort | None
    """The client with whom care goes on; null where it does with this one."""


def summary(answers: Iterable[Answer]) -> SummaryAnswer:
    """The screen, made of what SUMMARIZED answer about the same moment, at the same version."""
    plan: Any  # its fields come from the strands
    plan, milestones, signals = answers
    assert isinstance(plan, CarePlanAnswer)
    assert isinstance(milestones, MilestonesAnswer)
    assert isinstance(signals, SignalsAnswer)
    late = _standing(plan.obligations, ObligationStatus.LATE)
    due = _standing(plan.obligations, ObligationStatus.OPEN)
    return SummaryAnswer(
        goes_by=plan.client.goes_by if plan.client else None,
        pronouns=plan.client.pronouns if plan.client else None,
        died=plan.died and _short(MarkInShort, plan.died),
        episode=plan.episode and _episode(plan.episode),
        level_of_care=plan.level_of_care.level if plan.level_of_care else None,
        plan=plan.plan and _version(plan.plan, plan.plan.agreed_at),
        safety_plan=plan.safety_plan and _version(plan.safety_plan, plan.safety_plan.written_at),
        risk=_risk(plan, signals),
        team=tuple(_short(OnTheTeam, member) for member in plan.team if member.on_the_team),
        last_contact=plan.last_contact and _short(MarkInShort, plan.last_contact),
        last_reached=plan.last_reached and _short(MarkInShort, plan.last_reached),
        next_due=due[0] if due else None,
        longest_late=late[0] if late else None,
        open=len(due),
        late=len(late),
        streaks=tuple(_short(Streak, track) for track in milestones.tracks),
        merged_clients=tuple(
            MergedInShort(event_id=each.event_id, client_id=each.duplicate_id)
            for each in plan.merged_clients
            if each.undone is None
        ),
        merged_into=plan.merged_into
        and MergedInShort(event_id=plan.merged_into.event_id, client_id=plan.merged_into.survivor_id),
    )


def _risk(plan: Any, signals: SignalsAnswer) -> RiskInShort:
    tiers = list(RiskTier).index
    crises = [_crisis(crisis) for crisis in plan.crises if crisis.open]
    crises.sort(key=lambda crisis: (tiers(crisis.not_excluded), tiers(crisis.tier)), reverse=True)
    dangers = plan.overdose_dangers
    waiting: Iterable[Any] = signals.signals
    return RiskInShort(
        open_crises=tuple(crises),
        naloxone_needed=plan.naloxone_needed,
        crisis_card_needed=plan.crisis_card_needed,
        latest_overdose_danger_event_id=dangers[-1].event_id if dangers else None,
        waiting_signals=tuple(_short(WaitingSignal, each) for each in waiting if each.waits),
    )


def _episode(episode: Any) -> EpisodeInShort:
    return EpisodeInShort(
        event_id=episode.event_id,
        opened_at=episode.opened_at,
        entry_route=episode.entry_route,
        closed=episode.closed and _short(MarkInShort, episode.closed),
    )


def _crisis(crisis: Any) -> OpenCrisis:
    return OpenCrisis(
        event_id=crisis.event_id,
        began_at=crisis.at,
        tier=crisis.tier,
        at_least=crisis.at_least,
        not_excluded=crisis.not_excluded,
        escalated=crisis.escalated,
    )


def _short(model: type[A], said: Any) -> A:
    """As much of what was answered as the screen shows."""
    return model(**{name: getattr(said, name) for name in model.model_fields})


def _version(version: Any, since: datetime) -> VersionInShort:
    return VersionInShort(event_id=version.event_id, version=version.version, since=since)


def _standing(obligations: Iterable[Any], status: ObligationStatus) -> list[DueInShort]:
    """Those that stand so, the earliest due first."""
    found = [_short(DueInShort, each) for each in obligations if each.status is status]
    return sorted(found, key=lambda each: each.due_at)
