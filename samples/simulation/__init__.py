"""Believable clinics from a seed, for demos, benchmarks and load tests."""

from samples.simulation.clinic import one_client, simulate
from samples.simulation.entry import SimulatedEntry

__all__ = ["SimulatedEntry", "one_client", "simulate"]
