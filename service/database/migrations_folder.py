"""Where the migrations lie: in a wheel beside this module, in a checkout at the top of the repository."""

from pathlib import Path

_SHIPPED = Path(__file__).with_name("migrations")
_CHECKOUT = Path(__file__).parents[2] / "alembic"


class MigrationsMissing(Exception):
    """This installation carries no migrations; the message says where they were looked for."""


def migrations_folder(places: tuple[Path, ...] = (_SHIPPED, _CHECKOUT)) -> Path:
    """The folder to give Alembic as its `script_location`: the first of the places that holds an env.py.

    Raises MigrationsMissing when none does.
    """
    for place in places:
        if (place / "env.py").is_file():
            return place
    looked = " nor in ".join(str(place) for place in places)
    raise MigrationsMissing(
        f"The migrations are not in {looked}. Install care-timeline from its wheel, or run it from a checkout."
    )
