"""How analysts reach the views: what the commands about them print."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from rich.table import Table
from sqlalchemy import make_url
from sqlalchemy.engine import URL

from service.analytics.analysts import Analyst, NewAnalyst
from service.cli.console import err, out, show
from service.database.analyst_tables import SCHEMA

_OF_THE_OWNER: Final = ("user", "password", "passfile", "sslcert", "sslkey", "options")
_SOCKET_WARNING: Final = (
    "Mind that the embedded server asks nobody for a password: whoever reaches its socket is whom they say. Give"
    " analysts an export instead (care-timeline analytics export), or run a PostgreSQL of your own."
)


def tell_how_to_connect(made: NewAnalyst, owner_url: str, *, embedded: bool) -> None:
    """Print, this once, all that a new analyst connects with: the address alone on the first line."""
    url = _address(made, owner_url)
    text = url.render_as_string(hide_password=False)
    attach = f"ATTACH '{text.replace(chr(39), chr(39) * 2)}' AS care (TYPE postgres, READ_ONLY);"
    err.print(f"Made {made.role_name}. What stands below is shown only now; where analysts reach the database by")
    err.print("another name of its host, write that instead.")
    out.print(text, soft_wrap=True)
    out.print()
    out.print(f"DuckDB:    {attach} Views are care.{SCHEMA}.clients and others.", soft_wrap=True)
    out.print(f"Metabase:  {_metabase(made, url)}", soft_wrap=True)
    if embedded:
        err.print(_SOCKET_WARNING, soft_wrap=True, style="yellow")


def show_analysts(analysts: Sequence[Analyst], names: Mapping[UUID, str]) -> None:
    """Print a line for each analyst."""
    if not analysts:
        out.print("There is none yet: care-timeline analysts create makes one.", soft_wrap=True)
        return
    table = Table("Name", "Organizations", "Dates", "Since", box=None, pad_edge=False)
    for each in analysts:
        seen = ", ".join(names[one] for one in each.organizations)
        table.add_row(each.name, seen, "shifted" if each.shifts_dates else "as they are", f"{each.created_at:%Y-%m-%d}")
    show(table)


def _address(made: NewAnalyst, owner_url: str) -> URL:
    url = make_url(owner_url)
    return url.difference_update_query(_OF_THE_OWNER).set(username=made.role_name, password=made.password)


def _metabase(made: NewAnalyst, url: URL) -> str:
    said = url.query.get("host")
    host = url.host or (said if isinstance(said, str) else None) or "localhost"
    port = url.port or url.query.get("port") or 5432
    ssl = "off, as the address says" if url.query.get("sslmode") == "disable" else "on"
    return (
        f"Admin, Databases, Add: type PostgreSQL, host {host}, port {port}, database {url.database}, username"
        f" {made.role_name}, the password above, schemas only these: {SCHEMA}, SSL {ssl}."
    )
