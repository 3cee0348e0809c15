"""Verifying a log with counseling notes, which have a key of their own (R27)."""

from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.record import CorrectionReason
from service.access.caller import Caller
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.log.log_part import check_part
from service.log.verify import verify
from tests.builders import registered, session
from tests.system import draft


@pytest_asyncio.fixture(loop_scope="session")
async def noted(system: System, counselor: Caller) -> UUID:
    """A client with a counseling note, which is corrected and retracted: positions 3 to 5."""
    client_id = uuid4()
    held = draft(session())
    note = draft(CounselingNoteWritten(session=held.id, note="What was said in confidence."))
    other = CounselingNoteWritten(session=held.id, note="What was really said.")
    for drafts in (
        [draft(registered()), held],
        [note],
        [draft(EntryCorrected(entry=note.id, reason=CorrectionReason.WRONG_CONTENT, replacement=other))],
        [draft(EntryRetracted(entry=note.id, reason=CorrectionReason.WRONG_CONTENT))],
    ):
        new = await system.store.head(counselor.organization_id, client_id) == 0
        await system.recorder.record(counselor, client_id, drafts, new_client=new)
    return client_id


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize("after", [0, 3, 4])
async def test_r27_what_sets_a_note_right_opens_in_whichever_part_of_the_log_it_stands(
    system: System, counselor: Caller, after: int
) -> None:
    part = await check_part(system.store, counselor.organization_id, after, 5, system.keyring)

    assert (part.events, part.findings) == (5 - after, [])


async def test_r27_a_lost_key_for_notes_is_told_as_that_once(
    system: System, counselor: Caller, noted: UUID, database: DatabaseUrls
) -> None:
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("update keyring.client_key set wrapped_notes_key = null where client_id = $1", noted)

    lost = await verify(system.store, counselor.organization_id, keyring=system.keyring)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute("update log.event set body = '' where client_id = $1 and position = 3", noted)
    emptied = await verify(system.store, counselor.organization_id, keyring=system.keyring)
    await superuser.close()

    what = "its client's key for counseling notes is missing or was changed: put it back from a backup"
    assert [tuple(each) for each in lost.findings] == [(3, what)]
    missing = "its body is missing, and its client was not erased: put it back from a backup"
    assert [tuple(each) for each in emptied.findings] == [(3, missing), (4, what)]
