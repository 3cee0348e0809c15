"""How rows are told without telling whose they are: ids as pseudonyms, dates shifted where that is configured.

A pseudonym is the keyed digest of an id, so the same thing has the same name in every view, and nobody without the key
finds the id, or tries one. A client's dates are all shifted back by as many weeks, so that intervals and weekdays stay.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Date, DateTime, FromClause, Integer, Interval, Select, Uuid, case, func, select
from sqlalchemy.sql.elements import KeyedColumnElement

from analytics.quasi_identifiers import (
    BIRTH_YEAR,
    LADDER,
    Rung,
    days_into_period,
    first_openings,
    same_person,
    widened_year,
)
from analytics.view import CLIENT, ORGANIZATION, Column, Sources

BLOCK: Final = 64
"""Bytes of a block of SHA-256, with which HMAC (RFC 2104) mixes its key."""


class PseudonymKey(NamedTuple):
    """A key for pseudonyms, as HMAC mixes it in: first, and last."""

    inner: bytes
    outer: bytes


def pseudonym_key(secret: bytes) -> PseudonymKey:
    """The key that HMAC-SHA-256 (RFC 2104) makes of a secret of at most 64 bytes. Raises ValueError for more."""
    if len(secret) > BLOCK:
        raise ValueError("A secret for pseudonyms has at most 64 bytes.")
    padded = secret.ljust(BLOCK, b"\0")
    return PseudonymKey(bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded))


class RowsOfClients(Protocol):
    """What gives rows that are each about a client, as a view does."""

    def described(self) -> Sequence[Column]:
        """All columns, in order."""

    def rows(self, sources: Sources) -> Select[Any]:
        """The rows with the record's own ids and dates."""


class Disguise(NamedTuple):
    """With what a statement disguises whose rows it gives."""

    inner_key: ColumnElement[bytes]
    outer_key: ColumnElement[bytes]
    shifts_dates: ColumnElement[bool] | None
    """Whether dates are shifted; None where they never are."""
    by_organization: FromClause | None = None
    """A table of which these are columns, with a row for each organization whose rows are told; None where they are
    no columns."""

    rung: Rung = LADDER[0]
    """How exactly the year of birth, and when care began, are told."""

    def rows(self, view: RowsOfClients, sources: Sources, of: FromClause | None = None) -> Select[Any]:
        """A view's rows, disguised; only those `of` clients where a table with their ids, as CLIENT, is given."""
        rows = view.rows(sources).subquery("rows")
        told: FromClause = rows
        keys = self.by_organization
        if keys is not None:
            told = told.join(keys, rows.c[ORGANIZATION] == keys.c[ORGANIZATION])
        widened: ColumnElement[int] | None = None
        if self.rung is not LADDER[0]:
            began = first_openings(sources).subquery("began")
            told = told.outerjoin(began, same_person(rows, began))
            widened = days_into_period(began.c.opened_at, self.rung)
        columns = (self._disguised(rows.c[each.name], rows.c[CLIENT], widened) for each in view.described())
        disguised = select(*columns).select_from(told)
        return disguised if of is None else disguised.where(rows.c[CLIENT].in_(select(of.c[CLIENT])))

    def _disguised(
        self, column: KeyedColumnElement[Any], client: ColumnElement[Any], widened: ColumnElement[int] | None
    ) -> ColumnElement[Any]:
        """A column of which nothing tells who somebody is; `widened` is by how many days to move dates otherwise."""
        if isinstance(column.type, Uuid) and column.key != ORGANIZATION:
            return func.analytics.pseudonym(self.inner_key, self.outer_key, column, type_=Uuid).label(column.key)
        if column.key == BIRTH_YEAR and self.rung.birth_years > 1:
            return widened_year(column, self.rung).label(column.key)
        if not isinstance(column.type, Date | DateTime):
            return column
        told = column if widened is None else _moved_back(column, widened).label(column.key)
        if self.shifts_dates is None:
            return told
        days = func.analytics.shift_in_days(self.inner_key, self.outer_key, client, type_=Integer)
        return case((self.shifts_dates, _moved_back(column, days)), else_=told).label(column.key)


def _moved_back(column: KeyedColumnElement[Any], days: ColumnElement[int]) -> ColumnElement[Any]:
    if isinstance(column.type, DateTime):
        # By hours, since a day of PostgreSQL's is as long as the session's time zone has it.
        return column - func.make_interval(0, 0, 0, 0, 24 * days, type_=Interval)
    return column - days
