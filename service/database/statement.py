"""Statements written in SQLAlchemy's expression language, for connections of asyncpg itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg

_DIALECT: Final = asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with places for values, as asyncpg takes it."""

    sql: str
    names: Sequence[str]
    """What is given at $1, $2 …"""

    def arguments(self, values: Mapping[str, object]) -> list[Any]:
        """The values by name, in the order of their places. Raises KeyError where one is missing."""
        return [values[name] for name in self.names]


def compiled(select: Select[*tuple[Any, ...]]) -> Statement:
    """The statement for asyncpg. It takes about a millisecond: keep it for the next request.

    Values are bound by `bindparam` with a name; constants stand in it as `literal_column`.
    """
    found = select.compile(dialect=_DIALECT)
    return Statement(str(found), tuple(found.positiontup or ()))


def bound(select: Select[Any], **values: object) -> tuple[str, list[Any]]:
    """The statement for asyncpg, and what is bound in it: by these names, or within the select itself.

    Raises InvalidRequestError where a value is missing.
    """
    found = select.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    said = found.construct_params(values)
    return str(found), [said[name] for name in found.positiontup or ()]


def literal(select: Select[Any]) -> str:
    """The select as text, for a view: it may bind nothing. Raises CompileError where it does."""
    return str(select.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
