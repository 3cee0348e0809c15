"""One run: the server, the chosen measures one after the other, and the table."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
import uvloop
from rich.console import Console

from benchmarks import soak
from benchmarks.ground import Ground
from benchmarks.harness import Result, Rounds
from benchmarks.machine import machine
from benchmarks.measures import MEASURES, ONLY_WHEN_ASKED
from benchmarks.table import explanation, heading, lines, markdown, screen


def run(names: Sequence[str], rounds: int, output: Path | None, soak_seconds: float) -> None:
    """Measures what is named, or everything but what takes minutes, and prints the table.

    Raises typer.BadParameter for an unknown name.
    """
    chosen = list(names) or [name for name in MEASURES if name not in ONLY_WHEN_ASKED]
    unknown = set(names) - MEASURES.keys()
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {', '.join(MEASURES)}.")
    console = Console()
    with TemporaryDirectory(prefix="care-timeline-bench-") as folder:
        # The server may run as another user, who has to reach its folder.
        Path(folder).chmod(0o755)
        measured_on, results = uvloop.run(_measured(console, Path(folder), chosen, rounds, soak_seconds))
    if console.is_terminal:
        console.print(screen(results))
    console.print(explanation(rounds), soft_wrap=True)
    if output:
        output.write_text(markdown(results, measured_on, rounds), encoding="utf-8")


async def _measured(
    console: Console, folder: Path, names: Sequence[str], rounds: int, soak_seconds: float
) -> tuple[list[tuple[str, str]], list[Result]]:
    async with Ground(folder / "data").running() as ground:
        measured_on = await machine(ground)
        for name, value in measured_on:
            console.print(f"[bold]{name}[/bold]  {value}", soft_wrap=True, highlight=False)
        results: list[Result] = []
        if not console.is_terminal:
            _tell(heading())
        with console.status("") as status:
            for name in names:
                measure = partial(soak.measure, seconds=soak_seconds) if name == "soak" else MEASURES[name]
                found = await measure(ground, Rounds(rounds, status.update))
                results += found
                if not console.is_terminal:
                    _tell(lines(found))
    return measured_on, results


def _tell(text: str) -> None:
    """A part of the table, as soon as it is known: a whole run takes a while, and whoever reads a pipe waits."""
    print(text, flush=True)
