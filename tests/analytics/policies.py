"""A policy that asks nothing of exports, so that of a clinic of few everything is exported as it is."""

from datetime import UTC, datetime
from uuid import uuid4

from domain.events.organization import PolicyAdopted
from domain.policy import Policy
from domain.policy.analytics import AnalyticsPolicy
from domain.vocabulary.record import Precision
from samples.simulation.entry import SimulatedEntry
from service.log.organizations import Organization


def asks_nothing_of_exports(organization: Organization) -> SimulatedEntry:
    """The entry to import first."""
    own, day = organization.organization_id, datetime(2025, 1, 1, tzinfo=UTC)
    numbers = Policy(analytics=AnalyticsPolicy(k=1)).in_time_zone(organization.time_zone)
    event = PolicyAdopted(in_force_from=day, numbers=numbers)
    return SimulatedEntry(own, uuid4(), event, day, Precision.INSTANT, "tests", None, None, "Kim", day)
