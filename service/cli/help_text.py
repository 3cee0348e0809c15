"""Help texts: written as paragraphs, shown as wide as the terminal allows."""

from collections.abc import Callable
from inspect import cleandoc
from typing import Any

import typer


def prose(text: str) -> str:
    """The text with each paragraph on one line; indented lines, such as examples, stay as they are."""
    return "\n\n".join(_paragraph(paragraph) for paragraph in cleandoc(text).split("\n\n"))


def add(app: typer.Typer, command: Callable[..., Any], *, name: str | None = None, panel: str | None = None) -> None:
    """Add a command, whose docstring is its help."""
    app.command(name, help=prose(command.__doc__ or ""), rich_help_panel=panel)(command)


def _paragraph(text: str) -> str:
    return text if text.startswith("  ") else text.replace("\n", " ")
