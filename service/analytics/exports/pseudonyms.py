"""Under which pseudonyms an export tells of clients: an analyst's, or its own."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import FromClause, LargeBinary, Select, Text, bindparam, true

from analytics.pseudonyms import Disguise, RowsOfClients, pseudonym_key
from analytics.quasi_identifiers import Rung
from service.analytics.reading import Reading
from service.database.analyst_tables import analyst
from service.projector.analyst_views import OF_ANALYST

_ROLE_NAME: Final = bindparam("role_name", type_=Text)
_INNER, _OUTER = (bindparam(name, type_=LargeBinary) for name in ("inner_key", "outer_key"))
_ITS_DATES: Final = f"select shifts_dates from {analyst.fullname} where organization_id = $1 and role_name = $2"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """A way of telling rows without telling whose they are."""

    said: Mapping[str, object]
    """Whose pseudonyms these are and whether dates are shifted, as a manifest says it."""
    values: Mapping[str, object] = field(repr=False)
    """What the statements bind."""
    disguise: Disguise

    def rows(self, view: RowsOfClients, reading: Reading, of: FromClause | None = None) -> Select[Any]:
        """The view's rows, disguised; only those `of` clients where a table of their ids is given."""
        rows = self.disguise.rows(view, reading.sources, of)
        # The database looks the key up: it stands in no statement, nor in a log of statements.
        return rows.where(analyst.c.role_name == _ROLE_NAME) if self.disguise.by_organization is analyst else rows

    @property
    def dates_shifted(self) -> bool:
        """Whether each client's dates are shifted."""
        return bool(self.said["dates_shifted"])

    def told_by(self, rung: Rung) -> "Pseudonyms":
        """The same, with years of birth and the beginning of care told no more exactly than that."""
        return replace(self, disguise=self.disguise._replace(rung=rung))


def of_this_export(*, shift_dates: bool) -> Pseudonyms:
    """Pseudonyms under a key that nobody keeps: what fits together within one export fits nothing else."""
    key = pseudonym_key(secrets.token_bytes(32))
    disguise = Disguise(_INNER, _OUTER, true() if shift_dates else None)
    said = {"pseudonyms_of": "this export", "dates_shifted": shift_dates}
    return Pseudonyms(said, {"inner_key": key.inner, "outer_key": key.outer}, disguise)


async def of_analyst(reading: Reading, role_name: str) -> Pseudonyms | None:
    """The pseudonyms by which an analyst, by their role's name, knows clients; None where they see none of these."""
    shifted = await reading.connection.fetchval(_ITS_DATES, reading.organization_id, role_name)
    if shifted is None:
        return None
    return Pseudonyms({"pseudonyms_of": role_name, "dates_shifted": shifted}, {"role_name": role_name}, OF_ANALYST)
