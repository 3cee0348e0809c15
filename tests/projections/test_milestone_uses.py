"""How days of use become stretches, told late, partly or twice (M1-M9, R46), and milestones of life (R47)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.events.intake import EpisodeClosed, IntakeUpdated
from domain.events.milestones import MilestoneCelebrated, MilestoneDefined, MilestoneReached, RemissionRecorded
from domain.events.registration import ClientMoved
from domain.policy import Policy
from domain.policy.milestones import MilestonesPolicy
from domain.vocabulary.intake import DischargeReason
from domain.vocabulary.milestones import DiagnosedSeverity, LifeMilestone, RemissionState
from domain.vocabulary.people import Role
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import OPIOIDS, Substance, UseFrequency
from projections.milestones import MILESTONES
from projections.milestones.fold import DEFINED, REACHED, REMISSION, STEP, TRACK
from tests.builders import POLICY, History, folded, lapse, moment, only, registered
from tests.projections.milestone_reading import ALCOHOL, COCAINE, NICOTINE, begun, lived, shown, told, track
from tests.projections.reading import by_column

# Which days were days of use


def test_m1_a_lapse_disclosed_after_the_intake_leaves_the_stretch_before_it() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01")), at="2026-03-31T15:00Z")
    history.add(lapse(), at="2026-02-10T15:00Z", recorded="2026-04-05T15:00Z")

    for name in ("alcohol", "overall"):
        assert lived(track(history, name, "2026-04-10T15:00Z")) == [
            ("2026-01-01", "2026-02-10", 39),
            ("2026-02-10", None, 59),
        ]


def test_m2_overall_is_unknown_while_the_last_use_of_a_substance_is() -> None:
    history = begun()
    daily: dict[str, object] = {"substance": COCAINE, "frequency": UseFrequency.DAILY}
    history.add(told((ALCOHOL, "2026-01-01"), daily), at="2026-03-31T15:00Z")

    found = track(history, "overall", "2026-04-10T15:00Z")
    assert (found.current_days, found.last_use_unknown, found.stretches) == (None, (COCAINE,), ())
    assert (found.next_step, found.abstinence) == (None, None)
    assert track(history, "cocaine", "2026-04-10T15:00Z").current_days is None
    assert track(history, "alcohol", "2026-04-10T15:00Z").current_days == 99
    rows = by_column(TRACK, MILESTONES.rows(folded(MILESTONES, history)))
    assert {row["track"]: list(row["last_use_unknown"]) for row in rows} == {
        "overall": ["cocaine"],
        "alcohol": [],
        "cocaine": ["cocaine"],
    }


def test_m2_what_was_unknown_is_known_from_the_next_use_that_is_told() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01"), (COCAINE, None)), at="2026-03-31T15:00Z")
    history.add(lapse(COCAINE), at="2026-04-20T15:00Z")

    for name in ("overall", "cocaine"):
        assert lived(track(history, name, "2026-04-25T15:00Z")) == [("2026-04-20", None, 5)]


def test_m2_a_later_intake_may_tell_when_the_last_use_was() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01"), (COCAINE, None)), at="2026-03-31T15:00Z")
    history.add(told((COCAINE, "2026-02-20")), at="2026-04-02T15:00Z")

    assert lived(track(history, "cocaine", "2026-04-10T15:00Z"))[-1] == ("2026-02-20", None, 49)
    assert track(history, "overall", "2026-04-10T15:00Z").current_days == 49


def test_m3_use_on_ten_days_running_is_no_stretch() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    for day in range(10, 20):
        history.add(lapse(), at=f"2026-02-{day}T15:00Z")

    found = track(history, "alcohol", "2026-02-25T15:00Z")

    assert lived(found) == [("2026-01-01", "2026-02-10", 39), ("2026-02-19", None, 6)]
    assert [step.days for step in found.stretches[0].steps] == [1, 7, 30]


def test_m3_a_return_to_use_of_two_weeks_counts_from_its_last_day() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(lapse(until=date(2026, 2, 23)), at="2026-02-10T15:00Z", recorded="2026-02-24T15:00Z")
    history.add(lapse(), at="2026-02-15T15:00Z", recorded="2026-02-24T16:00Z")

    assert lived(track(history, "alcohol", "2026-03-01T15:00Z")) == [
        ("2026-01-01", "2026-02-10", 39),
        ("2026-02-23", None, 6),
    ]


@pytest.mark.parametrize(
    ("said", "ended_on"),
    [
        ({"using_since": date(2026, 6, 1)}, "2026-06-01"),
        ({"frequency": UseFrequency.DAILY}, "2026-08-06"),
        ({"frequency": UseFrequency.WEEKLY}, "2026-08-06"),
        ({"frequency": UseFrequency.DAILY, "using_since": date(2026, 8, 20)}, "2026-08-20"),
        ({"frequency": UseFrequency.UNKNOWN}, "2026-09-04"),
    ],
)
def test_m4_a_return_to_care_ends_the_stretch_where_use_began(said: dict[str, object], ended_on: str) -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(told({"substance": ALCOHOL, "last_used_on": date(2026, 9, 4), **said}), at="2026-09-05T15:00Z")

    first, second = track(history, "alcohol", "2026-09-10T15:00Z").stretches
    assert (f"{first.ended_on}", first.ended_event_id) == (ended_on, history.entries[-1].id)
    assert (second.started_on, second.days) == (date(2026, 9, 4), 6)


def test_m4_a_return_that_cannot_tell_the_last_use_ends_the_stretch_a_month_before() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(told((ALCOHOL, None)), at="2026-09-05T15:00Z")

    found = track(history, "overall", "2026-09-10T15:00Z")
    assert (found.current_days, lived(found)) == (None, [("2026-01-01", "2026-08-06", 216)])


def test_m5_a_lapse_known_to_the_day_is_that_local_day() -> None:
    history = begun("America/Los_Angeles")
    history.add(lapse(), at="2026-04-11", recorded="2026-04-20T00:00Z", precision=Precision.DAY)

    assert lived(track(history, "alcohol", "2026-04-20T15:00Z")) == [("2026-04-11", None, 9)]


@pytest.mark.parametrize(
    ("moved_at", "to"), [("2026-04-11T00:30-04:00", "America/Los_Angeles"), ("2026-04-11T12:00-04:00", "Asia/Tokyo")]
)
def test_m5_a_reached_step_never_disappears_by_a_move(moved_at: str, to: str) -> None:
    """Day 90 begins in New York at midnight; half an hour later it is the evening before in Los Angeles."""
    history = begun()
    history.add(told((ALCOHOL, "2026-01-11")), at="2026-01-12T15:00Z")
    before = track(history, "alcohol", moved_at)
    assert before.current_days == 90

    history.add(ClientMoved(time_zone=to), at=moved_at)

    after = track(history, "alcohol", moved_at)
    assert [step.at for step in after.stretches[0].steps if step.reached] == [
        step.at for step in before.stretches[0].steps if step.reached
    ]
    days = [track(history, "alcohol", moment(moved_at) + timedelta(hours=hours)).current_days for hours in range(72)]
    assert all(isinstance(day, int) and day >= 90 for day in days)
    assert days == sorted(days, key=lambda day: day or 0)


def test_m6_a_last_use_never_lies_after_the_day_on_which_it_is_told() -> None:
    """The rules refuse that; a correction of the intake's own time may come to it all the same."""
    history = begun()
    first = history.add(told((ALCOHOL, "2026-03-01")), at="2026-03-05T15:00Z")
    history.correct(first, occurred_at="2026-02-01T15:00Z")
    history.add(lapse(), at="2026-03-10T15:00Z")

    assert lived(track(history, "alcohol", "2026-03-15T15:00Z"))[-1] == ("2026-03-10", None, 5)


