"""Where everything is wired: from settings to a running system."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from projections.catalogue import PROJECTIONS
from projections.projection import Projection
from service.access.access_records import AccessRecords
from service.access.access_search import AccessSearch
from service.access.api_keys import ApiKeys
from service.access.authentication import Authentication
from service.access.brake import Brake
from service.access.tokens import open_tokens
from service.access.trusted_issuers import trusted_issuers
from service.analytics.exports.export import AnalyticsExports
from service.analytics.exports.one_view import OneView
from service.analytics.figures import MeasureFigures
from service.analytics.reading import Readings
from service.analytics.reports import AnalyticsReports
from service.audit.anchors import AnchorEndpoint, AnchorFolder
from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.checkpoint_store import CheckpointStore
from service.audit.log_kinds import LogKind
from service.audit.log_proofs import LogProofs
from service.audit.signing_keys import SigningKeys
from service.audit.verifier import Verifier
from service.audit.witnesses import Witness
from service.care.access_log import AccessLog
from service.care.accesses import Accesses
from service.care.client_access import ClientAccess
from service.care.client_search import ClientSearch
from service.care.counseling_notes import CounselingNotes
from service.care.entry_contents import EntryContents
from service.care.erasures import Erasures
from service.care.lists import Lists
from service.care.policy_adopter import PolicyAdopter
from service.care.projection_reader import ProjectionReader
from service.care.record_replay import RecordReplay
from service.care.recorder import Recorder
from service.care.timeline_reader import TimelineReader
from service.care.unusual_access import UnusualAccess
from service.care.unusual_notes import UnusualAccessNotes
from service.database.connection import open_pool
from service.database.embedded import EmbeddedPostgres
from service.database.migrate import migrate
from service.database.supervision import kept_running
from service.deployment_keys import key_encryption_keys, signing_keys
from service.exports.client_heads import ClientHeads
from service.exports.last_checkpoint import LastCheckpoint
from service.exports.proved_accesses import ProvedAccesses
from service.exports.reading import RecordSource
from service.exports.record_export import RecordExport
from service.following.follower import Follower
from service.following.wakeups import Wakeups
from service.log.facts import FactReader
from service.log.headers import Headers
from service.log.heads import Heads
from service.log.identifiers import Identifiers
from service.log.keyring import Keyring
from service.log.organizations import Organizations
from service.log.pages import Pages
from service.log.restricted_clients import RestrictedClients
from service.log.sealed import StoredEvent
from service.log.store import EventStore
from service.log.timelines import Timelines
from service.projector.build_lifecycle import make_missing
from service.projector.builds import Build, Builds
from service.projector.catch_up import CatchUp
from service.projector.comparison import Comparison
from service.projector.fresh_states import FreshStates
from service.projector.list_reads import ListReads
from service.projector.projector import Projector
from service.runtime.sliced_work import SlicedWork
from service.settings import (
    Settings,
    parse_witness_keys,
)
from service.subscriptions.feed import Feed
from service.subscriptions.feed_content import FeedContents
from service.subscriptions.tail import Tails
from service.subscriptions.webhook_deliveries import Deliveries
from service.subscriptions.webhook_queue import FOLLOWER as WEBHOOKS
from service.subscriptions.webhook_queue import WebhookQueue
from service.subscriptions.webhook_receivers import Receivers
from service.subscriptions.webhook_sender import WebhookSender
from service.subscriptions.webhooks import Webhooks

EMBEDDED_CHECKPOINT_FOLDER = "checkpoints"


@dataclass(frozen=True, slots=True)
class System:
    """The parts of a running service."""

    settings: Settings
    pool: asyncpg.Pool
    log_pool: asyncpg.Pool
    wakeups: Wakeups
    store: EventStore
    heads: Heads
    keyring: Keyring
    timelines: Timelines
    organizations: Organizations
    policy_adopter: PolicyAdopter
    api_keys: ApiKeys
    authentication: Authentication
    builds: Builds
    projector: Projector
    catch_up: CatchUp
    comparison: Comparison
    recorder: Recorder
    erasures: Erasures
    identifiers: Identifiers
    client_search: ClientSearch
    projection_reader: ProjectionReader
    timeline_reader: TimelineReader
    record_replay: RecordReplay
    counseling_notes: CounselingNotes
    lists: Lists
    accesses: Accesses
    access_log: AccessLog
    unusual_access: UnusualAccess
    feed: Feed
    feed_contents: FeedContents
    sliced: SlicedWork
    webhooks: Webhooks
    webhook_deliveries: Deliveries
    webhook_queue: WebhookQueue
    webhook_sender: WebhookSender
    signing_keys: SigningKeys
    checkpoints: CheckpointStore
    checkpoint_signer: CheckpointSigner
    access_checkpoints: CheckpointStore
    access_checkpoint_signer: CheckpointSigner
    access_log_proofs: LogProofs
    verifier: Verifier
    log_proofs: LogProofs
    record_export: RecordExport
    client_heads: ClientHeads
    readings: Readings
    analytics_exports: AnalyticsExports
    analytics_reports: AnalyticsReports
    measure_figures: MeasureFigures
    one_view: OneView

    async def logs_not_signed(self) -> dict[LogKind, frozenset[UUID]]:
        """Of which organizations' logs nothing is signed any more, of each kind. Raises DatabaseUnavailable."""
        return {
            LogKind.EVENTS: await self.checkpoint_signer.refused(),
            LogKind.ACCESSES: await self.access_checkpoint_signer.refused(),
        }

    async def rewrap(self, organization_id: UUID) -> int:
        """Wraps anew whatever key-encryption keys wrap, clients' keys and webhooks' secrets; of how many of these.

        After that, in every organization, older ones can leave the settings. Raises OwnerNeeded, UnknownKey,
        KeyUnavailable, SealBroken.
        """
        return await self.keyring.rewrap(organization_id) + await self.webhooks.rewrap(organization_id)

    def follower(self) -> Follower:
        """A follower that hands the log to the projector and to webhooks; `service.serving.projecting` runs one.

        They stand at one place most of the time, and the log is read once for both. All they do is in this database.
        """
        return Follower(self.pool, self.wakeups, self.followers, self.handle)

    def followers(self) -> list[str]:
        """The names under which the log is followed: those of builds, and that of webhooks."""
        return [*self.builds.names(), WEBHOOKS]

    async def handle(
        self,
        connection: PoolConnectionProxy,
        organization_id: UUID,
        names: Sequence[str],
        events: Sequence[StoredEvent],
    ) -> None:
        """What the follower calls, inside its transaction."""
        if WEBHOOKS in names:
            await self.webhook_queue.handle(connection, organization_id, events)
        builds = [name for name in names if name != WEBHOOKS]
        if builds:
            await self.projector.handle(connection, organization_id, builds, events)


