"""The header's bytes, which bodies are bound to and leaves are made of, are the same for ever."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.log.header import Reference, header, leaf, microseconds
from service.log.seal import SealBroken, open_sealed, seal
from service.log.sealed import SealedEvent

ORGANIZATION = UUID("11111111-1111-1111-1111-111111111111")
KEY = bytes(range(32))
EVENT = SealedEvent(
    client_id=UUID("22222222-2222-2222-2222-222222222222"),
    version=3,
    id=UUID("33333333-3333-3333-3333-333333333333"),
    type="goal_set",
    schema_version=1,
    occurred_at=datetime(2026, 3, 1, 9, 30, 0, 5, tzinfo=UTC),
    precision="day",
    actor_id=UUID("66666666-6666-6666-6666-666666666666"),
    recorded_by="system/ehr",
    on_behalf_of="peer/zoë",
    source="ehr",
    correlation_id=None,
    causation_id=UUID("44444444-4444-4444-4444-444444444444"),
    references=(Reference("goal", UUID("77777777-7777-7777-7777-777777777777")),),
    key_id=UUID("55555555-5555-5555-5555-555555555555"),
    body=b"",
)
EXPECTED = bytes.fromhex(
    "11" * 16
    + "22" * 16
    + "0000000000000003"
    + "33" * 16
    + f"{1772357400000005:016x}"
    + "00000001"
    + "55" * 16
    + "66" * 16
    + "00" * 16
    + "44" * 16
    + "0008" + b"goal_set".hex()
    + "0003" + b"day".hex()
    + "000a" + b"system/ehr".hex()
    + "0009" + "peer/zoë".encode().hex()
    + "0003" + b"ehr".hex()
    + "0001" + "0004" + b"goal".hex() + "77" * 16
)  # fmt: skip


def test_the_layout_is_the_documented_one() -> None:
    assert header(ORGANIZATION, EVENT) == EXPECTED


def test_the_leaf_is_made_as_documented() -> None:
    recorded_at = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    digest = sha256(b"body").digest()

    place = (7).to_bytes(8, "big") + (-1).to_bytes(8, "big", signed=True)
    assert leaf(7, recorded_at, EXPECTED, digest) == sha256(b"\0" + place + EXPECTED + digest).digest()


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_are_exact_to_the_microsecond(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert microseconds(moment) == (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": UUID(int=1)},
        {"version": 4},
        {"id": UUID(int=1)},
        {"type": "goal_met"},
        {"schema_version": 2},
        {"occurred_at": datetime(2026, 3, 1, tzinfo=UTC)},
        {"precision": "instant"},
        {"actor_id": UUID(int=1)},
        {"recorded_by": "peer/zo"},
        {"source": ""},
        {"correlation_id": UUID(int=1)},
        {"causation_id": None},
        {"references": ()},
        {"references": (Reference("goals", EVENT.references[0].id),)},
        {"references": (Reference("goal", UUID(int=1)),)},
        {"references": EVENT.references * 2},
        {"key_id": UUID(int=1)},
    ],
)
def test_a_body_opens_under_its_own_header_only(change: dict[str, Any]) -> None:
    body = EVENT.sealed(ORGANIZATION, KEY, b"words").body
    other = EVENT._replace(**change)

    assert open_sealed(KEY, body, header(ORGANIZATION, EVENT)) == b"words"
    with pytest.raises(SealBroken):
        open_sealed(KEY, body, header(ORGANIZATION, other))


def test_texts_cannot_borrow_letters_from_each_other() -> None:
    moved = EVENT._replace(type="goal_setd", precision="ay")
    assert header(ORGANIZATION, moved) != header(ORGANIZATION, EVENT)


@given(st.binary(max_size=200), st.binary(max_size=50), st.integers(min_value=0), st.integers(0, 7))
def test_a_seal_opens_what_it_closed_and_notices_any_flipped_bit(
    plaintext: bytes, aad: bytes, place: int, bit: int
) -> None:
    body = seal(KEY, plaintext, aad)
    assert open_sealed(KEY, body, aad) == plaintext

    flipped = bytearray(body)
    flipped[place % len(body)] ^= 1 << bit
    with pytest.raises(SealBroken):
        open_sealed(KEY, bytes(flipped), aad)
    with pytest.raises(SealBroken):
        open_sealed(bytes(32), body, aad)
    with pytest.raises(SealBroken):
        open_sealed(KEY, b"short", aad)
