"""Exports are checked offline: every byte is signed for, and what is signed has to hold."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import pytest

from service.log.header import Reference, header
from service.log.header import leaf as log_leaf
from service.log.sealed import SealedEvent
from service.proofs.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from service.proofs.client_head import TimelineHead
from service.proofs.export_check import check_export, check_goes_on, header_of
from service.proofs.export_file import ExportRefused, read_head
from service.proofs.export_lines import microseconds
from service.proofs.merkle import root_of
from service.proofs.notes import NoteRefused, SigningKey, VerifierKey, encoded
from tests.proofs.exporting import (
    CLIENT,
    EVENTS,
    KEY,
    MADE_AT,
    ORGANIZATION,
    READS,
    access_leaves,
    event,
    export,
    leaf,
    read,
)
from tests.proofs.making import hashes, inclusion

KEYS = [KEY.verifier_key]
PLACED = re.compile(r"^(Line \d+|The head|The file ends|The end of the last line)")


SMALL = export(EVENTS[:1], size=2, log=EVENTS[:1], reads=READS[1:])


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same signature of the same text is checked once: it is the same in thousands of files."""
    monkeypatch.setattr(VerifierKey, "check", lru_cache(VerifierKey.check))


def refused(raw: bytes) -> str:
    with pytest.raises(ExportRefused) as error:
        check_export(raw, KEYS)
    return str(error.value)


def test_an_export_in_which_everything_holds_is_taken_and_opened() -> None:
    found = check_export(export(), KEYS)

    assert (found.head.origin, found.head.size, found.made_at) == (KEY.name, 7, MADE_AT)
    assert [each.plaintext for each in found.events] == [b'{"craving":3}', b'{"craving":3}', None]
    assert found.head.timelines == (TimelineHead(CLIENT, 3, found.events[-1].leaf),)
    assert found.pages == {"timeline.html": "<p>…</p>"}


def test_without_keys_everything_holds_and_nothing_is_opened() -> None:
    found = check_export(export(key=None), KEYS)

    assert (found.keys, {each.plaintext for each in found.events}) == ({}, {None})


def test_the_leaf_is_computed_as_the_log_computes_it() -> None:
    for said in EVENTS:
        stored = SealedEvent(
            UUID(said["client_id"]), said["version"], UUID(said["id"]), said["type"], said["schema_version"],
            _moment(said["occurred_at"]), said["precision"], UUID(said["actor_id"]), said["recorded_by"],
            said["on_behalf_of"], said["source"], None, UUID(said["causation_id"]) if said["causation_id"] else None,
            tuple(Reference(field, UUID(id_)) for field, id_ in said["references"]), UUID(said["key_id"]), b"",
        )  # fmt: skip
        assert header_of(ORGANIZATION, said) == header(ORGANIZATION, stored)
        assert leaf(said) == log_leaf(
            said["position"], _moment(said["recorded_at"]), header(ORGANIZATION, stored),
            bytes.fromhex(said["body_digest"]),
        )  # fmt: skip


@pytest.mark.usefixtures("remembering")
def test_every_changed_bit_of_an_export_is_refused_and_its_place_named() -> None:
    good = SMALL
    check_export(good, KEYS)

    for at in range(len(good)):
        line = good.count(b"\n", 0, at) + 1
        for bit in range(8):
            changed = good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :]
            with pytest.raises(ExportRefused) as error:
                check_export(changed, KEYS)
            said = str(error.value)
            assert PLACED.match(said), said
            named = re.match(r"Line (\d+)", said)
            # The lines of the head are named together; a changed end of a line is seen in it or in the next.
            assert named is None or int(named[1]) in {line, line + 1}, (said, line)


def test_every_changed_bit_of_a_checkpoint_is_refused() -> None:
    good = sign_checkpoint(Checkpoint(KEY.name, 7, root_of(hashes(7))), [KEY]).encode()
    open_checkpoint(good.decode(), KEYS, origin=KEY.name)

    for at in range(len(good)):
        for bit in range(8):
            changed = good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :]
            with pytest.raises((NoteRefused, UnicodeDecodeError)):
                open_checkpoint(changed.decode(), KEYS, origin=KEY.name)


@pytest.mark.parametrize("line", range(10, 20))
def test_a_line_taken_away_is_named(line: int) -> None:
    lines = export().splitlines(keepends=True)

    assert f"ine {line + 1} (" in refused(b"".join(lines[:line] + lines[line + 1 :]))


@pytest.mark.parametrize("rest", [b"\n", b"{}\n", b" "])
def test_what_is_added_at_the_end_is_named(rest: bytes) -> None:
    assert "is more than was signed" in refused(export() + rest)


@pytest.mark.usefixtures("remembering")
def test_every_shorter_file_is_refused() -> None:
    for end in range(len(SMALL)):
        assert PLACED.match(refused(SMALL[:end])), end


def test_the_key_and_the_log_are_pinned() -> None:
    with pytest.raises(ExportRefused, match=r"The head \(lines 1 to 10\): No key that is known signs"):
        check_export(export(), [SigningKey(KEY.name, bytes(32)).verifier_key])
    with pytest.raises(ExportRefused, match="No key that is known signs"):
        check_export(export(), [SigningKey("clinic.example/other", bytes(range(32))).verifier_key])
    with pytest.raises(ExportRefused, match="No key that is known signs"):
        check_export(export(), [])


