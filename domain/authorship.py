"""What may be recorded depends on who recorded what it is about: corrections, retractions, reviews, one's own team.

What would widen somebody's own access they do not record themselves, whether it is news or sets right what is recorded:
where people see the clients of their own team alone, they neither assign themselves nor undo what put them off a team;
and whom a restriction keeps from the record, a supervisor included, neither ends it nor sets anything about it right.

The roles and the switch are the organization's policy. What a role may record at all is decided by whoever lets people
in (service/access/permissions.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from domain.entry import Actor, Draft, Entry
from domain.events.base import Event, referred
from domain.events.disclosures import EmergencyDisclosureReviewed
from domain.events.emergency_access import EmergencyAccessReviewed
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.restrictions import RestrictionEnded, RestrictionRequested
from domain.events.team import TeamMemberAssigned, TeamMemberReleased
from domain.facts import Facts, reviewed_emergency
from domain.policy import Policy
from domain.policy.organization import CorrectionsPolicy
from domain.refusals import Refusal, Refused
from domain.vocabulary.people import Role

SYSTEM: Final = "system"
"""The role by which systems record."""

REVIEWED_BY_ANOTHER: Final = Refusal(
    "emergency_reviewed_by_another",
    "access",
    "An emergency access or disclosure is reviewed by another than who recorded it.",
)
ASSIGNED_BY_ANOTHER: Final = Refusal(
    "team_member_assigned_by_another",
    "person_id",
    "Here people see the clients on whose team they are, so nobody adds themselves; ask a supervisor or a colleague, or"
    " in an emergency record emergency_access_opened.",
)

UNDONE_BY_ANOTHER: Final = Refusal(
    "own_access_widened_by_another",
    "entry",
    "Here people see the clients on whose team they are, so what ended or changed their own place on one is set right"
    " by another; ask a supervisor or a colleague, or in an emergency record emergency_access_opened.",
)

ENDED_BY_ANOTHER: Final = Refusal(
    "restriction_ended_by_another",
    "restriction",
    "This restriction names you, or did, so another supervisor ends it and sets right what is recorded about it.",
)

FOR_THEMSELVES: Final = Refusal(
    "on_behalf_of_by_systems",
    "on_behalf_of",
    "Only a system says on whose behalf it records; people record for themselves: leave on_behalf_of out.",
)

_RESTRICTION: Final[str] = RestrictionRequested.model_fields["type"].default
_RESTRICTION_ENDED: Final[str] = RestrictionEnded.model_fields["type"].default
_ASSIGNED: Final[str] = TeamMemberAssigned.model_fields["type"].default
_RELEASED: Final[str] = TeamMemberReleased.model_fields["type"].default


def check_authorship(drafts: Sequence[Draft], facts: Facts, actor: Actor, policy: Policy) -> None:
    """Check that the actor may record these drafts, given who recorded what they are about. Raises Refused."""
    refused = list(authorship_refusals(drafts, facts, actor, policy))
    if refused:
        raise Refused(refused)


def authorship_refusals(
    drafts: Sequence[Draft], facts: Facts, actor: Actor, policy: Policy
) -> Iterator[tuple[int, Refusal]]:
    """What `check_authorship` refuses, with the place of the draft."""
    for place, draft in enumerate(drafts):
        if draft.on_behalf_of and actor.role != SYSTEM:
            yield place, FOR_THEMSELVES
        yield from ((place, refusal) for refusal in _refusals(draft.event, facts, actor, policy))


def _refusals(event: Event, facts: Facts, actor: Actor, policy: Policy) -> Iterator[Refusal]:
    if isinstance(event, EntryCorrected | EntryRetracted):
        author = _author(facts, event.entry)
        if author and not may_set_right(actor, author, policy.corrections):
            yield _set_right_by(author, policy.corrections)
        openers = [_author(facts, reviewed) for reviewed in reviewed_emergency(facts, event.entry)]
        if any(opener and opener.id == actor.id for opener in openers):
            yield REVIEWED_BY_ANOTHER._replace(field="entry")
    if isinstance(event, EmergencyAccessReviewed | EmergencyDisclosureReviewed):
        ((field, reviewed, _),) = referred(event)
        if (_author(facts, reviewed) or actor).id == actor.id:
            yield REVIEWED_BY_ANOTHER._replace(field=field)
    if (restriction := _restriction(facts, event)) and actor.id in facts.ever_named[restriction]:
        field = "restriction" if isinstance(event, RestrictionEnded) else "entry"
        yield ENDED_BY_ANOTHER._replace(field=field)
    assigned = event.replacement if isinstance(event, EntryCorrected) else event
    if isinstance(assigned, TeamMemberAssigned) and assigned.person_id == actor.id and _closed_to(actor, facts, policy):
        yield ASSIGNED_BY_ANOTHER
    elif (
        isinstance(event, EntryCorrected | EntryRetracted)
        and _closed_to(actor, facts, policy)
        and _may_widen(event, facts, actor)
    ):
        yield UNDONE_BY_ANOTHER


def entries_naming_people(drafts: Sequence[Draft], facts: Facts, actor: Actor, policy: Policy) -> set[UUID]:
    """The restrictions and assignments to the team that the drafts end or set right, where it has to be known whom they
    ever named (`ever_named`); mostly none."""
    events = [draft.event for draft in drafts]
    found = {_restriction(facts, event) for event in events}
    if _closed_to(actor, facts, policy):
        set_right = (event.entry for event in events if isinstance(event, EntryCorrected | EntryRetracted))
        found |= {_assignment(facts, entry) for entry in set_right}
    return {entry for entry in found if entry}


def ever_named(entry_id: UUID, entries: Iterable[Entry]) -> frozenset[UUID]:
    """Whom this assignment or restriction names or ever named, of entries that have it and what corrects it."""
    said: list[Event | None] = []
    for entry in entries:
        if entry.id == entry_id:
            said.append(entry.event)
        elif isinstance(entry.event, EntryCorrected) and entry.event.entry == entry_id:
            said.append(entry.event.replacement)
    assigned = {event.person_id for event in said if isinstance(event, TeamMemberAssigned) and event.person_id}
    return frozenset(assigned.union(*(event.person_ids for event in said if isinstance(event, RestrictionRequested))))


def _may_widen(event: EntryCorrected | EntryRetracted, facts: Facts, actor: Actor) -> bool:
    """Whether it could put the actor onto the team, or keep them on it for longer.

    It does not where it takes an assignment back or gives it to another. Where it is not known what a chain of
    retractions is about in the end, it may.
    """
    if event.entry in facts.entries and facts.of_care(event.entry) is None:
        return True
    assignment = _assignment(facts, event.entry)
    if assignment is None or actor.id not in facts.ever_named[assignment]:
        return False
    gives_up = isinstance(event, EntryRetracted) or event.replacement is not None
    return event.entry != assignment or not gives_up


def _assignment(facts: Facts, entry_id: UUID) -> UUID | None:
    """The assignment to the team that the entry is or ended, or that it sets right; None where it is about none."""
    found = facts.of_care(entry_id)
    if found is None or found.type not in {_ASSIGNED, _RELEASED}:
        return None
    return found.id if found.type == _ASSIGNED else found.references[0][1]


def _restriction(facts: Facts, event: Event) -> UUID | None:
    """The restriction that the event ends, or about which it sets something right; None where it is about none.

    What is recorded together with it names nobody who would be kept away already.
    """
    if isinstance(event, RestrictionEnded):
        return event.restriction if event.restriction in facts.entries else None
    if not isinstance(event, EntryCorrected | EntryRetracted):
        return None
    found = facts.of_care(event.entry)
    if found is None or found.type not in {_RESTRICTION, _RESTRICTION_ENDED}:
        return None
    return found.id if found.type == _RESTRICTION else found.references[0][1]


def may_set_right(actor: Actor, author: Actor, policy: CorrectionsPolicy) -> bool:
    """Whether the actor may correct and retract what the author recorded."""
    if actor.id == author.id or actor.role in policy.by_roles:
        return True
    if policy.by_authors_role and actor.role == author.role:
        return True
    return author.role == SYSTEM and actor.role in policy.of_systems_by_roles


def _set_right_by(author: Actor, policy: CorrectionsPolicy) -> Refusal:
    roles = {*policy.by_roles, *(policy.of_systems_by_roles if author.role == SYSTEM else ())}
    if policy.by_authors_role:
        roles.add(author.role)
    others = f", and by the roles {', '.join(sorted(roles))}" if roles else ""
    return Refusal(
        "set_right_by_author_or_role",
        "entry",
        f"This entry is corrected and retracted by whoever recorded it{others}; ask one of them.",
    )


def _author(facts: Facts, entry_id: UUID) -> Actor | None:
    """Who recorded that entry; None for one that is recorded together with what is about it."""
    found = facts.entries.get(entry_id)
    return found.actor if found else None


def _closed_to(actor: Actor, facts: Facts, policy: Policy) -> bool:
    """Whether the actor sees the client by being on the team alone, and did not bring them in just now."""
    new = facts.version == 0
    return policy.client_access.own_team_only and not new and actor.role != Role.SUPERVISOR
