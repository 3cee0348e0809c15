"""Telling who read about a client, as a table or as comma-separated values."""

import csv
import json
from io import StringIO

from rich.table import Table

from service.access.access_records import AccessRecord
from service.care.access_log import AccessPage
from service.cli.console import err, out, show


def tell(page: AccessPage) -> None:
    """Print the records as a table, the newest first."""
    table = Table("When (UTC)", "Who", "Purpose", "What", "As of version", "Through", box=None, pad_edge=False)
    for each in page.records:
        version = str(each.version) if each.version is not None else f"position {each.position}"
        table.add_row(
            f"{each.recorded_at:%Y-%m-%d %H:%M:%S}", _who(each), each.purpose, each.what, version,
            each.operation,
        )  # fmt: skip
    if page.records:
        show(table)
    else:
        out.print("Nobody has read about this client before now.", soft_wrap=True)
    if page.more:
        err.print("There are earlier ones: ask for more with --limit.", soft_wrap=True)


def _who(record: AccessRecord) -> str:
    return f"{record.role}/{record.name}" + (f" of {record.recipient}" if record.recipient else "")


def tell_as_csv(page: AccessPage) -> None:
    """Print all that the records say."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(AccessRecord._fields)
    for each in page.records:
        plain = {"recorded_at": each.recorded_at.isoformat(), "parameters": json.dumps(each.parameters)}
        writer.writerow(plain.get(name, value) for name, value in each._asdict().items())
    out.print(text.getvalue(), end="", soft_wrap=True)