def test_while_one_key_follows_another_either_is_enough_and_both_are_checked() -> None:
    other = SigningKey(KEY.name, bytes(32))
    good = export(keys=[other, KEY])

    for key in (KEY, other):
        assert check_export(good, [key.verifier_key]).head.keys == (other.verifier_key, KEY.verifier_key)
    first, second = (line for line in good.splitlines(keepends=True) if line.startswith("—".encode()))
    assert "1 signatures, and 2 keys" in refused(good.replace(first, b""))
    assert "signatures, and 2 keys" in refused(good.replace(first, first + first))
    assert "is not of the key" in refused(good.replace(first + second, second + first))
    for at in range(good.index(first), good.index(second) + len(second)):
        for bit in range(8):
            assert PLACED.match(refused(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :]))


def forged_read() -> Any:
    """Of nobody, with the proof of another."""
    leaves = access_leaves()
    return read(2, name="mallory", record_id=str(UUID(int=201)), proof=list(map(encoded, inclusion(leaves, 1))))


def proved_elsewhere() -> Any:
    return {**EVENTS[1], "proof": []}


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ({"events": [EVENTS[0], EVENTS[2]]}, r"Line 18 \(event 3\) is event 3 of its client, and event 2 is missing"),
        ({"events": EVENTS[1:]}, "event 1 is missing"),
        ({"events": EVENTS[:2], "end": TimelineHead(CLIENT, 3, leaf(EVENTS[2]))}, "ends with event 2, and the head"),
        ({"end": TimelineHead(CLIENT, 3, bytes(32))}, "Event 3 .* is not the one that the head names"),
        ({"events": [EVENTS[0], {**EVENTS[1], "recorded_by": "peer/kim"}, EVENTS[2]]}, r"Line 18 \(event 2\).*root"),
        ({"events": [EVENTS[0], {**EVENTS[1], "position": 4}, EVENTS[2]]}, r"Line 18 \(event 2\).*root"),
        ({"events": [EVENTS[0], proved_elsewhere(), EVENTS[2]]}, r"Line 18 \(event 2\).*shorter"),
        ({"events": [EVENTS[0], {**EVENTS[1], "body": EVENTS[0]["body"]}, EVENTS[2]]}, "not the one of its digest"),
        ({"events": [EVENTS[0], {**EVENTS[1], "version": "2"}, EVENTS[2]]}, "is not written as an export's is"),
        ({"checkpoint": Checkpoint(KEY.name, 7, bytes(32))}, "another size or root"),
        ({"checkpoint": Checkpoint("clinic.example", 7, bytes(32))}, "of the log clinic.example, not"),
        ({"of_accesses": Checkpoint(f"{KEY.name}/access", 6, bytes(32))}, r"Line 20 \(access record 1\).*root"),
        ({"of_accesses": Checkpoint(KEY.name, 6, bytes(32))}, r"Line 14 \(checkpoint of accesses\).*not of"),
        ({"reads": [READS[0] | {"name": "kim"}, READS[1]]}, r"Line 20 \(access record 1\).*root"),
        ({"reads": [READS[0], READS[1] | {"parameters": '{"limit":1}'}]}, r"Line 21 \(access record 2\).*root"),
        ({"reads": [READS[0] | {"entry": 3}, READS[1]]}, r"Line 20 \(access record 1\).*root"),
        ({"reads": [READS[0] | {"version": "2"}, READS[1]]}, r"Line 20 \(access record 1\) is not written as"),
        ({"reads": [forged_read(), READS[1]]}, r"Line 20 \(access record 1\).*root"),
        ({"reads": [READS[0], READS[0], READS[1]]}, r"Line 21 .*: it is not younger than the one above it"),
        ({"reads": READS[:1]}, "The access record of the export itself is missing"),
        ({"checkpoint of accesses": None}, "has 0 lines of the kind access_checkpoint"),
        ({"policy": None}, "has 0 lines of the kind policy"),
        ({"policy": {"part": "else"}}, "of a kind that is not known here"),
        ({"about": {"part": "about", "organization_id": str(ORGANIZATION), "client_id": str(UUID(int=2))}}, "another"),
        ({"key": {"part": "key", "client_id": str(CLIENT), "key_id": EVENTS[0]["key_id"], "key": "AA" * 21 + "A=",
                  "notes_key_id": str(UUID(int=6))}},
         r"Line 17 \(event 1\) does not hold: its body does not open"),
        ({"key": {"part": "key", "client_id": str(CLIENT), "key_id": str(UUID(int=8)), "key": "AA" * 21 + "A=",
                  "notes_key_id": str(UUID(int=6))}},
         "sealed with another key"),
    ],
)  # fmt: skip
def test_what_is_signed_has_to_hold_all_the_same(signed: dict[str, Any], said: str) -> None:
    checkpoint = signed.pop("checkpoint", None)

    assert re.search(said, refused(export(checkpoint=checkpoint, **signed)))


def test_a_later_export_goes_on_from_an_earlier_one_of_which_the_head_is_enough() -> None:
    earlier = read_head(export(EVENTS[:2], size=5).partition(b"{")[0], KEYS)

    check_goes_on(earlier, check_export(export(), KEYS))


def test_a_timeline_that_was_cut_or_changed_between_two_exports_is_named() -> None:
    earlier = read_head(export(), KEYS)
    cut = check_export(export(EVENTS[:2], size=9), KEYS)
    with pytest.raises(ExportRefused, match=f"Event 3 of client {CLIENT} is not the one that the earlier head names"):
        check_goes_on(earlier, cut)
    changed = [*EVENTS[:2], event(3, 6)]
    with pytest.raises(ExportRefused, match="Two roots were signed of the log's 7 events"):
        check_goes_on(earlier, check_export(export(changed, log=changed), KEYS))
    with pytest.raises(ExportRefused, match="the wrong way round"):
        check_goes_on(earlier, check_export(export(EVENTS[:2], size=5), KEYS))


def _moment(said: str) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(said))
