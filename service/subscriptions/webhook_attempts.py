"""Claiming what is due to a webhook, and writing down what came of it.

When it is tried again stands in the database before anything is sent: whoever claims deliveries puts them off by a
lease, and what it does not come to tell of is due again after that, to whoever looks. So a delivery is made at least
once; a receiver tells a repeat by its id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from service.subscriptions.webhook_messages import RecordedHeader
from service.subscriptions.webhook_receivers import Outcome
from service.subscriptions.webhook_waiting import GIVE_UP_AFTER, asked_wait, due_after, pause

BATCH: Final = 32
LEASE: Final = timedelta(minutes=2)
"""How long nobody else tries what was claimed: longer than a batch can take."""

GONE: Final = 410
"""By this status a receiver says that it wants nothing more, and the webhook is disabled at once."""

_DOWN_AFTER: Final = 3  # failures in a row, after which the first success brings forward all that waits

_WEBHOOK = """
select url, failures, failing_since from subscription.webhook
 where organization_id = $1 and webhook_id = $2 and state = 'active' and (retry_at is null or retry_at <= $3)
"""
# What was tried least comes first, so that one event which is never accepted does not keep the others waiting.
_CLAIM = f"""
with due as (
  select position from subscription.delivery
   where organization_id = $1 and webhook_id = $2 and due_at <= $3
   order by tries, position limit $4 for update skip locked
), claimed as (
  update subscription.delivery d set due_at = $5, first_tried_at = coalesce(first_tried_at, $3)
    from due where d.organization_id = $1 and d.webhook_id = $2 and d.position = due.position
  returning d.position, d.tries, d.first_tried_at
)
select {", ".join(f"e.{name}" for name in RecordedHeader._fields)}, c.tries, c.first_tried_at
  from claimed c join log.event e on e.organization_id = $1 and e.position = c.position
 order by c.tries, c.position
"""  # noqa: S608 columns
# What was asked for again while it was under way has another due time than the lease, and keeps that.
_DELIVERED = """
update subscription.delivery d
   set due_at = case when d.due_at <> $5 then d.due_at end, tries = d.tries + 1, delivered_at = $4, given_up_at = null
 where d.organization_id = $1 and d.webhook_id = $2 and d.position = any($3)
"""
_FAILED = """
update subscription.delivery d
   set due_at = case when d.due_at <> $6 then d.due_at else f.due_at end, tries = d.tries + 1,
       given_up_at = case when d.due_at = $6 and f.due_at is null then $5::timestamptz end
  from unnest($3::bigint[], $4::timestamptz[]) as f(position, due_at)
 where d.organization_id = $1 and d.webhook_id = $2 and d.position = f.position
"""
_RELEASED = """
update subscription.delivery set due_at = $4 where organization_id = $1 and webhook_id = $2 and position = any($3)
"""
_ATTEMPTS = """
insert into subscription.attempt (organization_id, webhook_id, position, began_at, milliseconds, status, error)
select $1, $2, a.position, a.began_at, a.milliseconds, a.status, a.error
  from unnest($3::bigint[], $4::timestamptz[], $5::int[], $6::int[], $7::text[])
       as a(position, began_at, milliseconds, status, error)
  join subscription.delivery d on d.organization_id = $1 and d.webhook_id = $2 and d.position = a.position
    on conflict do nothing
"""
_STANDS = """
select failures, failing_since from subscription.webhook
 where organization_id = $1 and webhook_id = $2 for no key update
"""
_WORKS = """
update subscription.webhook set failures = 0, failing_since = null, retry_at = null
 where organization_id = $1 and webhook_id = $2
"""
_FAILS = """
update subscription.webhook set failures = failures + 1, failing_since = $3, retry_at = $4
 where organization_id = $1 and webhook_id = $2
"""
_WAITS = """
update subscription.webhook set retry_at = $3 where organization_id = $1 and webhook_id = $2
"""
_FORWARD = """
update subscription.delivery set due_at = $3
 where organization_id = $1 and webhook_id = $2 and due_at > $3 and tries > 0
"""


class Claimed(NamedTuple):
    """An event that is to be sent now."""

    event: RecordedHeader
    tries: int
    first_tried_at: datetime
    leased_until: datetime
    """Before this nobody else tries it, unless it is asked for again."""


class Attempt(NamedTuple):
    """What came of sending it."""

    claimed: Claimed
    began_at: datetime
    outcome: Outcome


async def claim(
    connection: PoolConnectionProxy, organization_id: UUID, webhook_id: UUID, moment: datetime
) -> tuple[str, list[Claimed]] | None:
    """The receiver's URL and what to send there, in this order; None where there is nothing to send now.

    While nothing is accepted, it is one at a time.
    """
    webhook = await connection.fetchrow(_WEBHOOK, organization_id, webhook_id, moment)
    if webhook is None:
        return None
    limit = 1 if webhook["failures"] else BATCH
    until = moment + LEASE
    rows = await connection.fetch(_CLAIM, organization_id, webhook_id, moment, limit, until)
    return webhook["url"], [
        Claimed(RecordedHeader(*row[:-2]), row["tries"], row["first_tried_at"], until) for row in rows
    ]


async def note(
    connection: PoolConnectionProxy,
    organization_id: UUID,
    webhook_id: UUID,
    attempts: Sequence[Attempt],
    unsent: Sequence[Claimed],
    moment: datetime,
) -> bool:
    """Write down what came of a batch; whether the webhook has to be disabled."""
    stands = await connection.fetchrow(_STANDS, organization_id, webhook_id)
    if stands is None:
        return False  # it was deleted meanwhile
    ours = organization_id, webhook_id
    accepted = [each for each in attempts if each.outcome.accepted]
    failed = [each for each in attempts if not each.outcome.accepted]
    positions = [each.claimed.event.position for each in attempts]
    if accepted:
        lease = accepted[0].claimed.leased_until
        await connection.execute(_DELIVERED, *ours, [each.claimed.event.position for each in accepted], moment, lease)
    if failed:
        due = [
            due_after(each.claimed.tries, each.claimed.first_tried_at, asked_wait(each.outcome, moment), moment)
            for each in failed
        ]
        lease = failed[0].claimed.leased_until
        await connection.execute(_FAILED, *ours, [each.claimed.event.position for each in failed], due, moment, lease)
    if unsent:
        await connection.execute(_RELEASED, *ours, [each.event.position for each in unsent], moment)
    outcomes = [each.outcome for each in attempts]
    await connection.execute(
        _ATTEMPTS, *ours, positions, [each.began_at for each in attempts], [each.milliseconds for each in outcomes],
        [each.status for each in outcomes], [each.error for each in outcomes],
    )  # fmt: skip
    gone = any(outcome.status == GONE for outcome in outcomes)
    asked = max((asked_wait(outcome, moment) for outcome in outcomes), default=timedelta())
    if accepted:
        if stands["failures"]:
            await connection.execute(_WORKS, *ours)
        if stands["failures"] >= _DOWN_AFTER:
            await connection.execute(_FORWARD, *ours, moment)
        if asked:
            await connection.execute(_WAITS, *ours, moment + asked)
        return gone
    if not failed:
        return False
    since = stands["failing_since"] or moment
    await connection.execute(_FAILS, *ours, since, moment + max(pause(stands["failures"]), asked))
    return gone or moment - since >= GIVE_UP_AFTER
