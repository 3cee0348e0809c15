"""Where nothing may be sent: addresses that are not public, by whatever name, at the moment of connecting."""

from collections.abc import Iterable

import pytest

from service.subscriptions.webhook_receivers import Receivers, is_public
from tests.subscriptions.receiving import Receiver

REFUSED = [
    *("127.0.0.1", "127.8.8.8", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0"),
    *("fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
    *("::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    "fec0::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]
"""This machine, private, link-local, unique-local, carriers' and reserved addresses, and others that stand for them."""


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_what_is_public_is_allowed(address: str) -> None:
    assert is_public(address)


async def kind_of_failure(url: str, *addresses: str) -> str | None:
    """What comes of a post, where every name means these addresses, or what it really means when there are none."""

    async def resolved(host: str, port: int) -> Iterable[str]:
        return addresses

    receivers = Receivers(resolve=resolved, answer_seconds=2) if addresses else Receivers(answer_seconds=2)
    try:
        return (await receivers.post(url, {}, "{}")).error
    finally:
        await receivers.close()


async def test_a_name_that_means_a_private_address_is_refused(receiver: Receiver) -> None:
    named = f"http://care.example.org:{receiver.port}/hook?of=clinic"

    assert await kind_of_failure(named, "127.0.0.1") == "address"
    assert await kind_of_failure(named, "::ffff:127.0.0.1", "10.0.0.1") == "address"
    assert await kind_of_failure(f"http://localhost:{receiver.port}/hook?of=clinic") == "address"
    for host in ("127.0.0.1", "[::1]", "2130706433", "0x7f.1"):
        assert await kind_of_failure(f"http://{host}:{receiver.port}/hook?of=clinic") in {"address", "name"}
    assert receiver.received == []


async def test_the_connection_goes_to_the_address_that_was_checked_under_the_name_that_was_given(
    receiver: Receiver,
) -> None:
    asked: list[str] = []

    async def resolved(host: str, port: int) -> Iterable[str]:
        asked.append(host)
        return ["127.0.0.1"]

    receivers = Receivers(resolve=resolved, allow_private=True)
    outcome = await receivers.post(f"http://care.example.org:{receiver.port}/hook?of=clinic", {}, "{}")
    await receivers.close()

    assert outcome.accepted
    assert asked == ["care.example.org"], "asked once: a second answer could be another"
    assert receiver.received[0].headers["host"] == f"care.example.org:{receiver.port}"


async def test_a_receiver_without_tls_where_tls_is_asked_for_gets_nothing(receiver: Receiver) -> None:
    receivers = Receivers(allow_private=True, answer_seconds=0.3)
    outcome = await receivers.post(receiver.url.replace("http:", "https:"), {}, "{}")
    await receivers.close()

    assert not outcome.accepted
    assert receiver.received == []
