"""Where commands write: answers to standard output; progress, advice and errors to standard error."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

_WIDEST = 1_000

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def show(table: Table) -> None:
    """Print a table: as wide as the terminal; into a file or a pipe as wide as it needs, nothing cut or broken."""
    console = out if out.is_terminal else Console(file=out.file, width=_width_of(table), highlight=False)
    console.print(table)


def _width_of(table: Table) -> int:
    # A console prints nothing that is wider than itself, whatever width it is asked for.
    return Measurement.get(out, out.options.update(width=_WIDEST, max_width=_WIDEST), table).maximum
