"""The lists as analysts find them: views of the same queries that the API's pages narrow, over all that may be seen."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func
from sqlalchemy.dialects import postgresql

from projections.care_plan import CARE_PLAN
from projections.dictionary import Described
from projections.meanings import one_line
from projections.signals import SIGNALS
from service.database.tables import client_key
from service.projector.list_queries import Asked, caseload, signals, worklist
from service.projector.list_rows import ListedClient, ListedRow, ListedSignal, ListedTask

_POSTGRESQL: Final = postgresql.dialect()  # type: ignore[no-untyped-call]

_IN_A_VIEW: Final = Asked(func.now(), None)
"""A view takes no parameters: it is judged by the clock, and row-level security keeps organizations apart."""

_ORGANIZATION: Final = client_key.c.organization_id


class ListView(NamedTuple):
    """A list, as a view over the builds of projections."""

    name: str
    row: type[ListedRow]
    projections: tuple[str, ...]
    """From whose builds it comes, in the order in which the query takes their schemas."""
    query: Callable[..., Select[Any]]

    @property
    def comment(self) -> str:
        """What a row is."""
        return one_line(self.row.__doc__ or "")

    def comments(self) -> Mapping[str, str]:
        """What each column means, by its name, in order."""
        fields = self.row.model_fields.items()
        said = {name: one_line(field.description or "") for name, field in fields}
        return {_ORGANIZATION.name: "The organization whose client this is.", **said}

    def rows(self, schemas: Mapping[str, str]) -> Select[Any]:
        """The query over builds in these schemas, by projection's name."""
        rows = self.query(*(schemas[name] for name in self.projections), _IN_A_VIEW)
        return rows.with_only_columns(_ORGANIZATION, *rows.selected_columns, maintain_column_froms=True)

    def described(self) -> Iterator[Described]:
        """Its columns, for the data dictionary."""
        found = self.rows({name: name for name in self.projections}).selected_columns
        for name, meaning in self.comments().items():
            yield Described(self.name, name, found[name].type.compile(dialect=_POSTGRESQL).lower(), meaning, key=False)


LIST_VIEWS: Final = (
    ListView("worklist", ListedTask, (CARE_PLAN.name,), worklist),
    ListView("caseload", ListedClient, (CARE_PLAN.name, SIGNALS.name), caseload),
    ListView("signals", ListedSignal, (SIGNALS.name, CARE_PLAN.name), signals),
)
