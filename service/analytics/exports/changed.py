"""Clients of whom rows may have changed since a position of the log, for exports that bring an earlier one up to date.

Rows of a client are made of what is recorded of them alone, and of those who were merged into them; with one exception:
from when on somebody is told to be 90 or older goes by the year in which the rows are looked at.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, DateTime, Select, bindparam, extract, select, union

from analytics.view import CLIENT, ORGANIZATION, Column, Sources, made, reference
from analytics.views.people import CLIENTS, OLDEST_TOLD
from projections.care_plan.merges import MERGED_INTO
from service.database.tables import event

NAME: Final = "changed_clients"
MEANING: Final = (
    "A client of whom something was recorded since the earlier position: whatever rows are kept of them give way to"
    " those of this export, which has none where they were erased or merged into another."
)

_SINCE: Final = bindparam("since", type_=BigInteger)
_POSITION: Final = bindparam("position", type_=BigInteger)
_EARLIER: Final = bindparam("earlier_moment", type_=DateTime(timezone=True))


class ChangedClients:
    """Their ids, as rows: bind `since`, `earlier_moment` and `position`."""

    def described(self) -> Sequence[Column]:
        """Whose client it is, and who."""
        return (
            made(ORGANIZATION, event.c.organization_id.type, "The organization whose client this is.", _own_id),
            reference(MERGED_INTO, "client_id", CLIENT, "The client"),
        )

    def rows(self, sources: Sources) -> Select[Any]:
        """A row for each client."""
        themselves = union(_recorded(), _aged(sources)).subquery("themselves")
        changed = select(themselves.c[ORGANIZATION], themselves.c[CLIENT]).cte("changed", recursive=True)
        into = sources.table(MERGED_INTO)
        survivors = select(into.c.organization_id, into.c.survivor_id).join(
            changed, changed.c[CLIENT] == into.c.client_id
        )
        everybody = changed.union(survivors)
        return select(everybody.c[ORGANIZATION], everybody.c[CLIENT])


def _recorded() -> Select[Any]:
    known = event.c.position.between(_SINCE + 1, _POSITION)
    # What the organization records of itself, as a policy, is on a timeline of its own id.
    of_clients = event.c.client_id != event.c.organization_id
    return select(event.c.organization_id.label(ORGANIZATION), event.c.client_id.label(CLIENT)).where(known, of_clients)


def _aged(sources: Sources) -> Select[Any]:
    client = sources.table(CLIENTS.table)
    before, now = (extract("year", moment) - client.c.birth_year > OLDEST_TOLD for moment in (_EARLIER, sources.moment))
    return select(client.c.organization_id, client.c.client_id).where(before.is_distinct_from(now))


def _own_id(_: Sources) -> ColumnElement[Any]:
    return event.c.organization_id
