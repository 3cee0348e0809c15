"""Every table the service declares: what a migrated database must equal."""

from sqlalchemy import MetaData

import projections.tables
import service.projector.tables  # noqa: F401 declares the states' tables and protects all of the projections'
from service.database import tables
from service.following import tables as following_tables

DECLARED: tuple[MetaData, ...] = (tables.metadata, following_tables.metadata, projections.tables.metadata)
