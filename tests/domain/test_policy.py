"""The numbers: defaults as care.md's table has them, and a TOML file that changes them, checked when loaded."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.policy import Policy, PolicyInvalid, policy_from_toml
from domain.vocabulary.crisis import RiskTier
from domain.vocabulary.people import Role
from domain.vocabulary.substances import Substance


def test_the_defaults_are_those_of_the_table() -> None:
    policy = Policy()

    assert policy.crisis.contact_within_hours == (24, 72, 7 * 24, 30 * 24)
    assert policy.crisis.attempts_before_not_reached == 3
    assert policy.handoffs.crisis_accepted_within_hours == 1
    assert policy.handoffs.routine_accepted_within_working_days == 1
    assert policy.handoffs.urgent_accepted_in_no_less_than_hours == 4
    assert policy.handoffs.crisis_met_within_hours == 24
    assert policy.handoffs.urgent_met_within_hours == 72
    assert policy.handoffs.routine_met_within_days == 7
    crisis_at = datetime(2026, 3, 10, 18, tzinfo=UTC)
    assert policy.review_due_at(crisis_at, RiskTier.HIGH) == crisis_at + timedelta(hours=72)
    assert policy.review_due_at(crisis_at, RiskTier.UNKNOWN) == crisis_at + timedelta(hours=72)
    for tier in set(RiskTier) - {RiskTier.HIGH, RiskTier.UNKNOWN}:
        assert policy.review_due_at(crisis_at, tier) == crisis_at + timedelta(days=7)
    screening = policy.screening
    assert (screening.contact_within_days_high, screening.contact_within_days_moderate) == (7, 14)
    assert screening.contact_within_days_low == 30
    assert policy.milestones.ladder_days == (1, 7, 30, 60, 90, 180)
    assert (policy.milestones.early_abstinence_months, policy.milestones.lasting_abstinence_months) == (3, 12)
    assert (policy.caring_contacts.days, policy.caring_contacts.months) == ((1,), (1, 2, 3, 4, 6, 8, 10, 12))
    assert policy.plan.review_every_days_at_first == 30
    assert policy.plan.at_first_days == 90
    assert policy.plan.review_every_days_later == 90


def test_our_own_choices_stand_where_the_table_is_silent() -> None:
    policy = Policy()

    assert policy.overdose_danger.naloxone_within_hours == 24
    assert policy.overdose_danger.crisis_card_within_hours == 24
    assert policy.overdose_danger.tolerance_lost_after_days == 14
    assert policy.screening.suicide_screening_at_least_hours == 4
    assert (policy.crisis.kept_at_high_tier_hours, policy.crisis.find_client_within_hours) == ((168,), 24)
    assert policy.postvention.adjustments_within_days == 14
    assert policy.recording.future_tolerance_minutes == 5
    assert policy.milestones.not_in_overall == {Substance.NICOTINE}
    assert policy.milestones.use_before_intake_days == 30
    assert policy.working_days.weekdays == {0, 1, 2, 3, 4}
    assert policy.corrections.by_authors_role
    assert policy.corrections.by_roles == {Role.SUPERVISOR}
    assert Role.PEER not in policy.corrections.of_systems_by_roles
    assert not policy.client_access.own_team_only
    disclosures = policy.disclosures
    assert (disclosures.emergency_at_most_hours, disclosures.emergency_reviewed_within_working_days) == (24, 2)
    assert policy.client_access.emergency_access_at_most_hours == 24
    assert policy.client_access.emergency_access_reviewed_within_working_days == 2


def test_a_file_changes_what_it_says_and_nothing_else() -> None:
    policy = policy_from_toml(
        """
        [crisis]
        contact_within_hours = [12, 48]

        [working_days]
        time_zone = "America/Chicago"
        holidays = [2026-07-03]
        """
    )

    assert policy.crisis.contact_within_hours == (12, 48)
    assert policy.crisis.attempts_before_not_reached == 3
    assert policy.handoffs == Policy().handoffs
    assert policy.working_days.zone == ZoneInfo("America/Chicago")
    assert not policy.working_days.is_working(date(2026, 7, 3))
    assert policy.working_days.is_working(date(2026, 7, 6))
    assert not policy.working_days.is_working(date(2026, 7, 5))


def test_an_empty_file_is_the_default() -> None:
    assert policy_from_toml("") == Policy()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[crisis]\ncontacts = [1]", r"crisis\.contacts: Extra inputs", id="unknown setting"),
        pytest.param("[crises]", r"crises: Extra inputs", id="unknown section"),
        pytest.param("[crisis]\ncontact_within_hours = [72, 24]", r"crisis: .*must rise", id="falling hours"),
        pytest.param("[crisis]\ncontact_within_hours = [24, 24]", r"crisis: .*must rise", id="the same hour twice"),
        pytest.param("[caring_contacts]\nmonths = [2, 1]", r"caring_contacts: .*months must rise", id="falling months"),
        pytest.param("[caring_contacts]\ndays = [31]", r"days must lie before", id="a day after the first month"),
        pytest.param("[crisis]\ncontact_within_hours = []", r"crisis\.contact_within_hours: ", id="no contact"),
        pytest.param("[milestones]\nladder_days = [7, 1]", r"milestones: .*must rise", id="falling ladder"),
        pytest.param("[milestones]\nearly_abstinence_months = 12", r"milestones: .*must be more", id="bands"),
        pytest.param("[screening]\ncontact_within_days_low = 3", r"screening: .*longer at a higher tier", id="tiers"),
        pytest.param("[plan]\nat_first_days = 0", r"plan\.at_first_days: .*greater than 0", id="zero"),
        pytest.param("[plan]\nat_first_days = -3", r"plan\.at_first_days: .*greater than 0", id="negative"),
        pytest.param("[plan]\nat_first_days = 1_000_000_000", r"plan\.at_first_days: ", id="beyond the calendar"),
        pytest.param("[plan]\nat_first_days = 1.5", r"plan\.at_first_days: .*integer", id="a fraction"),
        pytest.param("[working_days]\ntime_zone = 'Mars/Base'", r"time_zone: .*IANA", id="unknown zone"),
        pytest.param("[working_days]\nweekdays = [7]", r"working_days\.weekdays", id="an eighth day"),
        pytest.param("[working_days]\nweekdays = []", r"working_days\.weekdays", id="no working day"),
        pytest.param("[plan\nx", "not a TOML file", id="not TOML"),
    ],
)
def test_a_bad_file_is_refused_by_name(text: str, told: str) -> None:
    with pytest.raises(PolicyInvalid, match=told):
        policy_from_toml(text)


def test_an_organization_lives_in_its_own_time_zone() -> None:
    policy = policy_from_toml("[working_days]\nweekdays = [0]").in_time_zone("Asia/Kathmandu")

    assert policy.working_days.zone == ZoneInfo("Asia/Kathmandu")
    assert policy.working_days.weekdays == {0}


def test_numbers_are_recorded_the_same_in_every_process() -> None:
    """Sets of strings and dates have another order in each."""
    program = (
        "from domain.policy import Policy\n"
        "days = {'weekdays': [0, 1, 5], 'holidays': [f'2026-01-{day:02}' for day in range(1, 20)]}\n"
        "print(Policy.model_validate({'working_days': days}).model_dump_json())"
    )
    root = Path(__file__).parents[2]
    said = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root).stdout
        for _ in range(3)
    }
    assert len(said) == 1
    assert Policy.model_validate_json(said.pop()).working_days.weekdays == {0, 1, 5}