@pytest.mark.parametrize(
    ("last_used_on", "anniversaries"),
    [
        ("2024-01-01", ["2025-01-01", "2026-01-01", "2027-01-01", "2028-01-01", "2029-01-01"]),
        ("2024-02-29", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]),
    ],
)
def test_m7_anniversaries_go_by_the_calendar(last_used_on: str, anniversaries: list[str]) -> None:
    history = begun()
    history.add(told((ALCOHOL, last_used_on)), at="2024-03-05T15:00Z")

    rows = by_column(STEP, MILESTONES.rows(folded(MILESTONES, history)))
    found = [(row["years"], f"{row['reached_on']}") for row in rows if row["track"] == "alcohol" and row["years"]]
    assert found[:5] == list(enumerate(anniversaries, 1))


def test_m8_remission_is_what_a_clinician_records_of_one_substance() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2024-06-01"), (COCAINE, "2024-06-01")), at="2024-06-05T15:00Z")
    recorded = history.add(
        RemissionRecorded(
            substance=ALCOHOL,
            diagnosed=DiagnosedSeverity.SEVERE,
            remission=RemissionState.SUSTAINED,
            on_maintenance_therapy=True,
            found_by=Role.PSYCHIATRIST,
        ),
        at="2025-07-01T15:00Z",
    )
    history.add(lapse(), at="2025-07-10T15:00Z")

    remission = track(history, "alcohol", "2025-08-01T15:00Z").remission
    assert remission
    assert (remission.event_id, remission.state) == (recorded, RemissionState.SUSTAINED)
    assert track(history, "cocaine", "2025-08-01T15:00Z").remission is None
    assert track(history, "overall", "2025-08-01T15:00Z").remission is None
    row = only(by_column(REMISSION, MILESTONES.rows(folded(MILESTONES, history))))
    assert (row["substance"], row["state"], row["diagnosed"]) == ("alcohol", "sustained", "severe")


