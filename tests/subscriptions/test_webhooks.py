"""Webhooks: what is recorded is told to a receiver at least once, whatever that does, and whoever dies meanwhile."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import structlog
from standardwebhooks.webhooks import WebhookVerificationError

from service.bootstrap import Addresses, System, connected
from service.database.connection import scoped
from service.database.embedded import DatabaseUrls
from service.deployment_keys import new_key_encryption_key, read_key_encryption_keys
from service.log.keyring import Keyring, UnknownKey
from service.subscriptions.webhook_messages import secret_text
from service.subscriptions.webhook_receivers import Receivers
from service.subscriptions.webhook_sender import AT_ONCE
from service.subscriptions.webhooks import UnknownWebhook, Webhooks
from tests.log.events import OCCURRED_AT
from tests.subscriptions.conftest import Hooked, restarted
from tests.subscriptions.receiving import (
    Behave,
    accept,
    answer_without_end,
    babble,
    busy,
    close,
    drip,
    fail,
    gone,
    hang,
)
from tests.system import KEY_ENCRYPTION_KEY, settings_for


async def test_what_is_recorded_is_told_in_its_order_signed_and_without_what_it_says(hooked: Hooked) -> None:
    recorded = await hooked.record(3)

    assert await hooked.send() == 3

    assert sorted(hooked.receiver.ids, key=recorded.index) == recorded
    for request in hooked.receiver.received:
        told = request.verified(hooked.secret)
        place = recorded.index(UUID(request.headers["webhook-id"])) + 1
        assert request.headers["content-type"] == "application/cloudevents+json"
        assert told.pop("time") == told["data"].pop("recorded_at")
        assert told["data"].pop("client_id") not in {None, str(hooked.organization_id)}
        assert told == {
            "specversion": "1.0",
            "id": str(recorded[place - 1]),
            "source": f"/organizations/{hooked.organization_id}",
            "type": "care-timeline.session_held",
            "datacontenttype": "application/json",
            "data": {"version": place, "position": place, "occurred_at": OCCURRED_AT.isoformat()[:-6] + "Z"},
        }
    assert [each.attempts[0].status for each in await hooked.deliveries()] == [204, 204, 204]
    assert await hooked.send() == 0


async def test_only_the_kinds_that_were_asked_for_are_told(hooked: Hooked) -> None:
    await hooked.system.webhooks.change(
        hooked.organization_id, hooked.webhook_id, hooked.receiver.url, ["lapse_reported"], ""
    )
    await hooked.record(2)

    assert await hooked.send() == 0


@pytest.mark.parametrize(
    ("behave", "error"),
    [(fail, "status"), (close, "connection"), (babble, "protocol"), (hang, "timeout")],
    ids=["fails", "closes", "babbles", "hangs"],
)
async def test_what_is_not_accepted_is_told_again_under_the_same_id(hooked: Hooked, behave: Behave, error: str) -> None:
    (event_id,) = await hooked.record()
    hooked.receiver.behave = behave
    assert await hooked.send() == 1
    assert await hooked.send() == 0, "not at once"

    hooked.clock.pass_(seconds=10)
    hooked.receiver.behave = accept
    assert await hooked.send() == 1

    assert hooked.receiver.ids == [event_id, event_id]
    (delivery,) = await hooked.deliveries()
    assert {attempt.error for attempt in delivery.attempts[:1]} <= {error, "protocol"}
    assert delivery.attempts[-1].error is None
    assert (delivery.tries, delivery.due_at) == (2, None)


@pytest.mark.parametrize("behave", [answer_without_end, drip], ids=["endless", "drip by drip"])
async def test_an_answer_is_accepted_by_its_status_and_its_body_cut_off(hooked: Hooked, behave: Behave) -> None:
    await hooked.record()
    hooked.receiver.behave = behave

    async with asyncio.timeout(3):
        assert await hooked.send() == 1

    assert (await hooked.deliveries())[0].delivered_at
    await asyncio.sleep(0.1)
    assert hooked.receiver.under_way == 0, "the connection was closed"


async def test_a_redirect_is_not_followed(hooked: Hooked) -> None:
    await hooked.record()
    hooked.receiver.behave = hooked.receiver.redirect

    await hooked.send()

    assert hooked.receiver.elsewhere == []
    assert [attempt.error for attempt in (await hooked.deliveries())[0].attempts] == ["redirect"]


async def test_one_event_that_is_never_accepted_keeps_no_other_waiting(hooked: Hooked) -> None:
    async def refuse_the_first(writer: asyncio.StreamWriter) -> None:
        await (fail if hooked.receiver.ids[-1] == first else accept)(writer)

    (first,) = await hooked.record()
    hooked.receiver.behave = refuse_the_first
    await hooked.send()
    others = await hooked.record(3)
    hooked.clock.pass_(seconds=7)

    await hooked.send()

    delivered = {each.event_id for each in await hooked.deliveries() if each.delivered_at}
    assert delivered == set(others)
    await hooked.send_for_days(6, hours=6)
    (given_up,) = [each for each in await hooked.deliveries() if each.given_up_at]
    assert given_up.event_id == first
    assert 10 < given_up.tries < 30


async def test_a_receiver_that_is_down_for_a_day_loses_nothing_and_is_not_flooded(hooked: Hooked) -> None:
    recorded = await hooked.record(100)
    hooked.receiver.behave = fail
    await hooked.send()
    assert hooked.receiver.most_under_way <= AT_ONCE
    await hooked.send_for_days(1)
    assert len(hooked.receiver.received) < 50

    hooked.receiver.behave = accept
    hooked.clock.pass_(minutes=10)
    await hooked.send()

    assert set(hooked.receiver.ids) == set(recorded)
    assert all(each.delivered_at for each in await hooked.deliveries()), "also what would have waited for longer"
    assert hooked.receiver.most_under_way <= AT_ONCE
    assert (await hooked.webhook()).failing_since is None


async def test_a_process_that_dies_while_sending_loses_nothing(
    hooked: Hooked, database: DatabaseUrls, tmp_path: Path
) -> None:
    recorded = await hooked.record(20)
    await hooked.follow()
    arrived = asyncio.Event()

    async def take_and_say_nothing(writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(60)

    hooked.receiver.behave = take_and_say_nothing
    # Nothing that ends a process in order runs: its task is never woken again.
    stuck = Receivers(allow_private=True, answer_seconds=60)
    dying = asyncio.create_task(restarted(hooked, hooked.system, stuck).sender.send_due())
    await arrived.wait()

    async with connected(settings_for(database, tmp_path), Addresses(database.app, None)) as system:
        hooked.receiver.behave = accept
        receivers = Receivers(allow_private=True)
        later = restarted(hooked, system, receivers)
        assert await later.send() == 0, "what the other claimed is its own for a while"
        hooked.clock.pass_(minutes=3)
        assert await later.send() == 20
        assert set(hooked.receiver.ids) == set(recorded)
        assert all(each.delivered_at for each in await later.deliveries())
        await receivers.close()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await stuck.close()


async def test_whoever_runs_it_sends_by_itself_and_what_it_is_cut_off_from_is_due_at_once(hooked: Hooked) -> None:
    stopping = asyncio.Event()
    running = asyncio.create_task(hooked.sender.run(stopping))
    recorded = await hooked.record(2)
    await hooked.follow()
    async with asyncio.timeout(5):
        await hooked.receiver.came(2)
        hooked.receiver.behave = hang
        recorded += await hooked.record()
        await hooked.follow()
        await hooked.receiver.came(3)
        stopping.set()
        await running

    hooked.receiver.behave = accept
    assert await hooked.send() == 1
    assert set(hooked.receiver.ids) == set(recorded)


async def test_after_five_days_of_failures_it_is_disabled_and_resumed_with_all_that_it_missed(hooked: Hooked) -> None:
    recorded = await hooked.record(2)
    hooked.receiver.behave = fail
    await hooked.send()
    with structlog.testing.capture_logs() as logged:
        await hooked.send_for_days(5.5, hours=6)

    webhook = await hooked.webhook()
    assert webhook.state == "disabled"
    assert webhook.disabled_at
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["webhook_disabled"]
    hooked.receiver.behave = accept
    recorded += await hooked.record(3)
    assert await hooked.send() == 0

    webhook = await hooked.system.webhooks.resume(hooked.organization_id, hooked.webhook_id)
    recorded += await hooked.record()

    assert (webhook.state, webhook.disabled_at, webhook.failing_since) == ("active", None, None)
    hooked.receiver.received.clear()
    assert await hooked.send() == 6
    assert set(hooked.receiver.ids) == set(recorded)


async def test_a_receiver_that_says_that_it_is_gone_is_disabled_at_once(hooked: Hooked) -> None:
    async def go_after_the_first(writer: asyncio.StreamWriter) -> None:
        await (accept if len(hooked.receiver.received) == 1 else gone)(writer)

    await hooked.record(30)
    hooked.receiver.behave = go_after_the_first

    await hooked.send()

    assert (await hooked.webhook()).state == "disabled"
    assert len(hooked.receiver.received) <= AT_ONCE + 1, "it is told of nothing more"


@pytest.mark.parametrize("status", [429, 503])
async def test_a_receiver_that_asks_to_wait_is_sent_nothing_before(hooked: Hooked, status: int) -> None:
    async def get_busy_after_the_first(writer: asyncio.StreamWriter) -> None:
        await (accept if len(hooked.receiver.received) == 1 else busy(status, "3600"))(writer)

    recorded = await hooked.record(30)
    hooked.receiver.behave = get_busy_after_the_first
    await hooked.send()
    sent = len(hooked.receiver.received)
    assert sent <= AT_ONCE + 1, "what had not begun by then waits too"

    hooked.receiver.behave = accept
    recorded += await hooked.record()
    hooked.clock.pass_(minutes=59)
    assert await hooked.send() == 0
    hooked.clock.pass_(minutes=2)
    await hooked.send()

    assert set(hooked.receiver.ids) == set(recorded)
    assert len(hooked.receiver.received) == sent + 30, "and what was accepted is not told again"


async def test_secrets_and_clients_keys_are_wrapped_anew_and_the_old_key_can_be_dropped(
    hooked: Hooked, database: DatabaseUrls
) -> None:
    organization_id, client_id = hooked.organization_id, uuid4()
    data_key = await hooked.system.keyring.data_key(organization_id, client_id)
    _, rotated = await hooked.system.webhooks.rotate(organization_id, hooked.webhook_id, timedelta(hours=1))
    old, new = KEY_ENCRYPTION_KEY.get_secret_value(), new_key_encryption_key()
    both, without_the_old = (with_keys(hooked.system, keys, database) for keys in (f"{new},{old}", new))

    assert (await both.rewrap(organization_id), await both.rewrap(organization_id)) == (2, 0)

    assert await without_the_old.keyring.data_key(organization_id, client_id) == data_key
    asked = organization_id, hooked.webhook_id, hooked.clock.now()
    async with scoped(hooked.system.pool, organization_id) as connection:
        kept = await without_the_old.webhooks.secrets_of(connection, *asked)
        with pytest.raises(UnknownKey):
            await hooked.system.webhooks.secrets_of(connection, *asked)
    assert [secret_text(each) for each in kept] == [rotated, hooked.secret]


def with_keys(system: System, keys: str, database: DatabaseUrls) -> System:
    keks = read_key_encryption_keys(keys)
    return replace(system, keyring=Keyring(system.pool, keks, database.owner), webhooks=Webhooks(system.pool, keks))


async def test_a_secret_whose_time_is_over_goes_when_the_others_are_wrapped_anew(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, organization_id = hooked.system, hooked.organization_id
    await system.webhooks.rotate(organization_id, hooked.webhook_id, timedelta(hours=1))
    hooked.clock.pass_(hours=2)
    monkeypatch.setattr("service.subscriptions.webhooks.clock.now", hooked.clock.now)

    await system.webhooks.rewrap(organization_id)

    assert (await hooked.webhook()).former_until is None


async def test_while_it_is_paused_nothing_is_sent_and_afterwards_everything_once(hooked: Hooked) -> None:
    await hooked.record(2)
    await hooked.follow()
    await hooked.system.webhooks.pause(hooked.organization_id, hooked.webhook_id)
    await hooked.record(2)
    assert await hooked.send() == 0

    await hooked.system.webhooks.resume(hooked.organization_id, hooked.webhook_id)
    await hooked.system.webhooks.resume(hooked.organization_id, hooked.webhook_id)

    assert await hooked.send() == 4
    assert len(set(hooked.receiver.ids)) == 4


async def test_while_secrets_overlap_both_sign_and_then_the_new_one_alone(hooked: Hooked) -> None:
    webhooks = hooked.system.webhooks
    _, new = await webhooks.rotate(hooked.organization_id, hooked.webhook_id, timedelta(hours=1))
    await hooked.record()
    await hooked.send()
    assert hooked.receiver.received[-1].verified(hooked.secret) == hooked.receiver.received[-1].verified(new)

    hooked.clock.pass_(hours=2)
    await hooked.record()
    await hooked.send()
    assert " " not in hooked.receiver.received[-1].headers["webhook-signature"]

    hooked.clock.pass_(hours=-2)
    _, newest = await webhooks.rotate(hooked.organization_id, hooked.webhook_id, timedelta(0))
    await hooked.record()
    await hooked.send()
    assert hooked.receiver.received[-1].verified(newest)
    with pytest.raises(WebhookVerificationError):
        hooked.receiver.received[-1].verified(new)


async def test_what_was_delivered_is_told_again_when_asked(hooked: Hooked) -> None:
    recorded = await hooked.record(4)
    await hooked.send()
    deliveries = hooked.system.webhook_deliveries

    await deliveries.again(hooked.organization_id, hooked.webhook_id, recorded[1])
    assert await hooked.send() == 1
    assert await deliveries.again_after(hooked.organization_id, hooked.webhook_id, 2) == 2
    assert await hooked.send() == 2

    assert hooked.receiver.ids[4] == recorded[1]
    assert set(hooked.receiver.ids[5:]) == set(recorded[2:])
    assert [len(each.attempts) for each in await hooked.deliveries()] == [1, 2, 2, 2]


@pytest.mark.parametrize("behave", [accept, fail])
async def test_what_is_asked_for_again_while_it_is_under_way_is_told_again(hooked: Hooked, behave: Behave) -> None:
    async def ask_again(writer: asyncio.StreamWriter) -> None:
        hooked.receiver.behave = accept
        await hooked.system.webhook_deliveries.again(hooked.organization_id, hooked.webhook_id, event_id)
        await behave(writer)

    (event_id,) = await hooked.record()
    hooked.receiver.behave = ask_again
    await hooked.send()
    hooked.clock.pass_(seconds=10)
    await hooked.send()

    assert hooked.receiver.ids == [event_id, event_id]
    assert [each.due_at for each in await hooked.deliveries()] == [None]


async def test_a_test_message_says_what_came_of_it(hooked: Hooked) -> None:
    outcome = await hooked.sender.send_test(hooked.organization_id, hooked.webhook_id)

    assert (outcome.status, outcome.error) == (204, None)
    told = hooked.receiver.received[0].verified(hooked.secret)
    assert (told["type"], told["data"]) == ("care-timeline.webhook_test", None)
    assert await hooked.deliveries() == []


async def test_deliveries_are_kept_for_as_long_as_set(hooked: Hooked) -> None:
    await hooked.record(2)
    await hooked.send()
    hooked.receiver.behave = fail
    await hooked.record()
    await hooked.send()
    hooked.clock.pass_(days=31)

    await hooked.sender.tidy()

    assert [each.position for each in await hooked.deliveries()] == [3], "what waits stays"


async def test_secrets_are_not_kept_in_clear(hooked: Hooked) -> None:
    async with hooked.system.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"set local care_timeline.organization = '{hooked.organization_id}'")
        kept = str(await connection.fetchrow("select * from subscription.webhook"))

    assert hooked.secret not in kept
    assert json.dumps(hooked.secret) not in kept


async def test_another_organization_finds_no_webhook(hooked: Hooked, system: System) -> None:
    other = UUID(int=5)

    assert await system.webhooks.list(other) == []
    for asked in (
        system.webhooks.get(other, hooked.webhook_id),
        system.webhooks.pause(other, hooked.webhook_id),
        system.webhooks.resume(other, hooked.webhook_id),
        system.webhooks.rotate(other, hooked.webhook_id, timedelta(0)),
        system.webhooks.delete(other, hooked.webhook_id),
        system.webhook_deliveries.again_after(other, hooked.webhook_id, 0),
        hooked.sender.send_test(other, hooked.webhook_id),
    ):
        with pytest.raises(UnknownWebhook):
            await asked
