"""The client's support network, and the meetings they go to (R16)."""

from domain.events.supports import SupportAdded, SupportEnded, SupportMeetingAttended
from domain.vocabulary.contacts import Channel
from domain.vocabulary.people import Role
from domain.vocabulary.supports import MeetingRole, SupportEndReason, SupportGroup, SupportKind, SupportRole
from projections.care_plan import CARE_PLAN
from projections.care_plan.supports import SUPPORT, SUPPORT_MEETINGS
from tests.builders import History, folded, moment, only, registered
from tests.projections.reading import by_column

SPONSOR = SupportAdded(
    kind=SupportKind.SPONSOR,
    name="Sam Example",
    support_group=SupportGroup.NA,
    roles=(SupportRole.SPONSORS, SupportRole.GIVES_RIDES),
)


def with_a_client() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    return history


def test_r16_the_network_shows_who_supports_the_client_and_how() -> None:
    history = with_a_client()
    added = history.add(SPONSOR, at="2026-03-02T15:00Z")
    history.add(SupportAdded(kind=SupportKind.VIRTUAL_COMMUNITY), at="2026-03-03T15:00Z")

    plan = folded(CARE_PLAN, history)
    told = CARE_PLAN.answer(plan, moment("2026-03-04T15:00Z"), history.policy).supports  # type: ignore[attr-defined]
    assert [(each.kind, each.name, each.in_place) for each in told] == [
        (SupportKind.SPONSOR, "Sam Example", True),
        (SupportKind.VIRTUAL_COMMUNITY, None, True),
    ]
    row = by_column(SUPPORT, CARE_PLAN.rows(plan))[0]
    assert (row["event_id"], row["kind"], row["support_group"]) == (added, "sponsor", "na")
    assert row["roles"] == ("sponsors", "gives_rides")
    assert "name" not in row


def test_r16_what_does_not_support_any_more_stays_with_its_end() -> None:
    history = with_a_client()
    support = history.add(SPONSOR, at="2026-03-02T15:00Z")
    ended = SupportEnded(support=support, reason=SupportEndReason.NOT_SAFE_FOR_RECOVERY)
    history.add(ended, at="2026-04-02T15:00Z")

    assert history.refused(ended, at="2026-04-03T15:00Z") == {"support_ended_once"}
    plan = folded(CARE_PLAN, history)
    for at, in_place in (("2026-04-02T14:59Z", True), ("2026-04-02T15:00Z", False)):
        assert only(CARE_PLAN.answer(plan, moment(at), history.policy).supports).in_place is in_place  # type: ignore[attr-defined]
    row = only(by_column(SUPPORT, CARE_PLAN.rows(plan)))
    assert (row["ended_at"], row["end_reason"]) == (moment("2026-04-02T15:00Z"), "not_safe_for_recovery")


def test_r16_meetings_are_counted_by_group_with_the_roles_taken() -> None:
    history = with_a_client()
    first = history.add(
        SupportMeetingAttended(support_group=SupportGroup.AA, accompanied_by=Role.PEER), at="2026-03-02T23:00Z"
    )
    history.add(
        SupportMeetingAttended(
            support_group=SupportGroup.AA, channel=Channel.APP, roles=(MeetingRole.SHARED_EXPERIENCE,)
        ),
        at="2026-03-04T23:00Z",
    )
    last = history.add(
        SupportMeetingAttended(
            support_group=SupportGroup.AA, roles=(MeetingRole.LED_DISCUSSION, MeetingRole.SHARED_EXPERIENCE)
        ),
        at="2026-03-06T23:00Z",
    )
    history.add(SupportMeetingAttended(support_group=SupportGroup.AL_ANON), at="2026-03-07T23:00Z")

    plan = folded(CARE_PLAN, history)
    answer = CARE_PLAN.answer(plan, moment("2026-03-08T15:00Z"), history.policy)
    told = answer.support_meetings[0]  # type: ignore[attr-defined]
    assert (told.support_group, told.meetings, told.first.event_id, told.last.event_id) == (
        SupportGroup.AA,
        3,
        first,
        last,
    )
    assert told.roles == (MeetingRole.SHARED_EXPERIENCE, MeetingRole.LED_DISCUSSION)
    assert told.accompanied_by == (Role.PEER,)
    rows = {row["support_group"]: row for row in by_column(SUPPORT_MEETINGS, CARE_PLAN.rows(plan))}
    assert {group: row["meetings"] for group, row in rows.items()} == {"aa": 3, "al_anon": 1}
    assert rows["aa"]["first_at"] == moment("2026-03-02T23:00Z")
