"""The store keeps the eventsourcing library's contract for recorders, by the library's own test cases."""

from uuid import UUID

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    RecorderTestCase,
    TrackingRecorderTestCase,
)

from service.database.embedded import DatabaseUrls
from tests.log.recorder_adapter import StoreAggregateRecorder, StoreApplicationRecorder, StoreTrackingRecorder


class _OnTheStore(RecorderTestCase):
    INITIAL_VERSION = 0

    @pytest.fixture(autouse=True)
    def _use(self, database: DatabaseUrls, organization_id: UUID) -> None:
        self.url = database.app
        self.organization_id = organization_id


class _ApplicationRecorderOnTheStore(_OnTheStore):
    def create_recorder(self) -> StoreApplicationRecorder:
        recorder = StoreApplicationRecorder(self.url, self.organization_id)
        self.addCleanup(recorder.close)
        return recorder


class TestAggregateRecorder(_OnTheStore, AggregateRecorderTestCase):
    def create_recorder(self) -> StoreAggregateRecorder:
        recorder = StoreAggregateRecorder(self.url, self.organization_id)
        self.addCleanup(recorder.close)
        return recorder


class TestApplicationRecorder(_ApplicationRecorderOnTheStore, ApplicationRecorderTestCase[StoreApplicationRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingPositions(_ApplicationRecorderOnTheStore, NonInterleavingNotificationIDsBaseCase): ...


class TestTrackingRecorder(TrackingRecorderTestCase):
    @pytest.fixture(autouse=True)
    def _use(self, database: DatabaseUrls, organization_id: UUID) -> None:
        self.url = database.app
        self.organization_id = organization_id

    def create_recorder(self) -> StoreTrackingRecorder:
        recorder = StoreTrackingRecorder(self.url, self.organization_id)
        self.addCleanup(recorder.close)
        return recorder


del RecorderTestCase, AggregateRecorderTestCase, ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
del TrackingRecorderTestCase
