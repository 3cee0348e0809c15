"""Time is passed in: folds, rows and answers are the same whatever a clock would say."""

import sys
from collections.abc import Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings

from projections.catalogue import PROJECTIONS
from tests.builders import POLICY, History, folded
from tests.strategies import histories


class ClockAsked(Exception):
    """A fold asked what time it is."""


def _asked(*_: Any) -> NoReturn:
    raise ClockAsked


class Moment(datetime):
    now = utcnow = today = classmethod(_asked)  # type: ignore[assignment]


class Day(date):
    today = classmethod(_asked)


def _core() -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        if name.split(".", 1)[0] in {"domain", "projections"}:
            yield module


@pytest.fixture
def _no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in _core():
        for name, replacement in (("datetime", Moment), ("date", Day)):
            if vars(module).get(name) in {datetime, date}:
                monkeypatch.setattr(module, name, replacement)


@pytest.mark.usefixtures("_no_clock")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_no_projection_asks_a_clock(history: History) -> None:
    at = history.last_recorded
    for projection in PROJECTIONS:
        state = folded(projection, history)
        projection.rows(state)
        projection.answer(state, at, POLICY)


@pytest.mark.usefixtures("_no_clock")
def test_a_clock_would_be_noticed() -> None:
    local_days: Any = sys.modules["projections.local_days"]

    with pytest.raises(ClockAsked):
        local_days.datetime.now()
    with pytest.raises(ClockAsked):
        local_days.date.today()
