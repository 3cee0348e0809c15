"""Policies as tables: every number by its name in a TOML file, and what was adopted when."""

from collections.abc import Mapping
from datetime import datetime

from rich.table import Table

from domain.policies import Policies
from domain.policy import Policy


def numbers(policy: Policy) -> Mapping[str, str]:
    """Every number as a TOML file says it, by its section and name; nothing where none is told."""
    sections = policy.model_dump(mode="json")
    return {
        f"{section}.{name}": "" if value is None else str(value).replace("'", '"')
        for section, named in sections.items()
        for name, value in named.items()
    }


def numbers_table(policy: Policy) -> Table:
    """Every number, and its default where that is another."""
    table = Table("Number", "Value", "Default", box=None, pad_edge=False)
    defaults = numbers(Policy())
    for name, value in numbers(policy).items():
        table.add_row(name, value, defaults[name] if defaults[name] != value else "")
    return table


def adoptions_table(policies: Policies) -> Table:
    """What was adopted, in the order in which it was."""
    table = Table("Position", "Adopted", "In force from", "Differs from the default in", box=None, pad_edge=False)
    defaults = numbers(Policy())
    for each in policies.adoptions:
        differing = [name for name, value in numbers(each.policy).items() if defaults[name] != value]
        table.add_row(
            str(each.position),
            moment_in(each.recorded_at, each.policy),
            moment_in(each.in_force_from, each.policy),
            ", ".join(differing) or "nothing",
        )
    return table


def moment_in(moment: datetime, policy: Policy) -> str:
    """The moment in the organization's time zone, to the minute."""
    return f"{moment.astimezone(policy.working_days.zone):%Y-%m-%d %H:%M %Z}"
