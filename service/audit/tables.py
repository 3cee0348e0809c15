"""The tables of both trees: whole tiles, the checkpoints signed of them, and what witnesses say of those."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from service.audit.access_functions import (
    EARLIEST_FUNCTION,
    ENTER_FUNCTION,
    JOINED_FUNCTION,
    LOOKS_AT_ALL,
    UNSIGNED_ACCESSES_FUNCTION,
)
from service.audit.tree_functions import (
    GROW_TREE_FUNCTION,
    KEEP_CHECKPOINT_FUNCTION,
    LAST_CHECKPOINTS_FUNCTION,
    REFUSED_FUNCTION,
    UNSIGNED_FUNCTION,
)
from service.database.protection import OWNER_ROLE, after_create, append_only, for_the_app, own_schema, protect

metadata = MetaData()
own_schema(metadata, "audit")

_MOMENT = DateTime(timezone=True)

tile = Table(
    "tile",
    metadata,
    Column("organization_id", Uuid, comment="Whose log"),
    Column("log", Text, comment="Which of the organization's logs: that of events, or of accesses"),
    Column("level", SmallInteger, comment="0: hashes of leaves; above: roots of whole tiles of the level below"),
    Column("number", BigInteger, comment="Which of its level's tiles, from 0"),
    Column("hashes", LargeBinary, nullable=False, comment="Its 256 hashes, one after the other"),
    Column("root", LargeBinary, nullable=False, comment="The root of the subtree that they make up"),
    PrimaryKeyConstraint("organization_id", "log", "level", "number", name="tile_pkey"),
    CheckConstraint("log in ('events', 'accesses')", name="tile_log_check"),
    CheckConstraint("octet_length(hashes) = 8192 and octet_length(root) = 32", name="tile_hashes_check"),
    schema="audit",
    comment="Whole tiles of the Merkle tree over the leaves of a log, made of log.event or of audit.access_entry",
)
protect(tile, app=["select"])
append_only(tile)
after_create(tile, "alter table audit.tile alter column hashes set storage external")

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("organization_id", Uuid, comment="Whose log"),
    Column("origin", Text, comment="The log's name, as the checkpoint says it"),
    Column("size", BigInteger, comment="How many entries the log had: the position of its last one"),
    Column("root", LargeBinary, nullable=False, comment="The root of its tree"),
    Column("note", Text, nullable=False, comment="The checkpoint as it was signed"),
    Column("signed_at", _MOMENT, nullable=False, comment="When it was kept, just after it was signed"),
    PrimaryKeyConstraint("organization_id", "origin", "size", name="checkpoint_pkey"),
    schema="audit",
    comment="What was signed of the log: one root for each size, for ever",
)
protect(checkpoint, app=["select"])
append_only(checkpoint)

cosignature = Table(
    "cosignature",
    metadata,
    Column("organization_id", Uuid, comment="Whose log"),
    Column("origin", Text, comment="The log's name"),
    Column("size", BigInteger, comment="The checkpoint's size"),
    Column("witness", Text, comment="The name of the witness's key"),
    Column("line", Text, nullable=False, comment="The signature line, with its end"),
    Column("cosigned_at", _MOMENT, nullable=False, comment="When the witness says that it was made"),
    Column("kept_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When it was kept here"),
    PrimaryKeyConstraint("organization_id", "origin", "size", "witness", name="cosignature_pkey"),
    ForeignKeyConstraint(
        ["organization_id", "origin", "size"],
        ["audit.checkpoint.organization_id", "audit.checkpoint.origin", "audit.checkpoint.size"],
        name="cosignature_checkpoint_fkey",
    ),
    schema="audit",
    comment="That witnesses saw checkpoints go on from the ones before, kept beside them",
)
protect(cosignature, app=["select", "insert"])
append_only(cosignature)

for _statement in (
    GROW_TREE_FUNCTION,
    KEEP_CHECKPOINT_FUNCTION,
    UNSIGNED_FUNCTION,
    REFUSED_FUNCTION,
    LAST_CHECKPOINTS_FUNCTION,
):
    after_create(cosignature, _statement)
for_the_app(
    cosignature,
    "audit.grow_tree",
    "audit.keep_checkpoint",
    "audit.unsigned",
    "audit.refused",
    "audit.last_checkpoints",
)

access_entry = Table(
    "access_entry",
    metadata,
    Column("organization_id", Uuid, comment="Who may read or has read whose clients"),
    Column("number", BigInteger, comment="Place among the entries: 1, 2, 3 …"),
    Column("kind", Text, nullable=False, comment="What it enters, such as access_record or api_key"),
    Column("subject_id", Uuid, nullable=False, comment="Of which record, key, client or organization"),
    Column("leaf", LargeBinary, nullable=False, comment="SHA-256 over what the fact said when it was entered"),
    Column("entered_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When it was entered"),
    PrimaryKeyConstraint("organization_id", "number", name="access_entry_pkey"),
    UniqueConstraint("organization_id", "kind", "subject_id", name="access_entry_subject_key"),
    schema="audit",
    comment="The log of who may read and who has read: each fact once, in the order in which they were entered",
)
protect(access_entry, app=["select"])
append_only(access_entry)
# One statement looks for what is to be entered and signed in all organizations. It is the owner's, who sees one
# organization at a time but while the setting is on.
for _table in (
    "access.access_record",
    "access.api_key",
    "keyring.client_key",
    "audit.access_entry",
    "audit.checkpoint",
):
    after_create(
        access_entry, f"create policy owner_looks on {_table} for select to {OWNER_ROLE} using ({LOOKS_AT_ALL})"
    )
for _statement in (JOINED_FUNCTION, EARLIEST_FUNCTION, ENTER_FUNCTION, UNSIGNED_ACCESSES_FUNCTION):
    after_create(access_entry, _statement)
for_the_app(access_entry, "audit.enter_accesses", "audit.earliest_access", "audit.unsigned_accesses")
after_create(access_entry, "revoke execute on function audit.joined from public")
