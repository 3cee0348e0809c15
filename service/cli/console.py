"""Where commands write: answers to standard output; progress, advice and errors to standard error."""

from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
