"""An issuer's keys: fetched from one place, by one at a time, not too often, and believed while the issuer is down."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.access.jwks import (
    APART_SECONDS,
    BELIEVED_SECONDS,
    FRESH_SECONDS,
    MOST_BYTES,
    OLD_SECONDS,
    IssuerKeys,
    KeysUnavailable,
    NotAKeySet,
    fetch_from,
    keys_in,
)
from service.access.trusted_issuers import IssuersUnreadable, trusted_issuers
from tests.access.issuing import ISSUER, KEYS, Net, key_set, public_jwk
from tests.access.seconds import Seconds


def keys_of(net: Net, seconds: Seconds) -> IssuerKeys:
    return IssuerKeys(ISSUER, fetch_from(KEYS, httpx.AsyncClient(transport=net.transport)), timer=seconds)


async def settled() -> None:
    """What was begun beside has ended."""
    for _ in range(20):
        await asyncio.sleep(0)


def down(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("down")


async def test_a_flood_of_unknown_keys_causes_one_fetch_and_then_one_in_a_while() -> None:
    net, seconds = Net(), Seconds()
    keys = keys_of(net, seconds)

    found = await asyncio.gather(*(keys.key(f"unknown-{number}") for number in range(500)))
    assert not any(found)
    assert len(net.asked) == 1

    seconds.now = APART_SECONDS
    for number in range(500):
        assert await keys.key(f"unknown-{number}") is None
    assert net.asked == [KEYS] * 2


async def test_a_key_that_the_issuer_has_begun_to_use_is_found() -> None:
    net, seconds = Net(lambda _: key_set("RS256")), Seconds()
    keys = keys_of(net, seconds)
    assert await keys.key("RS256")

    net.answer = lambda _: key_set("RS256", "EdDSA")
    assert await keys.key("EdDSA") is None, "the last fetch was just now"
    seconds.now = APART_SECONDS
    assert await keys.key("EdDSA")


async def test_old_keys_are_fetched_anew_beside_and_a_withdrawn_one_is_refused() -> None:
    net, seconds = Net(), Seconds()
    keys = keys_of(net, seconds)
    assert await keys.key("EdDSA")

    net.answer = lambda _: key_set("RS256")
    seconds.now = FRESH_SECONDS
    assert await keys.key("EdDSA"), "nobody waits"
    await settled()
    assert await keys.key("EdDSA") is None
    assert len(net.asked) == 2


async def test_after_a_long_silence_a_withdrawn_key_is_refused_at_once() -> None:
    net, seconds = Net(), Seconds()
    keys = keys_of(net, seconds)
    assert await keys.key("EdDSA")

    net.answer = lambda _: key_set("RS256")
    seconds.now = OLD_SECONDS
    assert await keys.key("EdDSA") is None


async def test_keys_are_believed_for_a_day_while_the_issuer_is_down() -> None:
    net, seconds = Net(), Seconds()
    keys = keys_of(net, seconds)
    assert await keys.key("EdDSA")
    net.answer = down

    for seconds.now in (FRESH_SECONDS, OLD_SECONDS, BELIEVED_SECONDS - 1):
        assert await keys.key("EdDSA")
        await settled()
    seconds.now = BELIEVED_SECONDS
    with pytest.raises(KeysUnavailable):
        await keys.key("EdDSA")

    seconds.now += APART_SECONDS
    net.answer = lambda _: key_set("EdDSA")
    assert await keys.key("EdDSA")


async def test_without_any_keys_nothing_is_said_of_a_token_and_the_issuer_is_not_flooded() -> None:
    net, seconds = Net(down), Seconds()
    keys = keys_of(net, seconds)

    for _ in range(50):
        with pytest.raises(KeysUnavailable):
            await keys.key("EdDSA")
    assert len(net.asked) == 1


async def test_whoever_gives_up_waiting_does_not_end_the_fetch_for_the_others() -> None:
    going_on = asyncio.Event()

    async def slow() -> bytes:
        await going_on.wait()
        return key_set("EdDSA").content

    keys = IssuerKeys(ISSUER, slow, timer=Seconds())
    first, second = (asyncio.create_task(keys.key("EdDSA")) for _ in range(2))
    await settled()
    first.cancel()
    await settled()
    going_on.set()

    assert await second


async def test_a_fetch_that_is_under_way_is_given_up_at_the_end() -> None:
    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    keys = IssuerKeys(ISSUER, never, timer=Seconds())
    waiting = asyncio.create_task(keys.key("EdDSA"))
    await settled()
    await keys.close()
    await asyncio.wait([waiting])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(302, headers={"Location": "https://evil.example/keys"}),
        httpx.Response(500),
        httpx.Response(200, content=b"x" * (MOST_BYTES + 1)),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": 7}),
        httpx.Response(200, content=b"[" * 100_000),
    ],
    ids=["redirects", "fails", "too much", "no JSON", "a list", "no list", "nested without end"],
)
async def test_an_answer_that_is_no_key_set_is_none_and_a_redirection_is_not_followed(answer: httpx.Response) -> None:
    net = Net(lambda _: answer)
    with pytest.raises(KeysUnavailable):
        await keys_of(net, Seconds()).key("EdDSA")
    assert net.asked == [KEYS]


async def test_keys_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(key_set("ES256").content)
    async with httpx.AsyncClient(transport=Net(down).transport) as http:
        assert await IssuerKeys(ISSUER, fetch_from(str(file), http)).key("ES256")
        with pytest.raises(KeysUnavailable):
            await IssuerKeys(ISSUER, fetch_from(str(tmp_path / "none"), http)).key("ES256")


@pytest.mark.parametrize(
    "said",
    [
        {**public_jwk("EdDSA"), "kid": None},
        {**public_jwk("EdDSA"), "kid": 7},
        public_jwk("EdDSA", use="enc"),
        public_jwk("EdDSA", key_ops=["sign"]),
        public_jwk("EdDSA", d="AAAA"),
        public_jwk("RS256", alg="HS256"),
        public_jwk("RS256", alg="RS512"),
        public_jwk("ES256", crv="P-384"),
        public_jwk("ES256", x="AAAA"),
        public_jwk("RS256", n="AQAB"),
        public_jwk("RS256", kty=["RSA"]),
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "1", "alg": "HS256"},
        {"kid": "1"},
        7,
    ],
)
def test_keys_that_may_not_check_signatures_are_left_out_and_the_others_stay(said: Any) -> None:
    assert set(keys_in(json.dumps({"keys": [said, public_jwk("RS256", kid="good")]}).encode())) == {"good"}


def test_what_is_no_key_set_is_refused() -> None:
    with pytest.raises(NotAKeySet):
        keys_in(b"{}")


SOUND = """
[[issuer]]
issuer = "https://login.example.org"
audience = "https://care.example.org"
keys = "https://login.example.org/keys"
algorithms = ["RS256"]
organization_id = "3f0f1a7e-0a57-4a3f-8a42-2f3b8a0d8c11"
role_claim = ["realm_access", "roles"]
[issuer.roles]
"Clinical Supervisor" = "supervisor"
"""


def test_a_file_names_the_issuers(tmp_path: Path) -> None:
    file = tmp_path / "issuers.toml"
    file.write_text(SOUND)

    (found,) = trusted_issuers(file)

    assert (found.role_path, found.typ) == (("realm_access", "roles"), "at+jwt")
    assert trusted_issuers(None) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('["RS256"]', '["HS256"]', "issuer.0.algorithms.0"),
        ('["RS256"]', '["none"]', "issuer.0.algorithms.0"),
        ('["RS256"]', "[]", "issuer.0.algorithms"),
        ('"https://login.example.org/keys"', '"http://login.example.org/keys"', "issuer.0.keys: an http address"),
        ('"https://login.example.org/keys"', '"ftp://login.example.org/keys"', "issuer.0.keys: give an https"),
        ('"supervisor"', '"janitor"', "issuer.0.roles.Clinical Supervisor"),
        ("audience", "audiense", "issuer.0.audience"),
        ("[[issuer]]", f"{SOUND}\n[[issuer]]", "named twice"),
        ("[[issuer]]", "[[issuer]", "cannot be read"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "issuers.toml"
    file.write_text(SOUND.replace(old, new, 1))

    with pytest.raises(IssuersUnreadable) as refused:
        trusted_issuers(file)
    assert told in str(refused.value)
    assert str(file) in str(refused.value)
