"""Who is on the client's team, in which role, from when and until when (R17)."""

from datetime import date
from uuid import UUID

from domain.events.team import TeamMemberReleased
from domain.vocabulary.people import Role
from domain.vocabulary.team import ReleaseReason
from projections.care_plan import CARE_PLAN
from projections.care_plan.team import TEAM_MEMBER
from tests.builders import History, Moment, folded, moment, only, registered, team_member
from tests.projections.reading import by_column

ADAS_ACTOR = UUID(int=7)


def with_a_client() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def team_at(history: History, at: Moment) -> list[str]:
    """Who is on the team at that moment."""
    answer = CARE_PLAN.answer(folded(CARE_PLAN, history), moment(at), history.policy)
    return [each.person for each in answer.team if each.on_the_team]  # type: ignore[attr-defined]


def test_r17_the_team_shows_who_is_on_it_in_which_role() -> None:
    history = with_a_client()
    assigned = history.add(team_member(person_id=ADAS_ACTOR), at="2026-03-02T15:00Z")
    history.add(team_member(Role.PEER, "Lee Example"), at="2026-03-03T15:00Z")

    plan = folded(CARE_PLAN, history)
    told = CARE_PLAN.answer(plan, moment("2026-03-04T15:00Z"), history.policy).team  # type: ignore[attr-defined]
    assert [(each.role, each.person, each.on_the_team) for each in told] == [
        (Role.COUNSELOR, "Ada Example", True),
        (Role.PEER, "Lee Example", True),
    ]
    row = by_column(TEAM_MEMBER, CARE_PLAN.rows(plan))[0]
    assert (row["event_id"], row["role"], row["person_id"]) == (assigned, "counselor", ADAS_ACTOR)
    assert row["begins_at"] == moment("2026-03-02T15:00Z")
    assert "person" not in row


def test_r17_a_member_is_on_the_team_until_released() -> None:
    history = with_a_client()
    ada = history.add(team_member(), at="2026-03-02T15:00Z")
    released = TeamMemberReleased(member=ada, reason=ReleaseReason.CASELOAD)
    left = history.add(released, at="2026-04-02T15:00Z")

    assert history.refused(released, at="2026-04-03T15:00Z") == {"team_member_released_once"}
    assert team_at(history, "2026-04-02T14:59Z") == ["Ada Example"]
    assert team_at(history, "2026-04-02T15:00Z") == []
    row = only(by_column(TEAM_MEMBER, CARE_PLAN.rows(folded(CARE_PLAN, history))))
    assert (row["released_event_id"], row["release_reason"]) == (left, "caseload")


def test_r17_an_assignment_may_begin_on_a_later_day_and_end_by_itself() -> None:
    history = with_a_client()
    cover = team_member(person="Kim Example", from_day=date(2026, 3, 9), until=date(2026, 3, 13))
    history.add(cover, at="2026-03-02T15:00Z")

    assert team_at(history, "2026-03-09T04:59Z") == []  # Chicago's 9 March begins at 05:00Z, after the clocks went on
    assert team_at(history, "2026-03-09T05:00Z") == ["Kim Example"]
    assert team_at(history, "2026-03-14T04:59Z") == ["Kim Example"]
    assert team_at(history, "2026-03-14T05:00Z") == []


def test_r17_an_assignment_does_not_end_before_it_begins() -> None:
    backwards = team_member(from_day=date(2026, 3, 9), until=date(2026, 3, 8))

    assert with_a_client().refused(backwards, at="2026-03-02T15:00Z") == {"ends_after_it_begins"}
