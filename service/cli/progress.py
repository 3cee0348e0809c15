"""Progress bars that tell the rate and the time that is left."""

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from service.cli.console import err


class RateColumn(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """The rate over the whole task once it is finished, else the recent one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


def progress_of(unit: str) -> Progress:
    """A progress display on standard error for work that is counted in this unit, such as events."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}"),
        RateColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=err,
    )


def progress_of_bytes() -> Progress:
    """A progress display on standard error for what is read from a file or, of unknown length, from a pipe."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=err,
    )