class Addresses(NamedTuple):
    """Where the database is, as the service's own role and, for operators' commands, as the owner."""

    app: str
    owner: str | None


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Addresses]:
    """Addresses of the database: the one set, or the embedded one, started, migrated, and kept running meanwhile."""
    if settings.database_url:
        owner = settings.owner_database_url
        yield Addresses(settings.database_url.get_secret_value(), owner.get_secret_value() if owner else None)
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    key_encryption_keys(settings)  # before there is a record that another key would not open
    urls = await asyncio.to_thread(embedded.start)
    try:
        await prepare(urls.owner)
        async with kept_running(embedded):
            yield Addresses(urls.app, urls.owner)
    finally:
        await asyncio.to_thread(embedded.stop)


async def prepare(owner_url: str, projections: Sequence[Projection[Any]] = PROJECTIONS) -> list[Build]:
    """Migrate the database and make the builds of projections that it lacks, as the owner.

    Gives those that stand to be built from what is recorded already. Raises MigrationError.
    """
    await migrate(owner_url)
    return await make_missing(owner_url, projections)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[System]:
    """The system over the database that the settings name; stopped in order when the context ends."""
    async with database(settings) as addresses, connected(settings, addresses) as system:
        yield system


@asynccontextmanager
async def connected(
    settings: Settings, addresses: Addresses, projections: Sequence[Projection[Any]] = PROJECTIONS
) -> AsyncIterator[System]:
    """The system over a database that is there, as the service's own role."""
    keks = key_encryption_keys(settings)
    async with AsyncExitStack() as stack:
        # Whoever follows the log holds a connection for a batch, so the two never share a pool.
        log_pool = await stack.enter_async_context(await open_pool(addresses.app))
        pool = await stack.enter_async_context(await open_pool(addresses.app))
        wakeups = Wakeups(addresses.app)
        stack.push_async_callback(wakeups.close)
        store = EventStore(log_pool, wakeups.appended)
        stack.push_async_callback(store.close)
        keyring = Keyring(log_pool, keks, addresses.owner)
        sliced = SlicedWork()
        timelines = Timelines(store, keyring, sliced)
        organizations = Organizations(log_pool, keyring)
        pages = Pages(log_pool)
        contents = EntryContents(pages, timelines)
        headers = Headers(pool)
        identifiers = Identifiers(log_pool, keyring)
        builds = Builds(pool, projections)
        await builds.refresh()
        api_keys = ApiKeys(log_pool, addresses.owner)
        tokens = await stack.enter_async_context(open_tokens(trusted_issuers(settings.trusted_issuers)))
        fresh = FreshStates(pool, keyring, organizations, builds, sliced)
        projector = Projector(keyring, organizations, builds)
        wakeups.tell_of_erasures(keyring, fresh, projector)
        access_records = AccessRecords(log_pool)
        stack.push_async_callback(access_records.close)
        clients = ClientAccess(organizations, fresh, RestrictedClients(pool))
        accesses = Accesses(access_records, fresh, clients)
        list_reads = ListReads(pool, builds)
        timeline_reader = TimelineReader(store, pages, timelines, contents, accesses, sliced)
        receivers = Receivers(allow_private=settings.webhooks_to_private_addresses)
        stack.push_async_callback(receivers.close)
        webhooks, webhook_queue = Webhooks(pool, keks), WebhookQueue()
        signing = signing_keys(settings)
        witness_keys = parse_witness_keys(settings.witness_keys)
        checkpoints = CheckpointStore(pool, signing, witness_keys)
        access_checkpoints = CheckpointStore(pool, signing, witness_keys, LogKind.ACCESSES)
        log_proofs, search = LogProofs(pool, checkpoints), AccessSearch(log_pool)
        signer, access_signer = (
            _checkpoint_signer(settings, pool, signing, checkpoints, checkpoint_folder(settings)),
            _checkpoint_signer(settings, pool, signing, access_checkpoints, access_checkpoint_folder(settings)),
        )
        for each in (signer, access_signer):
            stack.push_async_callback(each.close)
        readings = Readings(pool, builds)
        last_checkpoint = LastCheckpoint(signing, signer, checkpoints)
        access_log_proofs = LogProofs(pool, access_checkpoints)
        last_of_accesses = LastCheckpoint(signing, access_signer, access_checkpoints)
        yield System(
            settings=settings,
            pool=pool,
            log_pool=log_pool,
            wakeups=wakeups,
            store=store,
            heads=Heads(store),
            keyring=keyring,
            timelines=timelines,
            organizations=organizations,
            policy_adopter=PolicyAdopter(store, keyring, organizations),
            api_keys=api_keys,
            authentication=Authentication(api_keys, tokens, Brake(settings.wrong_keys_per_minute)),
            builds=builds,
            projector=projector,
            catch_up=CatchUp(pool, keyring, organizations, builds),
            comparison=Comparison(pool, keyring, organizations, builds),
            recorder=Recorder(
                store,
                FactReader(log_pool),
                keyring,
                timelines,
                contents,
                organizations,
                identifiers=identifiers,
                clients=clients,
            ),
            erasures=Erasures(pool, addresses.owner, organizations, store, keyring, wakeups.appended),
            identifiers=identifiers,
            client_search=ClientSearch(identifiers, accesses),
            projection_reader=ProjectionReader(timeline_reader, organizations, projections, fresh, accesses, sliced),
            timeline_reader=timeline_reader,
            record_replay=RecordReplay(store, timeline_reader, organizations, projections, sliced),
            counseling_notes=CounselingNotes(pages, timelines, accesses),
            lists=Lists(list_reads, accesses),
            accesses=accesses,
            access_log=AccessLog(store, pages, search, accesses, fresh),
            unusual_access=UnusualAccess(
                list_reads, organizations, accesses, UnusualAccessNotes(log_pool, store, keyring, timelines)
            ),
            feed=Feed(headers, Tails(headers, wakeups), clients, settings.feed_readers_per_key),
            feed_contents=FeedContents(store, keyring, accesses, sliced),
            sliced=sliced,
            webhooks=webhooks,
            webhook_deliveries=Deliveries(pool),
            webhook_queue=webhook_queue,
            webhook_sender=WebhookSender(
                pool, webhook_queue, webhooks, receivers, keep=timedelta(days=settings.webhook_deliveries_kept_days)
            ),
            signing_keys=signing,
            checkpoints=checkpoints,
            checkpoint_signer=signer,
            access_checkpoints=access_checkpoints,
            access_checkpoint_signer=access_signer,
            access_log_proofs=access_log_proofs,
            verifier=Verifier(addresses.app, pool, store, keyring, keks, signing),
            log_proofs=log_proofs,
            record_export=RecordExport(
                RecordSource(store, pages, timelines, keyring, organizations, search),
                accesses,
                last_checkpoint,
                log_proofs,
                ProvedAccesses(pool, last_of_accesses, access_log_proofs),
                sliced=sliced,
            ),
            client_heads=ClientHeads(pages, keyring, accesses, last_checkpoint, log_proofs),
            readings=readings,
            analytics_exports=AnalyticsExports(readings.live, organizations, accesses),
            analytics_reports=AnalyticsReports(readings.live, organizations, accesses),
            measure_figures=MeasureFigures(readings.live, organizations, accesses),
            one_view=OneView(readings.live, organizations, accesses),
        )


def checkpoint_folder(settings: Settings) -> Path | None:
    """Where checkpoints are written; in the embedded mode a folder beside the database, unless another is set."""
    if settings.checkpoint_folder is None and settings.embedded:
        return settings.data_dir / EMBEDDED_CHECKPOINT_FOLDER
    return settings.checkpoint_folder


def access_checkpoint_folder(settings: Settings) -> Path | None:
    """Where checkpoints of who may read and who has read are written: beside those of logs."""
    folder = checkpoint_folder(settings)
    return folder / "access" if folder else None


def _checkpoint_signer(
    settings: Settings, pool: asyncpg.Pool, keys: SigningKeys, store: CheckpointStore, folder: Path | None
) -> CheckpointSigner:
    return CheckpointSigner(
        pool,
        keys,
        store,
        folder=AnchorFolder(folder) if folder else None,
        endpoint=AnchorEndpoint(settings.checkpoint_url) if settings.checkpoint_url else None,
        witnesses=[Witness(url) for url in settings.witness_urls],
        seconds=settings.checkpoint_seconds,
    )
