"""Fixtures for every test; what they are is told where they are made."""

from tests.database import database, fresh_database, organization_id, pool, server, store

__all__ = ["database", "fresh_database", "organization_id", "pool", "server", "store"]
