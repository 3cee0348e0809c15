"""Backups: the log, and its keys apart, by PostgreSQL's own tools; and what restores and checks them."""
