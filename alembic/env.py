"""Runs migrations on the connection that service.database.migrate gives."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
connection.execute(text("create schema if not exists migration"))
context.configure(connection=connection, version_table_schema="migration", transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
# The service looks at the revision before it serves.
connection.execute(text("grant usage on schema migration to care_timeline_app"))
connection.execute(text("grant select on migration.alembic_version to care_timeline_app"))
connection.commit()
