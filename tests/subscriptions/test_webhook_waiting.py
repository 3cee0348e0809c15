"""How long a failed delivery waits: as we choose, and as long as the receiver asks for, within bounds."""

from datetime import UTC, datetime, timedelta

import pytest

from service.subscriptions.webhook_receivers import Outcome
from service.subscriptions.webhook_waiting import GIVE_UP_AFTER, LONGEST_WAIT, asked_wait, due_after

NOW = datetime(2026, 3, 11, 2, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "said", "wait"),
    [
        (429, "120", timedelta(minutes=2)),
        (503, " 0 ", timedelta()),
        (503, "Wed, 11 Mar 2026 02:32:00 GMT", timedelta(minutes=10)),
        (503, "Wednesday, 11-Mar-26 02:32:00 GMT", timedelta(minutes=10)),
        (503, "Wed Mar 11 02:32:00 2026", timedelta(minutes=10)),
        (429, "Wed, 11 Mar 2026 02:00:00 GMT", timedelta()),
        (429, "Wed, 11 Mar 2099 02:00:00 GMT", LONGEST_WAIT),
        (429, "9" * 5_000, LONGEST_WAIT),
        (429, "-5", timedelta()),
        (429, "soon", timedelta()),
        (429, "Wed, 99 Mar 2026 99:00:00 GMT", timedelta()),
        (429, "", timedelta()),
        (429, None, timedelta()),
        (500, "120", timedelta()),
        (204, "120", timedelta()),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(status: int, said: str | None, wait: timedelta) -> None:
    assert asked_wait(Outcome(status, "status", 5, said), NOW) == wait


def test_what_failed_waits_as_long_as_the_receiver_asks_and_is_given_up_in_the_end() -> None:
    hour = timedelta(hours=1)

    first, asked = (due_after(0, NOW, wait, NOW) for wait in (timedelta(), hour))
    assert first
    assert timedelta(seconds=4) <= first - NOW <= timedelta(seconds=6)
    assert asked == NOW + hour
    assert due_after(9, NOW - GIVE_UP_AFTER, hour, NOW) is None
