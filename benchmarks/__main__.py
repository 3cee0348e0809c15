"""`python -m benchmarks`: all measures, or those named. Starts light: a rebuild's processes import this module too."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    measures: Annotated[
        list[str] | None,
        typer.Argument(
            help="append, bulk, timeline, post, many, lag, projecting, rebuild, cohort, reads, reading, feed, import,"
            " webhooks, replay, proofs, verifying, exporting, analysts-export, figures; soak, only when named.",
            show_default="all but soak",
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each side runs; one round more warms up.")] = 5,
    soak_seconds: Annotated[float, typer.Option(min=30, help="How long the soak lasts.")] = 600.0,
    output: Annotated[Path | None, typer.Option(help="A file for the table as Markdown.")] = None,
) -> None:
    """
    Measure us, a peer and the limit side by side, on one embedded PostgreSQL in a temporary folder.
    """
    from benchmarks.run import run

    run(measures or [], rounds, output, soak_seconds)


if __name__ == "__main__":
    app()
