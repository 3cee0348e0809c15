"""Which of an organization's policies applies to what: in force when it occurred, as known when it was recorded."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.entry import Entry
from domain.policies import Adoption, Policies
from domain.policy import Policy
from domain.vocabulary.record import Precision
from tests.builders import History, check_in, moment, registered


def contacts_within(hours: int) -> Policy:
    return Policy.model_validate({"crisis": {"contact_within_hours": [hours]}}).in_time_zone("America/Chicago")


BEFORE = Policy().in_time_zone("America/Chicago")
TWELVE, SIX = contacts_within(12), contacts_within(6)


def adopted(policy: Policy, position: int, recorded: str, from_: str) -> Adoption:
    return Adoption(position, moment(recorded), moment(from_), policy)


def an_entry(at: str, position: int, precision: Precision = Precision.INSTANT) -> Entry:
    history = History()
    history.add(registered(), at="2020-01-01T12:00Z")
    history.add(check_in(), at=at, precision=precision)
    entry = history.entries[-1]
    return Entry(**{name: getattr(entry, name) for name in Entry.__dataclass_fields__} | {"position": position})


TWICE = Policies(
    BEFORE,
    (
        adopted(TWELVE, 10, "2026-03-01T00:00Z", "2026-03-01T00:00Z"),
        adopted(SIX, 20, "2026-04-01T00:00Z", "2026-03-15T00:00Z"),
    ),
)


@pytest.mark.parametrize(
    ("at", "position", "policy"),
    [
        pytest.param("2026-02-01T00:00Z", 5, BEFORE, id="before any"),
        pytest.param("2026-02-28T23:59Z", 30, BEFORE, id="occurred before the first was in force, noted after all"),
        pytest.param("2026-03-01T00:00Z", 11, TWELVE, id="at the moment itself"),
        pytest.param("2026-03-05T00:00Z", 9, BEFORE, id="recorded before the first was adopted"),
        pytest.param("2026-03-20T00:00Z", 15, TWELVE, id="recorded before one was adopted that reaches back"),
        pytest.param("2026-03-20T00:00Z", 21, SIX, id="recorded after it"),
        pytest.param("2026-03-10T00:00Z", 21, TWELVE, id="recorded after both, and occurred under the first"),
    ],
)
def test_b1_numbers_are_those_in_force_when_it_occurred_as_known_when_it_was_recorded(
    at: str, position: int, policy: Policy
) -> None:
    assert TWICE.for_entry(an_entry(at, position)) == policy


@pytest.mark.parametrize(
    ("at", "known_at", "policy"),
    [
        pytest.param("2026-03-20T00:00Z", None, SIX, id="as known now"),
        pytest.param("2026-03-20T00:00Z", "2026-03-31T00:00Z", TWELVE, id="as known before it was adopted"),
        pytest.param("2026-03-20T00:00Z", "2026-04-01T00:00Z", SIX, id="as known at the moment of adoption"),
        pytest.param("2026-03-20T00:00Z", "2026-02-01T00:00Z", BEFORE, id="as known before any"),
        pytest.param("2026-02-01T00:00Z", None, BEFORE, id="about a time before any"),
    ],
)
def test_b1_what_is_shown_is_shown_by_what_had_been_adopted_by_then(
    at: str, known_at: str | None, policy: Policy
) -> None:
    assert TWICE.at(moment(at), known_at=moment(known_at) if known_at else None) == policy


def test_of_two_that_begin_at_one_moment_the_one_adopted_last_applies() -> None:
    """That is how a slip is put right; a policy for later that was adopted earlier still comes into force."""
    march, april = "2026-03-01T00:00Z", "2026-04-01T00:00Z"
    policies = Policies(
        BEFORE,
        (
            adopted(TWELVE, 1, "2026-01-01T00:00Z", march),
            adopted(SIX, 2, "2026-01-02T00:00Z", april),
            adopted(contacts_within(20), 3, "2026-01-03T00:00Z", march),
        ),
    )

    assert policies.at(moment(march)) == contacts_within(20)
    assert policies.at(moment(april)) == SIX


@pytest.mark.parametrize(
    ("day", "policy"), [("2026-03-01", BEFORE), ("2026-03-02", TWELVE)], ids=["its day", "the day after"]
)
def test_where_just_the_day_is_known_it_began_for_the_organization(day: str, policy: Policy) -> None:
    """A policy of noon does not apply to a day that began before it; one of midnight in Chicago does."""
    noon = Policies(BEFORE, (adopted(TWELVE, 1, "2026-01-01T00:00Z", "2026-03-01T12:00-06:00"),))
    midnight = Policies(BEFORE, (Adoption(1, moment("2026-01-01T00:00Z"), _midnight(day), TWELVE),))
    entry = an_entry(day, 5, Precision.DAY)

    assert noon.for_entry(entry) == policy
    assert midnight.for_entry(entry) == TWELVE


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)


def test_one_policy_applies_to_everything() -> None:
    assert TWELVE.for_entry(an_entry("2026-01-01T00:00Z", 1)) == TWELVE


def test_an_entry_without_an_adoption_has_the_defaults() -> None:
    assert Policies(BEFORE).for_entry(an_entry("2026-03-20T00:00Z", 99)) is BEFORE
    assert Policies(BEFORE).at(moment("2026-03-20T00:00Z")) is BEFORE
