"""The eventsourcing library's own ProjectionRunner follows our log, its cursor being one of ours."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.projection import Projection, ProjectionRunner

from service.database.embedded import DatabaseUrls
from tests.log.infrastructure import COUNTED, CountingView

Runner = ProjectionRunner[Application[UUID], CountingView]


class DefectFound(Exception):
    """Raised by the projection on purpose."""


class Renamed(Aggregate.Event):
    """An event that the projection counts."""


class Poison(Aggregate.Event):
    """An event that the projection cannot take."""


class Counting(Projection[CountingView]):
    """Counts what was created and what was renamed."""

    @singledispatchmethod
    def process_event(self, _: Aggregate.Event, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)

    @process_event.register
    def _(self, _: Aggregate.Created, tracking: Tracking) -> None:
        self.view.increment("created", tracking)

    @process_event.register
    def _(self, _: Renamed, tracking: Tracking) -> None:
        self.view.increment("renamed", tracking)

    @process_event.register
    def _(self, _: Poison, __: Tracking) -> None:
        raise DefectFound


class Ground(NamedTuple):
    """The environment of the library's applications, and where views are."""

    env: dict[str, str]
    url: str
    organization_id: UUID


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def _counted(database: DatabaseUrls) -> None:
    owner = await asyncpg.connect(database.owner)
    await owner.execute(COUNTED)
    await owner.close()


@pytest.fixture
def ground(database: DatabaseUrls, organization_id: UUID) -> Ground:
    """An organization with nothing in its log."""
    env = {
        "PERSISTENCE_MODULE": "tests.log.infrastructure",
        "STORE_URL": database.app,
        "STORE_ORGANIZATION": str(organization_id),
    }
    return Ground(env, database.app, organization_id)


@pytest.fixture
def view(ground: Ground) -> Iterator[CountingView]:
    """The view, beside those of the runners."""
    view = CountingView(ground.url, ground.organization_id)
    yield view
    view.close()


def _runner(ground: Ground) -> Runner:
    return ProjectionRunner(
        application_class=Application[UUID], projection_class=Counting, view_class=CountingView, env=ground.env
    )


def _save(runner: Runner, *kinds: type[Aggregate.Event]) -> int:
    aggregate = Aggregate()
    for kind in kinds:
        aggregate.trigger_event(kind)
    last: int = runner.app.save(aggregate)[-1].notification.id
    return last


def test_it_follows_what_is_saved_and_another_goes_on_where_it_stood(ground: Ground, view: CountingView) -> None:
    for run in (1, 2):
        with _runner(ground) as runner:
            last = [_save(runner, Renamed, Renamed) for _ in range(3)][-1]
            runner.wait(last, timeout=10)
        runner.view.close()

        assert (view.count("created"), view.count("renamed")) == (3 * run, 6 * run)
        assert view.max_tracking_id(runner.app_name) == last == 9 * run


def test_an_event_that_cannot_be_taken_ends_it_and_the_cursor_stays_before(ground: Ground, view: CountingView) -> None:
    with _runner(ground) as runner:
        _save(runner, Renamed, Poison)
        with pytest.raises(DefectFound):
            runner.run_forever(timeout=10)
    runner.view.close()

    assert view.max_tracking_id(runner.app_name) == 2


def test_what_was_counted_is_not_counted_again(view: CountingView) -> None:
    view.increment("created", Tracking("upstream", 3))

    with pytest.raises(IntegrityError):
        view.increment("created", Tracking("upstream", 3))

    assert view.count("created") == 1
    assert view.has_tracking_id("upstream", 3)
