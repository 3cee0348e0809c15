"""What keeps rows in their organization, the log unchanged, and the service within its duties.

Attached to tables as DDL, so that metadata.create_all makes the protection along with them.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import DDL, MetaData, Table, event

OWNER_ROLE = "care_timeline_owner"
"""Owns every table; runs migrations and operator commands."""

APP_ROLE = "care_timeline_app"
"""What the service connects as."""

ANALYTICS_ROLE = "care_timeline_analytics"
"""Owns the views of analysts, and reads of the rows behind them those of the organizations that the asking analyst may
see; nobody logs in as it."""

ANALYST_ROLE = "care_timeline_analyst"
"""Whoever may ask these views: each analyst's own role is a member of it."""

ORGANIZATION_SETTING = "care_timeline.organization"
"""The setting that names the organization whose rows a transaction may touch; unset means none."""


def see_only(organization_id: UUID) -> str:
    """The statement after which the transaction sees and changes one organization's rows only.

    It is SET LOCAL, which a distributed database passes on to its workers, as it does not with set_config.
    """
    return f"set local {ORGANIZATION_SETTING} = '{UUID(int=organization_id.int)}'"


AFTER_CREATE = "after_create"
"""Where a table's `info` keeps the statements that follow its creation: a migration that makes it must run them too."""

_ISOLATED = f"organization_id = nullif(current_setting('{ORGANIZATION_SETTING}', true), '')::uuid"


def own_schema(metadata: MetaData, schema: str) -> None:
    """Makes the schema before the metadata's tables, open to the service's role."""
    _attach(metadata, "before_create", f"create schema if not exists {schema}")
    _attach(metadata, "before_create", f"grant usage on schema {schema} to {APP_ROLE}")


def protection(table: Table, *, app: Sequence[str]) -> list[str]:
    """The statements that force row-level security on a table and grant the service's role its duties on it.

    `app` lists privileges as GRANT takes them: "select", "insert", "update (version, position)". Raises ValueError
    for a table without organization_id.
    """
    if "organization_id" not in table.columns:
        raise ValueError(f"{table.fullname} has no organization_id, so its rows cannot be kept apart.")
    return [
        f"alter table {table.fullname} enable row level security",
        f"alter table {table.fullname} force row level security",
        f"create policy organization_isolation on {table.fullname} using ({_ISOLATED})",
        f"grant {', '.join(app)} on {table.fullname} to {APP_ROLE}",
    ]


def protect(table: Table, *, app: Sequence[str]) -> None:
    """Has the table protected (see `protection`) whenever it is created from its metadata."""
    for statement in protection(table, app=app):
        after_create(table, statement)


def append_only(table: Table, *, but_for: str | None = None) -> None:
    """Makes the database refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks, its owner included.

    `but_for` names a trigger's function that decides of each row whether it may be updated.
    """
    schema = table.schema
    refused = "delete or truncate" if but_for else "update or delete or truncate"
    after_create(
        table,
        f"""create or replace function {schema}.refuse_change() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using
    message = format('%s.%s is append-only: %s is refused', tg_table_schema, tg_table_name, tg_op);
end
$$""",
    )
    after_create(
        table,
        f"create trigger append_only before {refused} on {table.fullname}"
        f" for each statement execute function {schema}.refuse_change()",
    )
    after_create(table, f"revoke execute on function {schema}.refuse_change from public")
    if but_for:
        after_create(
            table,
            f"create trigger append_only_but_for before update on {table.fullname}"
            f" for each row execute function {but_for}()",
        )


def for_the_app(table: Table, *functions: str) -> None:
    """Lets the service's role, and nobody else but the owner, call these functions, made with the table."""
    for function in functions:
        after_create(table, f"revoke execute on function {function} from public")
        after_create(table, f"grant execute on function {function} to {APP_ROLE}")


def after_create(table: Table, statement: str) -> None:
    """Runs a statement whenever the table has been created from its metadata; see AFTER_CREATE for migrations."""
    table.info.setdefault(AFTER_CREATE, []).append(statement)
    _attach(table, "after_create", statement)


def _attach(target: MetaData | Table, moment: str, statement: str) -> None:
    event.listen(target, moment, DDL(statement.replace("%", "%%")))  # type: ignore[no-untyped-call]
