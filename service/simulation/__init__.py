"""Believable clinics from a seed, for demos, benchmarks and load tests."""

from service.simulation.clinic import one_client, simulate
from service.simulation.entry import SimulatedEntry

__all__ = ["SimulatedEntry", "one_client", "simulate"]
