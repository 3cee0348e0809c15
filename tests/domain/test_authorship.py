"""Who may correct and retract whose entries, review an emergency access, and add themselves to a team."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from domain.authorship import authorship_refusals, check_authorship, entries_naming_people, ever_named
from domain.entry import Actor, Draft
from domain.events.base import Event
from domain.events.disclosures import EmergencyDisclosureReviewed
from domain.events.emergency_access import EmergencyAccessReviewed
from domain.events.record import EntryCorrected, EntryRetracted
from domain.events.restrictions import RestrictionEnded, RestrictionRequested
from domain.facts import Fact, Facts, further_needs
from domain.policy import Policy, PolicyInvalid, policy_from_toml
from domain.refusals import Refused
from domain.vocabulary.people import Role
from domain.vocabulary.record import CorrectionReason, Precision
from domain.vocabulary.restrictions import RestrictionEnding
from tests.builders import History, moment, registered, session, team_member

ENTRY = UUID(int=7)
OTHERS = Policy.model_validate({"corrections": {"by_authors_role": False, "by_roles": ["case_manager"]}})
TEAM_ONLY = Policy.model_validate({"client_access": {"own_team_only": True}})


def actor(role: str, name: str = "ana") -> Actor:
    return Actor(uuid4(), f"{role}/{name}")


def refused(event: Event, by: Actor, recorded_by: Actor, policy: Policy | None = None, version: int = 1) -> set[str]:
    """The rules by which this event is refused to `by`, where the other recorded what it is about."""
    at = moment("2026-03-02T15:00Z")
    facts = Facts(version, {ENTRY: Fact(ENTRY, "session_held", at, (), retracted=False, actor=recorded_by)}, {}, {})
    try:
        check_authorship([Draft(uuid4(), event, at, Precision.INSTANT, "test")], facts, by, policy or Policy())
    except Refused as error:
        return {refusal.rule for _, refusal in error.refusals}
    return set()


CORRECTION = EntryCorrected(entry=ENTRY, reason=CorrectionReason.WRONG_TIME, occurred_at=moment("2026-03-01T15:00Z"))
RETRACTION = EntryRetracted(entry=ENTRY, reason=CorrectionReason.DUPLICATE)
SET_RIGHT = {"set_right_by_author_or_role"}


@pytest.mark.parametrize("event", [CORRECTION, RETRACTION], ids=lambda event: event.type)
@pytest.mark.parametrize(
    ("role", "author", "allowed"),
    [
        ("counselor", "counselor", True),
        ("supervisor", "counselor", True),
        ("supervisor", "prescriber", True),
        ("peer", "counselor", False),
        ("counselor", "peer", False),
        ("peer", "peer", True),
        ("counselor", "prescriber", False),
        ("counselor", "supervisor", False),
        ("counselor", "system", True),
        ("peer", "system", False),
        ("system", "system", True),
        ("system", "counselor", False),
    ],
)
def test_r55_entries_are_set_right_by_the_authors_role_and_supervisors(
    event: Event, role: str, author: str, allowed: bool
) -> None:
    assert refused(event, actor(role, "ben"), actor(author)) == (set() if allowed else SET_RIGHT)


def test_r55_whoever_recorded_an_entry_may_always_set_it_right_under_whatever_role() -> None:
    ana = actor("counselor")

    assert not refused(CORRECTION, Actor(ana.id, "peer/ana"), ana, OTHERS)


def test_r55_the_policy_names_who_else_may() -> None:
    assert refused(CORRECTION, actor("counselor", "ben"), actor("counselor"), OTHERS) == SET_RIGHT
    assert refused(CORRECTION, actor("supervisor"), actor("counselor"), OTHERS) == SET_RIGHT
    assert not refused(CORRECTION, actor("case_manager"), actor("counselor"), OTHERS)


def test_no_policy_lets_peers_set_right_what_clinicians_recorded() -> None:
    with pytest.raises(PolicyInvalid, match="peer"):
        policy_from_toml('[corrections]\nby_roles = ["supervisor", "peer"]')


def test_what_is_recorded_together_with_its_correction_has_the_same_author() -> None:
    other = EntryCorrected(entry=UUID(int=8), reason=CorrectionReason.WRONG_TIME, replacement=session())

    assert not refused(other, actor("peer"), actor("counselor"))


def test_an_emergency_access_is_reviewed_by_another_than_who_opened_it() -> None:
    sue = actor("supervisor", "sue")
    review = EmergencyAccessReviewed(access=ENTRY, justified=True)

    assert refused(review, sue, sue) == {"emergency_reviewed_by_another"}
    assert not refused(review, sue, actor("counselor"))


def test_so_is_an_emergency_disclosure_by_another_than_who_recorded_it() -> None:
    sue = actor("supervisor", "sue")
    review = EmergencyDisclosureReviewed(disclosure=ENTRY, justified=True)

    assert refused(review, sue, sue) == {"emergency_reviewed_by_another"}
    assert not refused(review, sue, actor("counselor"))


def test_nor_is_what_a_review_found_set_right_by_whoever_opened_the_record() -> None:
    sue, review, access = actor("supervisor", "sue"), UUID(int=8), ENTRY
    at = moment("2026-03-02T15:00Z")
    told = EmergencyAccessReviewed(access=access, justified=True)
    corrected = EntryCorrected(entry=review, reason=CorrectionReason.WRONG_CONTENT, replacement=told)
    moved = EntryCorrected(entry=review, reason=CorrectionReason.WRONG_TIME, occurred_at=at)
    for event in (corrected, moved, EntryRetracted(entry=review, reason=CorrectionReason.DUPLICATE)):
        drafts = [Draft(uuid4(), event, at, Precision.INSTANT, "test")]
        asked = further_needs(drafts, Facts(1, {review: _reviewed(review, access, at)}, {}, {}))
        assert asked is not None
        assert asked.ids == {access}
        for opener, rules in ((sue, {"emergency_reviewed_by_another"}), (actor("counselor"), set())):
            opened = Fact(access, "emergency_access_opened", at, (), retracted=False, actor=opener)
            facts = Facts(2, {review: _reviewed(review, access, at), access: opened}, {}, {})
            assert {refusal.rule for _, refusal in authorship_refusals(drafts, facts, sue, Policy())} == rules


def _reviewed(id_: UUID, access: UUID, at: datetime) -> Fact:
    lee = actor("supervisor", "lee")
    return Fact(id_, "emergency_access_reviewed", at, (("access", access),), retracted=False, actor=lee)


@pytest.mark.parametrize("corrected", [False, True], ids=["recorded", "corrected"])
def test_where_people_see_their_own_clients_alone_nobody_adds_themselves(corrected: bool) -> None:
    ben = actor("counselor", "ben")
    assigned = team_member(Role.COUNSELOR, "Ben", person_id=ben.id)
    correction = EntryCorrected(entry=ENTRY, reason=CorrectionReason.WRONG_CONTENT, replacement=assigned)
    myself = correction if corrected else assigned
    rule = {"team_member_assigned_by_another"}

    assert refused(myself, ben, ben, TEAM_ONLY) == rule
    assert not refused(myself, ben, ben)
    assert not refused(myself, ben, ben, TEAM_ONLY, version=0), "whoever brings a client in may stay with them"
    assert not refused(myself, actor("counselor"), ben, TEAM_ONLY) or corrected
    assert not refused(myself, Actor(ben.id, "supervisor/ben"), ben, TEAM_ONLY)


ASSIGNED, RELEASED, CORRECTED, RETRACTED = (UUID(int=each) for each in (11, 12, 13, 14))
UNDONE = {"own_access_widened_by_another"}
BEN = actor("counselor", "ben")
SUE = actor("supervisor", "sue")


def team_facts(named: Actor = BEN, recorded_by: Actor = SUE) -> Facts:
    """That somebody was assigned and released, the assignment corrected, and a retraction of the release."""
    at = moment("2026-03-02T15:00Z")
    stands: list[tuple[UUID, str, tuple[tuple[str, UUID], ...]]] = [
        (ASSIGNED, "team_member_assigned", ()),
        (RELEASED, "team_member_released", (("member", ASSIGNED),)),
        (CORRECTED, "entry_corrected", (("entry", ASSIGNED),)),
        (RETRACTED, "entry_retracted", (("entry", RELEASED),)),
    ]
    facts = [Fact(id_, kind, at, about, retracted=False, actor=recorded_by) for id_, kind, about in stands]
    return Facts(4, {fact.id: fact for fact in facts}, {}, {}, ever_named={ASSIGNED: frozenset({named.id})})


def set_right(event: Event, by: Actor, facts: Facts, policy: Policy = TEAM_ONLY) -> set[str]:
    draft = Draft(uuid4(), event, moment("2026-03-02T15:00Z"), Precision.INSTANT, "test")
    return {refusal.rule for _, refusal in authorship_refusals([draft], facts, by, policy)}


@pytest.mark.parametrize("entry", [RELEASED, CORRECTED, RETRACTED], ids=["release", "correction", "retraction"])
def test_nobody_undoes_what_put_them_off_the_team(entry: UUID) -> None:
    """Also where they recorded it themselves."""
    undone = EntryRetracted(entry=entry, reason=CorrectionReason.OTHER)

    assert set_right(undone, BEN, team_facts(recorded_by=BEN)) == UNDONE
    assert not set_right(undone, Actor(BEN.id, "supervisor/ben"), team_facts())
    assert not set_right(undone, actor("counselor", "cleo"), team_facts(recorded_by=BEN))
    assert not set_right(undone, BEN, team_facts(named=SUE, recorded_by=BEN))
    assert not set_right(undone, BEN, team_facts(recorded_by=BEN), Policy())


def test_nor_moves_when_it_was() -> None:
    for entry in (ASSIGNED, RELEASED):
        moved = EntryCorrected(entry=entry, reason=CorrectionReason.WRONG_TIME, occurred_at=moment("2026-02-01T15:00Z"))
        assert set_right(moved, BEN, team_facts(recorded_by=BEN)) == UNDONE


def test_everybody_may_give_up_their_own_place_on_a_team() -> None:
    anothers = team_member(Role.COUNSELOR, "Cleo", person_id=uuid4())
    given = EntryCorrected(entry=ASSIGNED, reason=CorrectionReason.WRONG_CONTENT, replacement=anothers)

    assert not set_right(given, BEN, team_facts(recorded_by=BEN))
    back = EntryRetracted(entry=ASSIGNED, reason=CorrectionReason.OTHER)
    assert not set_right(back, BEN, team_facts(recorded_by=BEN))


def test_where_it_is_not_known_what_a_chain_of_retractions_is_about_it_is_refused() -> None:
    facts = team_facts(recorded_by=BEN)
    cut = Facts(4, {RETRACTED: facts.entries[RETRACTED]}, {}, {})

    assert set_right(EntryRetracted(entry=RETRACTED, reason=CorrectionReason.OTHER), BEN, cut) == UNDONE


def test_whom_an_assignment_ever_named_is_asked_for_where_it_matters_alone() -> None:
    facts, draft = team_facts(), Draft(uuid4(), RETRACTION, moment("2026-03-02T15:00Z"), Precision.INSTANT, "test")
    release = Draft(
        uuid4(), EntryRetracted(entry=RETRACTED, reason=CorrectionReason.OTHER), draft.occurred_at, draft.precision, ""
    )

    assert entries_naming_people([draft, release], facts, BEN, TEAM_ONLY) == {ASSIGNED}
    assert entries_naming_people([draft, release], facts, SUE, TEAM_ONLY) == set()
    assert entries_naming_people([draft, release], facts, BEN, Policy()) == set()

    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    assigned = history.add(team_member(person_id=BEN.id), at="2026-03-02T15:00Z")
    history.add(team_member(person_id=uuid4()), at="2026-03-02T15:00Z")
    history.correct(assigned, team_member(person_id=SUE.id))
    assert ever_named(assigned, history.entries) == {BEN.id, SUE.id}


EARLIER = moment("2026-03-01T15:00Z")
RESTRICTED, ENDED, TAKEN_BACK = UUID(int=30), UUID(int=31), UUID(int=32)


def restriction_facts(named: Actor) -> Facts:
    """That a restriction was recorded and ended, and the end taken back."""
    at = moment("2026-03-02T15:00Z")
    stands: list[tuple[UUID, str, tuple[tuple[str, UUID], ...]]] = [
        (RESTRICTED, "restriction_requested", ()),
        (ENDED, "restriction_ended", (("restriction", RESTRICTED),)),
        (TAKEN_BACK, "entry_retracted", (("entry", ENDED),)),
    ]
    facts = [Fact(id_, kind, at, about, retracted=False, actor=SUE) for id_, kind, about in stands]
    return Facts(3, {fact.id: fact for fact in facts}, {}, {}, ever_named={RESTRICTED: frozenset({named.id})})


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (RestrictionEnded(restriction=RESTRICTED, by=RestrictionEnding.CLIENT_ASKED), "restriction"),
        (EntryRetracted(entry=RESTRICTED, reason=CorrectionReason.OTHER), "entry"),
        (EntryRetracted(entry=TAKEN_BACK, reason=CorrectionReason.OTHER), "entry"),
        (
            EntryCorrected(entry=ENDED, reason=CorrectionReason.WRONG_TIME, occurred_at=EARLIER),
            "entry",
        ),
        (
            EntryCorrected(
                entry=RESTRICTED,
                reason=CorrectionReason.WRONG_CONTENT,
                replacement=RestrictionRequested(agreed=True, person_ids=(uuid4(),)),
            ),
            "entry",
        ),
    ],
    ids=["ended", "retracted", "its end brought back", "its end moved", "another named"],
)
def test_whom_a_restriction_names_does_not_end_it(event: Event, field: str) -> None:
    """A supervisor alone may, so it is about supervisors; under whatever policy."""
    draft = Draft(uuid4(), event, moment("2026-03-02T15:00Z"), Precision.INSTANT, "test")
    lee = actor("supervisor", "lee")

    assert entries_naming_people([draft], restriction_facts(lee), lee, Policy()) == {RESTRICTED}
    refusals = authorship_refusals([draft], restriction_facts(lee), lee, Policy())
    assert [(each.rule, each.field) for _, each in refusals] == [("restriction_ended_by_another", field)]
    assert not set_right(event, lee, restriction_facts(BEN), Policy())


def test_whom_a_restriction_ever_named_is_told_from_it_and_its_corrections() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    restriction = history.add(RestrictionRequested(agreed=True, person_ids=(BEN.id,)), at="2026-03-02T15:00Z")
    history.correct(restriction, RestrictionRequested(agreed=True, person_ids=(SUE.id,)))

    assert ever_named(restriction, history.entries) == {BEN.id, SUE.id}
