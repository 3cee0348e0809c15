"""Serving: the processes that answer requests, and the one that keeps projections up to date."""
