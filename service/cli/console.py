"""Where commands write: answers to standard output; progress, advice and errors to standard error.

Nothing that was recorded can drive the terminal it is shown on: every console here is a SafeConsole, and the linter
forbids any other in what ships.
"""

from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType  # noqa: TID251 - the one place where it is made safe
from rich.measure import Measurement
from rich.protocol import rich_cast
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from rendering.visible import visible, visible_text

_WIDEST = 1_000


class SafeConsole(Console):
    """A console on which control and bidirectional characters are seen, and no words are taken for markup.

    Whatever is printed, and whatever that is made of, is rendered through `render`.
    """

    def __init__(self, *, stderr: bool = False, file: IO[str] | None = None, width: int | None = None) -> None:
        super().__init__(stderr=stderr, file=file, width=width, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """The string as a text, before Text drops some of its control characters without a word."""
        return super().render_str(visible(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments to be written. Texts are made visible before they are laid out, all else after."""
        found = rich_cast(renderable)
        for segment in super().render(visible_text(found) if isinstance(found, Text) else found, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


out = SafeConsole()
err = SafeConsole(stderr=True)


def show(table: Table) -> None:
    """Print a table: as wide as the terminal; into a file or a pipe as wide as it needs, nothing cut or broken."""
    console = out if out.is_terminal else SafeConsole(file=out.file, width=_width_of(table))
    console.print(table)


def _width_of(table: Table) -> int:
    # A console prints nothing that is wider than itself, whatever width it is asked for.
    return Measurement.get(out, out.options.update(width=_WIDEST, max_width=_WIDEST), table).maximum
