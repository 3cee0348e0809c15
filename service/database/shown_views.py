"""Views with their comments, made or replaced so that what others were granted on them stays where it can."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import asyncpg

from service.database.owner import Owner


class ShownView(NamedTuple):
    """A view as it is to be."""

    schema: str
    name: str
    rows: str
    """The query."""
    meaning: str
    columns: Mapping[str, str]
    """What each column means, by its name."""
    option: str
    """As CREATE VIEW takes it."""
    readers: str
    """The role that may select from it."""
    owner: str | None = None
    """The role to which it belongs; None: to whoever makes it."""

    @property
    def fullname(self) -> str:
        """Its name with its schema."""
        return f"{self.schema}.{self.name}"


async def show(owner: Owner, view: ShownView) -> None:
    """Make the view, or let it show these rows.

    Raises what the driver raises where something of others depends on a view whose columns change.
    """
    showing = f"VIEW {view.fullname} WITH ({view.option}) AS {view.rows}"
    try:
        # Keeps what others were granted on it, and their views over it, where the columns allow that.
        async with owner.transaction():
            await owner.execute(f"CREATE OR REPLACE {showing}")
    except asyncpg.InvalidTableDefinitionError:
        await owner.execute(f"DROP VIEW {view.fullname}")
        await owner.execute(f"CREATE {showing}")
    await owner.execute("; ".join(_about(view)))


def _about(view: ShownView) -> Sequence[str]:
    comments = [
        (f"VIEW {view.fullname}", view.meaning),
        *((f"COLUMN {view.fullname}.{column}", meaning) for column, meaning in view.columns.items()),
    ]
    return [
        *([f"ALTER VIEW {view.fullname} OWNER TO {view.owner}"] if view.owner else []),
        f"GRANT SELECT ON {view.fullname} TO {view.readers}",
        *(f"COMMENT ON {what} IS {_literal(words)}" for what, words in comments if words),
    ]


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
