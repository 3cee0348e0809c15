"""How long nothing is sent after a failure: our own waits, and what the receiver asks for."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from secrets import SystemRandom
from typing import Final

from service.subscriptions.webhook_receivers import Outcome

GIVE_UP_AFTER: Final = timedelta(days=5)
"""After so long of failures a delivery is given up, and a webhook that accepted nothing else is disabled."""

LONGEST_WAIT: Final = timedelta(hours=12)
"""Nothing waits longer than this for its next try, whatever the receiver asks for: it would be forgotten."""

_ASKS_TO_WAIT: Final = (429, 503)
"""With these, Retry-After is about the receiver as a whole: it has too much to do, or is closed for a while."""

_FIRST_WAIT: Final = timedelta(seconds=5)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
_JITTER: Final = 0.2
_SECONDS: Final = re.compile(r"[0-9]+", re.ASCII)
_MOST_DIGITS: Final = 9
_random = SystemRandom()


def asked_wait(outcome: Outcome, moment: datetime) -> timedelta:
    """How long the receiver asks us to wait with Retry-After (RFC 9110, 10.2.3): seconds, or a date of HTTP.

    At most LONGEST_WAIT; nothing where it does not ask, or says what nobody can read.
    """
    said = (outcome.retry_after or "").strip()
    if outcome.status not in _ASKS_TO_WAIT or not said:
        return timedelta()
    if _SECONDS.fullmatch(said):
        return LONGEST_WAIT if len(said) > _MOST_DIGITS else _within(timedelta(seconds=int(said)))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return timedelta()
    return _within((until if until.tzinfo else until.replace(tzinfo=UTC)) - moment)


def due_after(tries: int, first_tried_at: datetime, asked: timedelta, moment: datetime) -> datetime | None:
    """When what has just failed is tried again: after 5 s, 20 s, 80 s … up to 12 h, and not before the receiver asks
    for it; None once it is given up.
    """
    if moment - first_tried_at >= GIVE_UP_AFTER:
        return None
    return moment + max(_jittered(min(_FIRST_WAIT * 4 ** min(tries, 10), LONGEST_WAIT)), asked)


def pause(failures: int) -> timedelta:
    """How long nothing is sent to a receiver that accepted nothing: 5 s, 10 s, 20 s … up to 5 min."""
    return _jittered(min(_FIRST_PAUSE * 2 ** min(failures, 10), _LONGEST_PAUSE))


def _within(wait: timedelta) -> timedelta:
    return min(max(wait, timedelta()), LONGEST_WAIT)


def _jittered(wait: timedelta) -> timedelta:
    return wait * _random.uniform(1 - _JITTER, 1 + _JITTER)
