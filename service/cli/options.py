"""Options that several commands have."""

from typing import Annotated

import typer

OrganizationOption = Annotated[
    str | None,
    typer.Option(
        "--organization",
        "-o",
        metavar="ID-OR-NAME",
        help="The organization, by its id or its exact name. Needed only when there are several.",
        show_default=False,
    ),
]
