"""Organizations for commands: the one that is meant, and a new one."""

from collections.abc import Sequence

from service.bootstrap import Addresses
from service.cli.errors import CommandFailed
from service.database.owner import OwnerNeeded, connect_owner
from service.log.organizations import Organization, create_organization


def choose(organizations: Sequence[Organization], said: str | None) -> Organization:
    """The organization of that id or exact name; without either, the only one. Raises CommandFailed."""
    if not organizations:
        raise CommandFailed("There is no organization yet: make one with care-timeline organizations create NAME.")
    if said is None:
        if len(organizations) == 1:
            return organizations[0]
        raise CommandFailed(
            "There are several organizations: say which one with --organization;"
            " care-timeline organizations list shows them."
        )
    meant = [each for each in organizations if said == each.name or said.lower() == str(each.organization_id)]
    if not meant:
        raise CommandFailed(
            f"No organization has the id or the exact name {said!r}: care-timeline organizations list shows them."
        )
    if len(meant) > 1:
        ids = ", ".join(str(each.organization_id) for each in meant)
        raise CommandFailed(f"Several organizations are called {said!r}: give the id of one of them: {ids}.")
    return meant[0]


def choose_several(organizations: Sequence[Organization], said: Sequence[str] | None) -> list[Organization]:
    """The organizations of these ids or exact names, each once; without any, the only one. Raises CommandFailed."""
    meant = [choose(organizations, one) for one in said] if said else [choose(organizations, None)]
    return list({each.organization_id: each for each in meant}.values())


async def set_up(addresses: Addresses, name: str, time_zone: str) -> Organization:
    """A new organization, made as the database's owner. Raises CommandFailed, OwnerNeeded."""
    if addresses.owner is None:
        raise OwnerNeeded
    owner = await connect_owner(addresses.owner)
    try:
        return await create_organization(owner, name, time_zone)
    except ValueError as error:
        raise CommandFailed(str(error)) from error
    finally:
        await owner.close()
