"""What somebody alters in the log who can do anything to the database, and that does not fit by itself.

Each is named without a checkpoint in hand as well; test_tampering.py has what takes one.
"""

import pytest

from tests.cli.altered import Clinic, clinic

__all__ = ["clinic"]

EVENT = "update log.event set {} where position = 5 and ORG"
ITS_HEADER = "position 5: its header, recorded_at or digest is not the one its leaf was made of"

REFERENCE_OF_5 = (
    "insert into log.reference select organization_id, target_id, 5, field, client_id, event_id, type"
    " from log.reference where ORG"
)

OF_THE_LOG = [
    ("body", EVENT.format("body = set_byte(body, 30, get_byte(body, 30) # 1)"), "position 5: its body is not the one"),
    ("body and digest", EVENT.format("body = 'x', body_digest = sha256('x')"), ITS_HEADER),
    ("digest", EVENT.format("body_digest = sha256('x')"), "position 5: its body is not the one"),
    ("leaf", EVENT.format("leaf = sha256('x')"), ITS_HEADER),
    ("recorded_at", EVENT.format("recorded_at = recorded_at + interval '1 microsecond'"), ITS_HEADER),
    ("recorded before", EVENT.format("recorded_at = 'epoch'"), "position 5: it was recorded earlier"),
    *(
        (change.partition(" ")[0], EVENT.format(change), ITS_HEADER)
        for change in (
            "id = gen_random_uuid()",
            "type = 'session_held'",
            "schema_version = 2",
            "occurred_at = 'infinity'",
            "occurred_at = occurred_at - interval '1 day'",
            "precision = 'day'",
            "actor_id = gen_random_uuid()",
            "recorded_by = 'counselor/eve'",
            "source = 'elsewhere'",
            "correlation_id = gen_random_uuid()",
            "causation_id = gen_random_uuid()",
            "reference_fields = '{goal}', reference_ids = array[id]",
            "key_id = gen_random_uuid()",
        )
    ),
    ("end of time", EVENT.format("recorded_at = 'infinity'"), ITS_HEADER),
    ("negative", EVENT.format("schema_version = -1"), "position 5: its header has a value that none can hold"),
    ("endless", EVENT.format("source = repeat('x', 70000)"), "position 5: its header has a value that none can hold"),
    ("client", EVENT.format("client_id = BEN, version = 9"), "position 5: its version is 9"),
    ("version", EVENT.format("version = 9"), "position 5: its version is 9, after version 3"),
    ("event removed", "delete from log.event where position = 2 and ORG", "position 2: the event is missing"),
    ("tail removed", "delete from log.event where position > 4 and ORG", "position 5: 2 events are missing, up to 6"),
    ("event beyond the head", EVENT.format("position = 9"), "position 7: the log's head is at 6"),
    ("event before the first", EVENT.format("position = 0"), "position 0: 1 events stand before"),
    ("log's head raised", "update log.log_head set position = 8 where ORG", "position 7: 2 events are missing"),
    ("log's head lowered", "update log.log_head set position = 4 where ORG", "position 5: the log's head is at 4"),
    ("log's head set back", "update log.log_head set recorded_at = 'epoch' where ORG", "position 6: it was recorded"),
    ("log's head removed", "delete from log.log_head where ORG", "position 6: the log has no head"),
    (
        "timeline's head raised",
        "update log.timeline_head set version = 7 where client_id = ADA",
        "position 5: the head of a timeline is at version 7, and its last event is 4",
    ),
    (
        "timeline's head lowered",
        "update log.timeline_head set version = 3, position = 3 where client_id = ADA",
        "position 3: the head of a timeline is at version 3, and its last event is 4",
    ),
    (
        "timeline's head moved",
        "update log.timeline_head set position = 4 where client_id = ADA",
        "position 4: the head of a timeline names this position, and its last event is at 5",
    ),
    (
        "timeline's head removed",
        "delete from log.timeline_head where client_id = BEN",
        "position 4: the timeline that begins here has no head",
    ),
    (
        "timeline's head added",
        "insert into log.timeline_head values (ID_OF_IT, gen_random_uuid(), 1, 6)",
        "position 6: the head of a timeline is at version 1, and its last event is 0",
    ),
    ("reference removed", "delete from log.reference where ORG", "position 3: its reference goal is not in"),
    (
        "reference added",
        REFERENCE_OF_5,
        "position 5: log.reference has a reference goal of it that it does not make",
    ),
    (
        "reference turned",
        "update log.reference set target_id = gen_random_uuid() where ORG",
        "position 3: its reference goal is not in",
    ),
]  # fmt: skip
"""Changes that do not fit by themselves; each is named without a checkpoint as well."""


@pytest.mark.parametrize(("change", "what"), [each[1:] for each in OF_THE_LOG], ids=[each[0] for each in OF_THE_LOG])
async def test_what_is_altered_in_the_log_is_named(clinic: Clinic, change: str, what: str) -> None:
    await clinic.alter(change)

    assert what in await clinic.named([])


TWICE = [
    ("log.event", "event_pkey, drop constraint event_version_key, drop constraint event_id_key", "position = 5",
     "position 5: its version is 4, after version 4 of the same client"),
    ("log.log_head", "log_head_pkey", "true", "position 6: the log has 2 heads"),
    ("log.timeline_head", "timeline_head_pkey", "client_id = ADA", "position 5: a timeline has 2 heads"),
    ("log.reference", "reference_pkey", "true", "position 3: log.reference has its reference goal 2 times"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "key", "row", "what"), TWICE, ids=[each[0] for each in TWICE])
async def test_a_row_that_is_there_twice_is_named(clinic: Clinic, table: str, key: str, row: str, what: str) -> None:
    async with clinic.superuser() as connection:
        keys = await connection.fetch(
            "select conname, pg_get_constraintdef(oid) as said from pg_constraint"
            " where conrelid = $1::text::regclass and contype in ('p', 'u')",
            table,
        )
    await clinic.alter(
        f"alter table {table} drop constraint {key}; insert into {table} select * from {table} where ORG and {row}"
    )
    try:
        assert what in await clinic.named()
    finally:
        await clinic.alter(f"delete from {table} where ORG")
        for name, said in keys:
            await clinic.alter(f"alter table {table} add constraint {name} {said}")
