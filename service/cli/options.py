"""Options that several commands have."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from domain.vocabulary.purposes import PurposeOfUse
from service.cli.moments import moment

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

OrganizationsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--organization",
        "-o",
        metavar="ID-OR-NAME",
        help="An organization, by its id or its exact name; may be given several times. Needed only when there are"
        " several.",
        show_default=False,
    ),
]

PurposeOption = Annotated[
    PurposeOfUse | None,
    typer.Option(help="What you read it for; it stands in the access record.", show_default="operations"),
]

AsOfOption = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="DATE-AND-TIME", help="What had happened by then.", show_default="now"),
]

KnownAtOption = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="DATE-AND-TIME", help="What had been recorded by then.", show_default="now"),
]


def projections_named(names: Sequence[str] | None) -> list[str]:
    """The projections that a command names, or all where it names none. Raises typer.BadParameter for an unknown."""
    from projections.catalogue import PROJECTIONS

    known = [projection.name for projection in PROJECTIONS]
    for name in names or ():
        if name not in known:
            raise typer.BadParameter(f"There is no projection {name}; there are {', '.join(known)}.")
    return list(names or known)