def test_m9_nicotine_leaves_the_overall_days_as_they_are_unless_the_policy_counts_it() -> None:
    counts = Policy(milestones=MilestonesPolicy(not_in_overall=frozenset()))
    for policy, days in ((POLICY, 40), (counts, 10)):
        history = begun(policy=policy)
        history.add(told((ALCOHOL, "2026-01-01"), (NICOTINE, "2026-01-01")), at="2026-01-05T15:00Z")
        history.add(lapse(NICOTINE), at="2026-01-31T15:00Z")

        assert track(history, "overall", "2026-02-10T15:00Z").current_days == days
        assert track(history, "nicotine", "2026-02-10T15:00Z").current_days == 10


def test_m9_a_client_of_whom_only_nicotine_is_known_has_no_overall_days() -> None:
    history = begun()
    history.add(lapse(NICOTINE), at="2026-01-31T15:00Z")

    assert [each.track for each in shown(history, "2026-02-10T15:00Z").tracks] == ["nicotine"]


# Groups, and substances beside each other


@pytest.mark.parametrize("opioid", sorted(OPIOIDS - {Substance.OPIOIDS}))
def test_r05_each_opioid_is_counted_by_itself_and_among_opioids(opioid: Substance) -> None:
    history = begun()
    history.add(told((Substance.OPIOIDS, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(lapse(opioid), at="2026-01-31T15:00Z")

    found = {each.track: each.current_days for each in shown(history, "2026-02-10T15:00Z").tracks}
    assert found == {"overall": 10, "opioids": 10, opioid: 10}


def test_r05_a_lapse_with_an_opioid_that_is_not_named_may_have_been_with_the_one_used_before() -> None:
    history = begun()
    history.add(told((Substance.HEROIN, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(lapse(Substance.OPIOIDS), at="2026-01-31T15:00Z")

    assert track(history, "heroin", "2026-02-10T15:00Z").current_days == 10


def test_r46_overall_is_not_counted_before_what_the_first_intake_tells_is_known() -> None:
    """Nobody says that there was no alcohol from the last cocaine to the last drink."""
    history = begun()
    history.add(told((COCAINE, "2025-12-01"), (ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")

    assert lived(track(history, "overall", "2026-01-11T15:00Z")) == [("2026-01-01", None, 10)]


@pytest.mark.parametrize("more", ["another sitting", "an update of the first", "an update of the second"])
def test_x12_what_a_second_sitting_tells_counts_with_the_first(more: str) -> None:
    """Recorded as an intake of its own, or as more of the first: it is one beginning."""
    history = begun()
    sitting = history.add(told((ALCOHOL, "2025-12-01")), at="2026-01-05T15:00Z")
    if more == "an update of the second":
        sitting = history.add(told(), at="2026-01-06T15:00Z")
    use = told((COCAINE, "2026-01-01"))
    history.add(
        use if more == "another sitting" else IntakeUpdated(intake=sitting, substances=use.substances),
        at="2026-01-12T15:00Z",
    )

    assert lived(track(history, "overall", "2026-01-13T15:00Z")) == [("2026-01-01", None, 12)]


@pytest.mark.parametrize("closed", [True, False])
def test_x12_an_intake_of_a_later_episode_is_no_sitting_of_the_first(*, closed: bool) -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2025-12-01")), at="2026-01-05T15:00Z")
    if closed:
        history.add(EpisodeClosed(intake=first, reason=DischargeReason.LEFT_BY_OWN_CHOICE), at="2026-01-06T15:00Z")
    later = "2026-01-12T15:00Z" if closed else "2026-01-25T15:00Z"
    history.add(told((COCAINE, "2026-01-01")), at=later)

    assert [each[0] for each in lived(track(history, "overall", "2026-01-26T15:00Z"))] == ["2025-12-01", "2026-01-01"]


def test_r46_a_later_intake_that_tells_of_long_ago_wipes_nothing() -> None:
    history = begun()
    history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(told((ALCOHOL, "2026-01-01"), (COCAINE, "2015-05-01")), at="2026-05-05T15:00Z")

    assert lived(track(history, "overall", "2026-05-11T15:00Z")) == [("2026-01-01", None, 130)]


ZONES = ["America/New_York", "Africa/Cairo", "Pacific/Apia", "America/Sao_Paulo"]
DAYS = st.lists(st.integers(0, 900), min_size=1, max_size=12)


@given(DAYS, DAYS, st.sampled_from(ZONES), st.data())
def test_r46_two_substances_have_separate_stretches_in_whatever_order_they_are_told(
    drinks: list[int], lines: list[int], zone: str, data: st.DataObject
) -> None:
    """Over leap days and changes of the clocks; every day without use is counted once, and no other."""
    first = date(2023, 12, 1)
    history = History()
    history.add(registered(zone), at="2026-07-01T15:00Z")
    uses = [(ALCOHOL, day) for day in drinks] + [(COCAINE, day) for day in lines]
    for place, (substance, day) in enumerate(data.draw(st.permutations(uses))):
        at = (first + timedelta(days=day)).isoformat()
        history.add(lapse(substance), at=at, recorded=f"2026-07-02T15:00:{place:02}Z", precision=Precision.DAY)

    for name, days in (("alcohol", drinks), ("cocaine", lines), ("overall", drinks + lines)):
        found = track(history, name, "2026-07-10T16:00Z")
        whole = (shown(history, "2026-07-10T16:00Z").today - first).days - min(days)
        assert found.cumulative_days == whole + 1 - len(set(days))
        assert found.current_days == whole + min(days) - max(days)


# Milestones of life


def test_r47_own_milestones_are_defined_and_reached() -> None:
    history = begun()
    defined = history.add(MilestoneDefined(name="A driving licence"), at="2026-01-05T15:00Z")
    assert only(shown(history, "2026-01-06T15:00Z").milestones_defined).reached_on is None

    reached = history.add(MilestoneReached(milestone=defined, how="At the second try"), at="2026-03-05T15:00Z")

    answer = shown(history, "2026-03-06T15:00Z")
    found = only(answer.milestones_defined)
    assert (found.milestone.name, found.reached_on, found.reached_event_id) == (
        "A driving licence",
        date(2026, 3, 5),
        reached,
    )
    one = only(answer.milestones_reached)
    assert (one.kind, one.name, one.how) == ("own", "A driving licence", "At the second try")
    rows = MILESTONES.rows(folded(MILESTONES, history))
    assert only(by_column(REACHED, rows))["milestone"] == defined
    assert only(by_column(DEFINED, rows))["reached_event_id"] == reached


@pytest.mark.parametrize("kind", LifeMilestone)
def test_r47_milestones_of_a_usual_kind_are_reached_without_being_defined(kind: LifeMilestone) -> None:
    history = begun()
    reached = [history.add(MilestoneReached(kind=kind), at=f"2026-03-0{day}T15:00Z") for day in (1, 2)]

    rows = by_column(REACHED, MILESTONES.rows(folded(MILESTONES, history)))
    assert [(row["event_id"], row["kind"], row["number"]) for row in rows] == [
        (reached[0], kind, 1),
        (reached[1], kind, 2),
    ]


def test_r47_own_days_are_reached_by_counting_from_their_definition_on() -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(MilestoneDefined(name="Forty", days=40, substance=ALCOHOL), at="2026-01-06T15:00Z")
    assert only(shown(history, "2026-02-10T04:59Z").milestones_defined).reached_on is None

    history.add(lapse(), at="2026-02-20T15:00Z")

    found = only(shown(history, "2026-03-01T15:00Z").milestones_defined)
    assert (found.reached_on, found.reached_event_id) == (date(2026, 2, 10), first)


def test_r47_r55_a_retracted_definition_takes_its_milestone_with_it() -> None:
    history = begun()
    defined = history.add(MilestoneDefined(name="A driving licence"), at="2026-01-05T15:00Z")
    history.add(MilestoneReached(milestone=defined), at="2026-03-05T15:00Z")
    history.retract(defined)

    assert shown(history, "2026-03-06T15:00Z").milestones_reached == ()


def test_r48_a_celebration_names_the_milestone_that_it_celebrates() -> None:
    history = begun()
    reached = history.add(MilestoneReached(kind=LifeMilestone.HOUSING_SECURED), at="2026-03-05T15:00Z")
    history.add(MilestoneCelebrated(milestone=reached), at="2026-03-06T15:00Z")

    assert only(shown(history, "2026-03-07T15:00Z").celebrations).milestone == reached


def test_r48_days_celebrated_on_the_day_of_a_lapse_stay_those_of_the_stretch_that_had_them() -> None:
    history = begun()
    first = history.add(told((ALCOHOL, "2026-01-01")), at="2026-01-05T15:00Z")
    history.add(MilestoneCelebrated(days=30, substance=ALCOHOL), at="2026-01-31T17:00Z")
    history.add(lapse(), at="2026-01-31T23:00Z")

    assert only(shown(history, "2026-02-07T15:00Z").celebrations).stretch_event_id == first
