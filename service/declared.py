"""Every table the service declares: what a migrated database must equal. Builds of projections are not migrated."""

from sqlalchemy import MetaData

from service.audit import tables as audit_tables
from service.database import analyst_tables, tables
from service.following import tables as following_tables
from service.projector import tables as projector_tables
from service.subscriptions import webhook_tables

DECLARED: tuple[MetaData, ...] = (
    tables.metadata,
    analyst_tables.metadata,
    following_tables.metadata,
    projector_tables.metadata,
    webhook_tables.metadata,
    audit_tables.metadata,
)
