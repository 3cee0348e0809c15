"""Verifying a log in which counseling notes have a key of their own (R27), and while others merge and erase."""

from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.merging import ClientsMerged, MergeUndone
from domain.events.record import EntryCorrected, EntryRetracted
from domain.vocabulary.record import CorrectionReason
from service.access.caller import Caller
from service.bootstrap import System
from service.database.embedded import DatabaseUrls
from service.log.keyring import NotesKey
from service.log.log_part import check_part
from service.log.verify import JoinedParts, verify
from tests.builders import registered, session
from tests.erasing import erase
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


async def test_what_is_merged_while_the_log_is_read_is_no_finding(
    system: System, counselor: Caller, noted: UUID
) -> None:
    organization_id, other, joined = counselor.organization_id, uuid4(), JoinedParts()
    await system.recorder.record(counselor, other, [draft(registered())], new_client=True)
    merge = draft(ClientsMerged(duplicate=other))

    joined.add(await check_part(system.store, organization_id, 0, 6, system.keyring))
    await system.recorder.record(counselor, noted, [merge])
    assert (await joined.finish(system.store, organization_id, 6)).findings == []

    joined.add(await check_part(system.store, organization_id, 6, 8, system.keyring))
    await system.recorder.record(counselor, noted, [draft(MergeUndone(merge=merge.id))])
    assert (await joined.finish(system.store, organization_id, 8)).findings == []


async def test_r57_who_is_erased_while_the_log_is_read_is_no_finding(
    system: System, counselor: Caller, noted: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = system.keyring.notes_key

    async def erase_first(organization_id: UUID, client_id: UUID) -> NotesKey:
        await erase(system, organization_id, client_id)
        return await read(organization_id, client_id)

    monkeypatch.setattr(system.keyring, "notes_key", erase_first)

    found = await verify(system.store, counselor.organization_id, keyring=system.keyring)

    assert found.findings == []
    assert noted in {each.client_id for each in await system.erasures.erased(counselor.organization_id)}
