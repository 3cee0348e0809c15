"""Signed notes, checkpoints, cosignatures and proofs as text: the formats' own examples, and another implementation."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.signing import PlainEd25519Signer, Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as TheirCheckpoint

from service.proofs.checkpoints import Checkpoint, open_checkpoint, read_checkpoint, sign_checkpoint
from service.proofs.cosignatures import cosign, cosignatures, cosignatures_in
from service.proofs.merkle import EMPTY_ROOT, ProofRefused, leaf_hash, root_of
from service.proofs.notes import (
    COSIGNATURE,
    NoteRefused,
    SigningKey,
    VerifierKey,
    opened,
    read_note,
    read_verifier_key,
    signed,
)
from service.proofs.tlog_proof import check_tlog_proof, read_tlog_proof, write_tlog_proof
from tests.proofs.making import inclusion

# The example of c2sp.org/signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo"
    " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

ORIGIN = "clinic.example/log"
KEY = SigningKey(ORIGIN, bytes(range(32)))
LEAVES = [leaf_hash(bytes([number])) for number in range(7)]
CHECKPOINT = Checkpoint(ORIGIN, 7, root_of(LEAVES))
NOTE = sign_checkpoint(CHECKPOINT, [KEY])
WITNESS = "witness.example/w1"
COSIGNED = cosign(CHECKPOINT.text, WITNESS, bytes(32), 1_790_000_000)
WITNESS_KEY = VerifierKey(WITNESS, COSIGNATURE, Vkey.from_string(EXAMPLE_KEY).pubkey)


def witness_key() -> VerifierKey:
    public = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    return VerifierKey(WITNESS, COSIGNATURE, public)


def test_the_formats_own_example_opens() -> None:
    key = read_verifier_key(EXAMPLE_KEY)

    assert key.text == EXAMPLE_KEY
    assert opened(EXAMPLE, [key]).text == "This is an example message.\n"
    assert signed(*read_note(EXAMPLE)) == EXAMPLE


def test_another_implementation_reads_our_checkpoints_and_cosignatures() -> None:
    theirs = TheirCheckpoint.from_text(NOTE + COSIGNED.line)
    vkeys = VkeySet(Vkey.from_string(KEY.verifier_key.text), Vkey.from_string(witness_key().text))

    assert (theirs.origin, theirs.size, theirs.root_hash) == CHECKPOINT
    assert len(vkeys.verify(theirs.signatures, theirs)) == 2
    assert theirs.serialize() == NOTE + COSIGNED.line


def test_we_read_another_implementations() -> None:
    signer = PlainEd25519Signer("elsewhere.example/log", bytes(range(32)))
    said = "elsewhere.example/log", 7, CHECKPOINT.root
    note = TheirCheckpoint(*said, [signer.sign(TheirCheckpoint(*said, []))]).serialize()

    key = read_verifier_key(str(signer.vkey.serialize()))  # type: ignore[no-untyped-call]
    assert open_checkpoint(note, [key]) == said


@pytest.mark.parametrize("note", [NOTE, EXAMPLE])
def test_every_change_of_a_bit_is_refused(note: str) -> None:
    keys = [KEY.verifier_key, read_verifier_key(EXAMPLE_KEY)]
    raw = note.encode()
    for place in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            with pytest.raises(ValueError):  # noqa: PT011 what is no UTF-8 is none of ours
                opened(changed.decode(), keys)


def test_what_is_cut_short_or_added_to_is_refused() -> None:
    for place in range(len(NOTE)):
        for changed in (NOTE[:place], NOTE[:place] + "\n" + NOTE[place:], NOTE[:place] + "A" + NOTE[place:]):
            with pytest.raises(NoteRefused):
                open_checkpoint(changed, [KEY.verifier_key])


def test_a_key_that_nobody_knows_signs_nothing() -> None:
    stranger = SigningKey(ORIGIN, bytes(31) + b"\1")

    with pytest.raises(NoteRefused, match="No key that is known"):
        opened(sign_checkpoint(CHECKPOINT, [stranger]), [KEY.verifier_key])
    both = sign_checkpoint(CHECKPOINT, [stranger, KEY])
    assert open_checkpoint(both, [KEY.verifier_key]) == CHECKPOINT
    assert open_checkpoint(both, [stranger.verifier_key]) == CHECKPOINT


def test_a_checkpoint_of_another_log_is_not_taken_for_this_ones() -> None:
    with pytest.raises(NoteRefused, match=r"is of the log clinic\.example/log, not of"):
        open_checkpoint(NOTE, [KEY.verifier_key], origin="clinic.example/other")


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n07\n{CHECKPOINT.text.split()[-1]}\n",
        f"{ORIGIN}\n+7\n{CHECKPOINT.text.split()[-1]}\n",
        f"{ORIGIN}\n7\nAAAA\n",
        f"{ORIGIN}\n0\n{CHECKPOINT.text.split()[-1]}\n",
        f"\n7\n{CHECKPOINT.text.split()[-1]}\n",
        f"{CHECKPOINT.text}more\n",
        f"{ORIGIN}\n٧\n{CHECKPOINT.text.split()[-1]}\n",
    ],
)
def test_what_is_signed_and_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        open_checkpoint(signed(text, [KEY.sign(text)]), [KEY.verifier_key])


def test_an_empty_log_has_a_checkpoint_too() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert read_checkpoint(sign_checkpoint(empty, [KEY])) == empty


@pytest.mark.parametrize("name", ["", "two words", "one+two", "no\u2003space", "line\nend"])
def test_names_that_keys_cannot_have(name: str) -> None:
    with pytest.raises(NoteRefused):
        SigningKey(name, bytes(32))


@pytest.mark.parametrize(
    "said",
    ["", "name", EXAMPLE_KEY[:-1], EXAMPLE_KEY.replace("530d", "530e"), EXAMPLE_KEY.upper(), "foo+" + EXAMPLE_KEY],
)
def test_keys_that_are_not_copied_whole_are_refused(said: str) -> None:
    with pytest.raises(NoteRefused):
        read_verifier_key(said)


def test_a_witness_cosigns_a_checkpoint_at_a_time() -> None:
    (found,) = cosignatures(NOTE + COSIGNED.line, [witness_key()])

    assert (found.witness, found.time, found.line) == (WITNESS, 1_790_000_000, COSIGNED.line)
    assert cosignatures_in(COSIGNED.line, CHECKPOINT.text, [witness_key()]) == [found]
    assert cosignatures(NOTE, [witness_key()]) == []
    assert cosignatures(NOTE + COSIGNED.line, [WITNESS_KEY]) == []
    assert open_checkpoint(NOTE + COSIGNED.line, [KEY.verifier_key]) == CHECKPOINT


def test_a_cosignature_of_another_checkpoint_or_time_is_refused() -> None:
    other = cosign(CHECKPOINT._replace(size=8).text, WITNESS, bytes(32), 1_790_000_000)
    later = COSIGNED._replace(signature=(1_790_000_001).to_bytes(8) + COSIGNED.signature[8:])
    never = COSIGNED._replace(signature=(2**63).to_bytes(8) + COSIGNED.signature[8:])
    for forged in (other, later, never, COSIGNED._replace(signature=COSIGNED.signature[:-1])):
        with pytest.raises(NoteRefused, match=re.escape(WITNESS)):
            cosignatures(NOTE + forged.line, [witness_key()])


def test_a_proof_as_text_stands_for_itself() -> None:
    text = write_tlog_proof(b"\x03", 3, inclusion(LEAVES, 3), NOTE)

    assert check_tlog_proof(text, [KEY.verifier_key], entry=b"\x03", origin=ORIGIN) == CHECKPOINT
    assert read_tlog_proof(text).entry == b"\x03"
    for changed in (text.replace("index 3", "index 2"), text.replace("index 3", "index 03"), text[1:]):
        with pytest.raises((NoteRefused, ProofRefused)):
            check_tlog_proof(changed, [KEY.verifier_key], entry=b"\x03")
    with pytest.raises(ProofRefused):
        check_tlog_proof(text, [KEY.verifier_key], entry=b"\x04")
    with pytest.raises(NoteRefused, match="another entry"):
        check_tlog_proof(text.replace("extra Aw==", "extra BA=="), [KEY.verifier_key], entry=b"\x03")
