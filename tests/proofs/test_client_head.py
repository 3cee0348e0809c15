"""A client's signed head: read as it was written, and nothing else is taken for one."""

from functools import lru_cache

import pytest

from service.proofs.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from service.proofs.client_head import TimelineHead, open_client_head, said_origin, sign_client_head
from service.proofs.export_check import check_export, check_goes_on
from service.proofs.export_file import ExportRefused, read_head
from service.proofs.notes import NoteRefused, SigningKey, VerifierKey
from tests.proofs.exporting import CLIENT, EVENTS, KEY, export, leaf

KEYS = [KEY.verifier_key]
EXPORTED = check_export(export(), KEYS)
CHECKPOINT = EXPORTED.head.checkpoint
HEAD = sign_client_head([KEY], CHECKPOINT, EXPORTED.head.timelines)


def test_a_head_says_what_an_export_begins_with() -> None:
    assert open_client_head(HEAD, KEYS) == read_head(HEAD.encode(), KEYS) == EXPORTED.head
    assert said_origin(HEAD) == said_origin(export().decode()) == KEY.name


def test_every_changed_bit_of_a_head_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VerifierKey, "check", lru_cache(VerifierKey.check))
    good = HEAD.encode()
    for at in range(len(good)):
        for bit in range(8):
            with pytest.raises(ExportRefused):
                read_head(good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :], KEYS)


def test_neither_a_checkpoint_nor_another_logs_head_passes_for_one() -> None:
    with pytest.raises(NoteRefused, match="no head of a client"):
        open_client_head(sign_checkpoint(CHECKPOINT, [KEY]), KEYS)
    with pytest.raises(NoteRefused):
        open_checkpoint(HEAD, KEYS)
    other = SigningKey("clinic.example/other", bytes(range(32)))
    with pytest.raises(NoteRefused, match="not of this log"):
        open_client_head(sign_client_head([other], CHECKPOINT, EXPORTED.head.timelines), [other.verifier_key])
    with pytest.raises(NoteRefused, match="No key that is known"):
        open_client_head(HEAD, [other.verifier_key])


def test_an_export_goes_on_from_a_head_or_is_refused() -> None:
    earlier = sign_client_head([KEY], Checkpoint(KEY.name, 5, bytes(32)), [TimelineHead(CLIENT, 2, leaf(EVENTS[1]))])
    check_goes_on(open_client_head(earlier, KEYS), EXPORTED)

    cut = check_export(export(EVENTS[:2], size=9), KEYS)
    with pytest.raises(ExportRefused, match=f"Event 3 of client {CLIENT} is not the one that the earlier head names"):
        check_goes_on(open_client_head(HEAD, KEYS), cut)
