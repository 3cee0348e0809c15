"""Checks of the record: whether its keys open, projections are up to date, what is due is erased, and
checkpoints are signed.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from service.audit.log_kinds import LogKind
from service.bootstrap import System, checkpoint_folder
from service.care.erasures import due
from service.database.connection import scoped
from service.doctor.check import Check
from service.log.keyring import UnknownKey
from service.log.seal import SealBroken
from service.projector.status import status
from service.runtime import clock

_LEFT_FOR: Final = timedelta(days=1)
"""So long may an erasure be due before that is said to be wrong: a timer that runs at night has had its turn then. Our
choice."""

_ONE_CLIENT_OF_EACH = """
select distinct on (kek_id) kek_id, client_id from keyring.client_key
 where organization_id = $1 and destroyed_at is null order by kek_id, client_id
"""

_CALLED: Final = {LogKind.EVENTS: "the logs", LogKind.ACCESSES: "the logs of accesses"}


async def keys(system: System) -> Check:
    """Whether each key-encryption key in use is there, and opens the key of a client."""
    opened: set[str] = set()
    for organization_id in await system.organizations.ids():
        async with scoped(system.pool, organization_id) as connection:
            wrapped = await connection.fetch(_ONE_CLIENT_OF_EACH, organization_id)
        for kek_id, client_id in wrapped:
            try:
                await system.keyring.data_key(organization_id, client_id, create=False)
            except (UnknownKey, SealBroken):
                return Check(
                    "keys",
                    False,
                    f"Clients' keys that {kek_id} wraps do not open: put that key-encryption key back, after the one"
                    " in use, or those clients' records stay closed.",
                )
            opened.add(kek_id)
    if not opened:
        return Check("keys", True, "There is a key-encryption key, and no client's key yet for it to open.")
    return Check("keys", True, f"{', '.join(sorted(opened))} opens the clients' keys.")


async def projections(system: System) -> Check:
    """Whether projections lag behind or failed, or stand to be built."""
    problems = []
    for each in await status(system.pool, system.builds):
        if each.build is None:
            problems.append(f"{each.projection} stands to be built: run care-timeline rebuild {each.projection}")
        if each.behind:
            problems.append(
                f"{each.projection} lags behind by {each.behind:,} events: is care-timeline serve or project running?"
            )
        if each.parked:
            problems.append(f"{each.projection} failed for {each.parked:,} clients: run care-timeline catch-up")
    if problems:
        return Check("projections", False, f"{'; '.join(problems)}. Nothing is lost.")
    return Check("projections", True, "All are up to date.")


async def erasures(system: System) -> Check:
    """Whether somebody is to be erased and was not, although it has been due for longer than a timer waits."""
    found: dict[UUID, datetime] = {}
    for organization_id in await system.organizations.ids():
        found |= due(await system.erasures.standing(organization_id))
    if not found:
        return Check("erasures", True, "None is due.")
    first, carry_out = min(found.values()), "care-timeline erasures carry-out --due"
    said = f"{len(found):,} {'client is' if len(found) == 1 else 'clients are'} to be erased, the first since"
    said += f" {first:%Y-%m-%d %H:%M} UTC"
    if clock.now() - first < _LEFT_FOR:
        return Check("erasures", True, f"{said}: {carry_out} does it.")
    return Check("erasures", False, f"{said}: run {carry_out} for each organization, and set a timer for it.")


async def checkpoints(system: System) -> Check:
    """Whether checkpoints are signed of every log, and put down outside of the database."""
    refused = await system.logs_not_signed()
    if any(refused.values()):
        return Check(
            "checkpoints",
            False,
            "No checkpoint is signed any more of "
            + ", nor of ".join(
                f"{_CALLED[kind]} of {', '.join(sorted(map(str, organizations)))}"
                for kind, organizations in refused.items()
                if organizations
            )
            + ": they are not what was signed before. Run care-timeline checkpoint --organization for each"
            + (", with --accesses for those of accesses" if refused[LogKind.ACCESSES] else "")
            + ": it says what was found and what to do.",
        )
    if not system.signing_keys:
        return Check(
            "checkpoints",
            False,
            "There is no key that signs checkpoints, so nobody could tell whether events were cut off from a log's end:"
            " make one with care-timeline keys new-signing-key, and set CARE_TIMELINE_SIGNING_KEYS_FILE.",
        )
    folder = checkpoint_folder(system.settings)
    if folder is None and system.settings.checkpoint_url is None:
        return Check(
            "checkpoints",
            False,
            "Checkpoints are kept in the database alone: one that was restored to an earlier point would not be known."
            " Set CARE_TIMELINE_CHECKPOINT_FOLDER to a folder on another machine.",
        )
    return Check("checkpoints", True, f"They are signed, and put down in {folder or 'another place'} too.")
