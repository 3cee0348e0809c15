"""The tables of the log, of the keys and of access, each column with its meaning."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.database.access_functions import KEEP_RECORDS_FUNCTION, NEW_RECORD_TYPE
from service.database.append_function import APPEND_FUNCTION, NEW_EVENT_TYPE
from service.database.erasure_function import (
    ERASE_CLIENT_FUNCTION,
    ERASURE_HINDRANCE_FUNCTION,
    KEEP_BUT_FOR_ERASURE_FUNCTION,
    SAME_PERSON_FUNCTION,
)
from service.database.facts_function import FACTS_FUNCTION
from service.database.fresh_function import FRESH_STATE_FUNCTION
from service.database.head_functions import DIFFERING_HEADS_FUNCTION, LOCK_HEAD_FUNCTION, SETTLE_FUNCTION
from service.database.key_functions import (
    KEEP_REVOKED_FUNCTION,
    MAKE_CLIENT_KEY_FUNCTION,
    NEVER_TAKEN_AWAY_TRIGGER,
    REVOKED_FOR_GOOD_TRIGGER,
)
from service.database.protection import OWNER_ROLE, after_create, append_only, for_the_app, own_schema, protect

metadata = MetaData()
for _schema in ("log", "keyring", "access"):
    own_schema(metadata, _schema)

_MOMENT = DateTime(timezone=True)

organization = Table(
    "organization",
    metadata,
    Column("organization_id", Uuid, comment="The clinic or programme"),
    Column("name", Text, nullable=False, comment="What people call it"),
    Column("time_zone", Text, nullable=False, comment="IANA name of the zone in which its days begin and end"),
    Column("created_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When it was set up"),
    PrimaryKeyConstraint("organization_id", name="organization_pkey"),
    schema="log",
    comment="A clinic or programme: the unit of isolation, of ordering, of sharding and of audit",
)
protect(organization, app=["select"])
# Operator commands list the organizations; they run as owner, before any organization is chosen.
after_create(
    organization,
    f"create policy owner_lists on log.organization for select to {OWNER_ROLE} using (true)",
)
# The service catches up and watches over all organizations: it may learn their ids, and nothing else of them.
after_create(
    organization,
    "create function log.organization_ids() returns setof uuid language sql stable security definer"
    " set search_path = pg_catalog, pg_temp as 'select organization_id from log.organization'",
)
for_the_app(organization, "log.organization_ids")

log_head = Table(
    "log_head",
    metadata,
    Column("organization_id", Uuid, comment="Whose log"),
    Column(
        "position",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="Position of the last event; 0 when there is none",
    ),
    Column(
        "recorded_at",
        _MOMENT,
        nullable=False,
        server_default=text("'epoch'"),
        comment="The next event is recorded later than this",
    ),
    PrimaryKeyConstraint("organization_id", name="log_head_pkey"),
    ForeignKeyConstraint(
        ["organization_id"], ["log.organization.organization_id"], name="log_head_organization_id_fkey"
    ),
    schema="log",
    comment="Where an organization's log ends; its row lock puts appends in order",
    postgresql_with={"fillfactor": 10},
)
protect(log_head, app=["select"])
# How far the log of each organization has come is seen as owner, for what compares all of them in one statement.
after_create(log_head, f"create policy owner_checks on log.log_head for select to {OWNER_ROLE} using (true)")

timeline_head = Table(
    "timeline_head",
    metadata,
    Column("organization_id", Uuid, comment="The organization that keeps the client's record"),
    Column("client_id", Uuid, comment="The person in care"),
    Column("version", Integer, nullable=False, comment="Version of the client's last event"),
    Column("position", BigInteger, nullable=False, comment="Position of the client's last event"),
    Column("merged_into", Uuid, comment="The client who is the same person, with whom care goes on; null where nobody"),
    PrimaryKeyConstraint("organization_id", "client_id", name="timeline_head_pkey"),
    schema="log",
    comment="Where each client's timeline ends",
    postgresql_with={"fillfactor": 70},
)
protect(timeline_head, app=["select"])

event = Table(
    "event",
    metadata,
    Column("organization_id", Uuid, comment="The organization that recorded it"),
    Column("position", BigInteger, comment="Place in the organization's log: 1, 2, 3 … in commit order"),
    Column(
        "client_id",
        Uuid,
        nullable=False,
        comment="The person in care it is about; on the organization's own timeline, the organization's id",
    ),
    Column("version", Integer, nullable=False, comment="Place in the client's timeline: 1, 2, 3 …"),
    Column("id", Uuid, nullable=False, comment="Its identity, and the idempotency key of recording it"),
    Column("type", Text, nullable=False, comment="What kind of event"),
    Column("schema_version", Integer, nullable=False, comment="Version of that kind's body"),
    Column("occurred_at", _MOMENT, nullable=False, comment="When it happened, as the recorder says"),
    Column("precision", Text, nullable=False, comment="How exact occurred_at is: instant, day or approximate"),
    Column("recorded_at", _MOMENT, nullable=False, comment="When it was recorded, by the server's clock"),
    Column("actor_id", Uuid, nullable=False, comment="Who recorded it: the stable id of their key to the API"),
    Column("recorded_by", Text, nullable=False, comment="Who recorded it: their role and name"),
    Column("on_behalf_of", Text, comment="For whom a system recorded it: their role and name; null where for nobody"),
    Column("source", Text, nullable=False, comment="The system it came through"),
    Column("correlation_id", Uuid, comment="What it belongs together with"),
    Column("causation_id", Uuid, comment="The event it follows from"),
    Column(
        "reference_fields",
        ARRAY(Text),
        nullable=False,
        comment="For each event that it refers to, the field of the body that does",
    ),
    Column(
        "reference_ids",
        ARRAY(Uuid),
        nullable=False,
        comment="The ids of the events that it refers to, in the order of reference_fields",
    ),
    Column(
        "key_id",
        Uuid,
        nullable=False,
        comment="The client's key that sealed the body: their data key, or that for counseling notes",
    ),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        comment="Nonce, then the JSON sealed with AES-256-GCM; empty once its client was erased",
    ),
    Column("body_digest", LargeBinary, nullable=False, comment="SHA-256 of body as it was recorded"),
    Column(
        "leaf",
        LargeBinary,
        nullable=False,
        comment="SHA-256 over position, recorded_at, the header and body_digest",
    ),
    PrimaryKeyConstraint("organization_id", "position", name="event_pkey"),
    UniqueConstraint("organization_id", "client_id", "version", name="event_version_key"),
    UniqueConstraint("organization_id", "id", name="event_id_key"),
    # Of a few clients among many; see service.log.restricted_clients.
    Index(
        "event_may_restrict",
        "organization_id",
        "client_id",
        postgresql_where=text("type in ('restriction_requested', 'clients_merged')"),
    ),
    CheckConstraint("cardinality(reference_fields) = cardinality(reference_ids)", name="event_references_check"),
    # A handful of rows: whether a client is one person with another is asked of whoever is read.
    Index(
        "event_merges",
        "organization_id",
        "client_id",
        postgresql_where=text("type in ('clients_merged', 'client_merged_into')"),
    ),
    # Likewise: it is looked again and again whose erasure is due.
    Index(
        "event_asks_erasure",
        "organization_id",
        "client_id",
        postgresql_where=text("type = 'erasure_requested'"),
    ),
    schema="log",
    comment="The log: what happened to clients, sealed, never changed but for erasure",
)
protect(event, app=["select"])
after_create(event, KEEP_BUT_FOR_ERASURE_FUNCTION)
after_create(event, "revoke execute on function log.keep_but_for_erasure from public")
append_only(event, but_for="log.keep_but_for_erasure")
after_create(
    event,
    f"create policy owner_checks on log.event for select to {OWNER_ROLE}"
    " using (current_setting('care_timeline.checks_heads', true) = 'on')",
)
# Sealed bytes do not compress: do not try.
after_create(event, "alter table log.event alter column body set storage external")

reference = Table(
    "reference",
    metadata,
    Column("organization_id", Uuid, comment="The organization that recorded the events"),
    Column("target_id", Uuid, comment="The event that is referred to"),
    Column("position", BigInteger, comment="Position of the event that refers to it"),
    Column("field", Text, comment="The field of its body that does"),
    Column("client_id", Uuid, nullable=False, comment="Whose event refers to it"),
    Column("event_id", Uuid, nullable=False, comment="The event that refers to it"),
    Column("type", Text, nullable=False, comment="What kind of event refers to it"),
    # The kind before the place: a decision asks for the few answers of one kind among however many there are.
    PrimaryKeyConstraint("organization_id", "target_id", "type", "position", "field", name="reference_pkey"),
    schema="log",
    comment="Which events refer to an event: what stands in the events' own headers, by what it refers to",
)
protect(reference, app=["select"])
append_only(reference)

client_identifier = Table(
    "client_identifier",
    metadata,
    Column("organization_id", Uuid, comment="The organization that keeps the client's record"),
    Column("digest", LargeBinary, comment="Keyed hash of the identifier and of the system that gave it"),
    Column("client_id", Uuid, nullable=False, comment="To whom it is linked"),
    Column("event_id", Uuid, nullable=False, comment="The event that linked it"),
    PrimaryKeyConstraint("organization_id", "digest", name="client_identifier_pkey"),
    UniqueConstraint("organization_id", "event_id", name="client_identifier_event_key"),
    schema="log",
    comment="By which identifiers of other systems clients are found, as long as these are linked",
)
protect(client_identifier, app=["select"])
for _statement in (NEW_EVENT_TYPE, APPEND_FUNCTION, LOCK_HEAD_FUNCTION, SETTLE_FUNCTION, DIFFERING_HEADS_FUNCTION):
    after_create(client_identifier, _statement)
for_the_app(client_identifier, "log.append", "log.lock_head", "log.settle", "log.differing_heads")

client_key = Table(
    "client_key",
    metadata,
    Column("organization_id", Uuid, comment="The organization that keeps the client's record"),
    Column("client_id", Uuid, comment="The person in care whose record the key opens"),
    Column("key_id", Uuid, nullable=False, comment="The key; events name it"),
    Column("kek_id", Text, nullable=False, comment="The key-encryption key that wraps both"),
    Column("wrapped_key", LargeBinary, comment="The wrapped data key; null once destroyed"),
    Column("notes_key_id", Uuid, nullable=False, comment="The key for counseling notes; events name it"),
    Column("wrapped_notes_key", LargeBinary, comment="The wrapped key for counseling notes; null once destroyed"),
    Column("created_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When it was made"),
    Column("destroyed_at", _MOMENT, comment="When it was destroyed, and the person's record with it"),
    PrimaryKeyConstraint("organization_id", "client_id", name="client_key_pkey"),
    CheckConstraint("(wrapped_key is null) = (destroyed_at is not null)", name="client_key_destroyed_check"),
    CheckConstraint("wrapped_notes_key is null or destroyed_at is null", name="client_key_notes_destroyed_check"),
    Index("client_key_destroyed", "organization_id", "client_id", postgresql_where=text("destroyed_at is not null")),
    schema="keyring",
    comment="Each client's two keys, wrapped: their data key, and the one for counseling notes; left out of the log's"
    " backups",
)
protect(client_key, app=["select"])
after_create(client_key, MAKE_CLIENT_KEY_FUNCTION)
for_the_app(client_key, "keyring.make_client_key")
after_create(client_key, FACTS_FUNCTION)
for_the_app(client_key, "log.facts")
after_create(client_key, FRESH_STATE_FUNCTION)
for_the_app(client_key, "log.fresh_state")
for _statement in (SAME_PERSON_FUNCTION, ERASURE_HINDRANCE_FUNCTION, ERASE_CLIENT_FUNCTION):
    after_create(client_key, _statement)
for_the_app(client_key, "keyring.same_person", "keyring.erasure_hindrance")
after_create(client_key, "revoke execute on function keyring.erase_client from public")

api_key = Table(
    "api_key",
    metadata,
    Column("organization_id", Uuid, comment="The organization whose data it opens"),
    Column("key_id", Uuid, comment="The public part of the key"),
    Column("name", Text, nullable=False, comment="Who or what holds it"),
    Column("role", Text, nullable=False, comment="The holder's role in care"),
    Column("scopes", ARRAY(Text), nullable=False, comment="What it may do"),
    Column("purpose", Text, comment="What its holder reads for, unless a request says it; null: as the role does"),
    Column(
        "person_id",
        Uuid,
        comment="Who holds it, where they call with something else as well; null: the key is its own subject",
    ),
    Column("recipient", Text, comment="The other organization that holds it, as consents name it; null: this one"),
    Column(
        "recipient_classes",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="The classes of recipients to which that organization belongs",
    ),
    Column("secret_digest", LargeBinary, nullable=False, comment="Digest of the secret part"),
    Column("previous_digest", LargeBinary, comment="Digest of the secret before; null once nobody may use it"),
    Column("previous_until", _MOMENT, comment="Until when the secret before is good as well"),
    Column("created_at", _MOMENT, nullable=False, server_default=text("now()"), comment="When it was made"),
    Column("rotated_at", _MOMENT, comment="When it last had a new secret; null while it has its first"),
    Column("expires_at", _MOMENT, comment="From when on it does not work; null when it does not expire"),
    Column("revoked_at", _MOMENT, comment="When it stopped working for good; null while it works"),
    PrimaryKeyConstraint("organization_id", "key_id", name="api_key_pkey"),
    CheckConstraint("(previous_digest is null) = (previous_until is null)", name="api_key_previous_check"),
    CheckConstraint("recipient is not null or recipient_classes = '{}'", name="api_key_recipient_check"),
    Index(
        "api_key_name", "organization_id", "name", unique=True, postgresql_where=text("revoked_at is null")
    ),  # one living key of a name: a name says who holds it
    schema="access",
    comment="Keys to the API",
)
protect(api_key, app=["select"])
for _statement in (KEEP_REVOKED_FUNCTION, REVOKED_FOR_GOOD_TRIGGER, NEVER_TAKEN_AWAY_TRIGGER):
    after_create(api_key, _statement)
after_create(api_key, "revoke execute on function access.keep_revoked from public")

access_record = Table(
    "access_record",
    metadata,
    Column("organization_id", Uuid, comment="The organization whose clients were read about"),
    Column("record_id", Uuid, comment="The record; ids rise with time (version 7)"),
    Column("recorded_at", _MOMENT, nullable=False, comment="When it was read"),
    Column("operation", Text, nullable=False, comment="Through what: method and route, never a path, or the command"),
    Column("what", Text, nullable=False, comment="What was read: timeline, a projection, a list"),
    Column("parameters", JSONB, nullable=False, comment="What was asked of it: moments, places, codes, ids; no words"),
    Column("purpose", Text, nullable=False, comment="Why it was read: the purpose of use"),
    Column("actor_id", Uuid, nullable=False, comment="Who read it, by an id that stays"),
    Column(
        "credential_id",
        Text,
        comment="With what they called: the API key's id or, with tokens, that of the issuer's signing key",
    ),
    Column("role", Text, nullable=False, comment="Their role"),
    Column("name", Text, nullable=False, comment="Their name as their key or token says it"),
    Column("request_id", Text, nullable=False, comment="The request, as the answer and the service's log name it"),
    Column("version", Integer, comment="The version of the timeline that was answered; null for a list"),
    Column("position", BigInteger, comment="The position of the log that a list reflected; null for one client"),
    Column("client_id", Uuid, comment="The client, where one was read; null for a list"),
    Column("clients", Integer, nullable=False, comment="Of how many clients it told: see access_record_client"),
    Column("clients_digest", LargeBinary, nullable=False, comment="SHA-256 over the ids of these clients, in order"),
    Column("recipient", Text, comment="The other organization to which it was disclosed; null where it stayed here"),
    Column(
        "allowed_by",
        Uuid,
        comment="The event that allowed it: a consent, a court order, an emergency; null where it needed none",
    ),
    PrimaryKeyConstraint("organization_id", "record_id", name="access_record_pkey"),
    CheckConstraint("num_nonnulls(version, position) = 1", name="access_record_version_or_position_check"),
    CheckConstraint("(client_id is null) = (version is null)", name="access_record_client_check"),
    CheckConstraint("recipient is null or allowed_by is not null", name="access_record_disclosure_check"),
    Index("access_record_actor", "organization_id", "actor_id", "record_id"),
    schema="access",
    comment="Who read about clients, what, why and when: written before the answer is given, never changed",
)
protect(access_record, app=["select"])
append_only(access_record)

# Beside the record, since a page of a list tells of many clients: 37 kB a page of 200, where whole records took 73, and
# half the time. (An array in the record would take 13, and no index finds a client in it: under row-level security
# PostgreSQL uses only operators that are leakproof, which those on arrays are not.)
access_record_client = Table(
    "access_record_client",
    metadata,
    Column("organization_id", Uuid, comment="The organization whose client it is"),
    Column("client_id", Uuid, comment="A client of whom the answer told"),
    Column("record_id", Uuid, comment="The record of the access"),
    PrimaryKeyConstraint("organization_id", "client_id", "record_id", name="access_record_client_pkey"),
    schema="access",
    comment="Of which clients a read told",
)
protect(access_record_client, app=["select"])
append_only(access_record_client)
for _statement in (NEW_RECORD_TYPE, KEEP_RECORDS_FUNCTION):
    after_create(access_record_client, _statement)
for_the_app(access_record_client, "access.keep_records")
