"""eventsourcing's ProjectionRunner with one fold: how many check-ins a client sent, and what the last one said.

Written as the library's documentation shows it: the row and its tracking record commit together, event by event.
"""

import asyncio
import time
from threading import Event as Flag
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from benchmarks.eventsourcing_peer import environment
from service.database.embedded import DatabaseUrls

POOL_SIZE = 5  # the library's own default
EVENTS_A_CLIENT = 100
WORDS = "slept a little better and went for the walk we had talked about; mornings stay the hardest part of the day"


class Client(Aggregate):
    """A client who checks in."""

    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name
        self.check_ins = 0

    class CheckedIn(Aggregate.Event):
        """The client checked in."""

        craving: int
        mood: int
        words: str

    @event(CheckedIn)
    def check_in(self, craving: int, mood: int, words: str) -> None:
        self.check_ins += 1


class PeerClinic(Application[UUID]):
    """The application whose events are projected."""


class CheckIns(PostgresTrackingRecorder):
    """The view: a row for each client."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        table = {"schema": Identifier(datastore.schema), "table": Identifier("client_check_ins")}
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {schema}.{table}"
                " (client_id uuid PRIMARY KEY, check_ins bigint, craving int, mood int)"
            ).format(**table)
        )
        self._upsert = SQL(
            "INSERT INTO {schema}.{table} VALUES (%s, 1, %s, %s) ON CONFLICT (client_id) DO UPDATE"
            " SET check_ins = {table}.check_ins + 1, craving = excluded.craving, mood = excluded.mood"
        ).format(**table)

    def checked_in(self, client_id: UUID, craving: int, mood: int, tracking: Tracking) -> None:
        """Counts a check-in."""
        with self.datastore.transaction(commit=True) as curs:
            self._insert_tracking(curs, tracking)
            curs.execute(self._upsert, (client_id, craving, mood), prepare=True)


class CheckInsOfClients(Projection[CheckIns]):
    """The projection; `finished` is set once the event that `last` names is in."""

    name = "check_ins"
    last = 0
    finished = Flag()

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)

    @process_event.register
    def _checked_in(self, domain_event: Client.CheckedIn, tracking: Tracking) -> None:
        self.view.checked_in(domain_event.originator_id, domain_event.craving, domain_event.mood, tracking)
        if tracking.notification_id >= self.last:
            self.finished.set()


class Peer:
    """The application with as many events as are to be projected, in each round from the first to the last."""

    def __init__(self, urls: DatabaseUrls, events: int) -> None:
        self._url = urls.superuser
        self._environment = environment(urls, POOL_SIZE)
        with PeerClinic(self._environment) as app:
            for number in range(events // EVENTS_A_CLIENT):
                client = Client(name=f"client {number}")
                for _ in range(EVENTS_A_CLIENT - 1):
                    client.check_in(craving=3, mood=5, words=WORDS)
                app.save(client)
            self._last = app.recorder.max_notification_id() or 0

    async def projected(self) -> float:
        """Events a second."""
        return await asyncio.to_thread(self._project)

    def _project(self) -> float:
        CheckInsOfClients.last = self._last
        CheckInsOfClients.finished.clear()
        began = time.perf_counter()
        with ProjectionRunner(
            application_class=PeerClinic,
            projection_class=CheckInsOfClients,
            view_class=CheckIns,
            env=self._environment,
        ):
            CheckInsOfClients.finished.wait()
            rate = self._last / (time.perf_counter() - began)
        with psycopg.connect(self._url) as connection:
            (projected,) = connection.execute("select sum(check_ins) + count(*) from client_check_ins").fetchone() or (
                0,
            )
            assert projected == self._last, f"{projected} of {self._last} events"
            connection.execute("truncate client_check_ins")
            connection.execute("delete from check_ins_tracking where application_name = 'PeerClinic'")
        return rate
