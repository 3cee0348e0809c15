"""What a service recorded in a database of a certain revision, kept for ever: upgrades begin with it.

`python -m tests.database.recorded` writes it at the newest revision. Do so when a migration changes the tables of the
log, of the keys or of access, and keep the files of older revisions: they are what real databases hold.
"""

import asyncio
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from domain.events.plan import GoalMeasured
from projections.catalogue import PROJECTIONS
from service.access.api_keys import ApiKeys
from service.access.caller import SCOPES_OF_ROLE, Caller, KeyRole
from service.care.client_access import ClientAccess
from service.care.entry_contents import EntryContents
from service.care.recorder import Recorder
from service.database.connection import open_pool
from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.database.migrate import migrate, newest_revision
from service.database.owner import connect_owner
from service.log.facts import FactReader
from service.log.identifiers import Identifiers
from service.log.keyring import KeyEncryptionKeys, Keyring
from service.log.organizations import Organizations, create_organization
from service.log.pages import Pages
from service.log.restricted_clients import RestrictedClients
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.projector.builds import Builds
from service.projector.fresh_states import FreshStates
from service.runtime.sliced_work import SlicedWork
from tests.builders import goal_set, registered
from tests.system import draft

FOLDER = Path(__file__).with_name("recorded")
KEK_ID, KEK = "kept", bytes(range(32))
CLIENT = UUID("c1000000-0000-4000-8000-000000000001")
SCHEMAS = ("log", "keyring", "access")


async def record(urls: DatabaseUrls) -> None:
    """Records for one client of a new organization what the tests of upgrades look for."""
    owner = await connect_owner(urls.owner)
    organization = await create_organization(owner, "Riverbend Recovery", "America/Chicago")
    await owner.close()
    async with await open_pool(urls.app) as pool:
        store, keyring = EventStore(pool), Keyring(pool, KeyEncryptionKeys({KEK_ID: KEK}))
        timelines = Timelines(store, keyring)
        contents = EntryContents(Pages(pool), timelines)
        organizations, identifiers = Organizations(pool, keyring), Identifiers(pool, keyring)
        fresh = FreshStates(pool, keyring, organizations, Builds(pool, PROJECTIONS), SlicedWork())
        recorder = Recorder(
            store, FactReader(pool), keyring, timelines, contents, organizations,
            identifiers=identifiers, clients=ClientAccess(organizations, fresh, RestrictedClients(pool)),
        )  # fmt: skip
        scopes = SCOPES_OF_ROLE[KeyRole.COUNSELOR]
        caller = Caller(organization.organization_id, uuid4(), "ana", KeyRole.COUNSELOR, scopes)
        goal = draft(goal_set(target=7), at="2026-03-02T16:00Z")
        measured = draft(GoalMeasured(goal=goal.id, value=5), at="2026-03-09T15:00Z")
        events = [draft(registered(), at="2026-03-02T15:00Z"), goal, measured]
        await recorder.record(caller, CLIENT, events, new_client=True)
        await ApiKeys(pool, urls.owner).create(organization.organization_id, "ana", KeyRole.COUNSELOR, scopes)
        await store.close()


def main(revision: str) -> None:
    """Writes the file of a revision."""
    with TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder))
        urls = server.start()
        try:
            asyncio.run(migrate(urls.owner, revision))
            asyncio.run(record(urls))
            dump = [str(server.programs / "pg_dump"), "--data-only", "--column-inserts"]
            dump += [f"--schema={schema}" for schema in SCHEMAS]
            said = subprocess.run([*dump, urls.superuser], check=True, capture_output=True, text=True).stdout
        finally:
            server.stop()
    inserts = [line for line in said.splitlines(keepends=True) if line.startswith("INSERT ")]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{revision}.sql").write_text("".join(inserts), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:] or [newest_revision()])
