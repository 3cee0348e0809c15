"""The Merkle tree: the vectors that everybody has, a second implementation, and proofs that prove nothing."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from service.proofs.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    ProofRefused,
    check_consistency,
    check_inclusion,
    consistency_ranges,
    inclusion_ranges,
    root_of,
)
from tests.proofs.making import consistency, hashes, inclusion, roots
from tests.proofs.vectors import CONSISTENCY, HASHES, INCLUSION, LEAVES, ROOTS

SIZES = st.integers(1, 300)


def hexadecimal(found: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in found]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_rfc_6962_come_out(size: int) -> None:
    growing = GrowingTree()
    growing.extend(HASHES[:size])

    assert root_of(HASHES[:size]).hex() == growing.root.hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_known_proofs_of_inclusion_come_out(index: int, size: int) -> None:
    proof = roots(HASHES[:size], inclusion_ranges(index, size))

    assert hexadecimal(proof) == INCLUSION[index, size]
    check_inclusion(HASHES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_known_proofs_of_consistency_come_out(old: int, new: int) -> None:
    proof = roots(HASHES[:new], consistency_ranges(old, new))

    assert hexadecimal(proof) == CONSISTENCY[old, new]
    check_consistency(old, bytes.fromhex(ROOTS[old]), new, bytes.fromhex(ROOTS[new]), proof)


@settings(max_examples=25)
@given(st.integers(1, 70), st.data())
def test_two_other_implementations_agree(size: int, data: st.DataObject) -> None:
    entries = [LEAVES[number % 8] + number.to_bytes(2) for number in range(size)]
    tree = InmemoryTree.init_from_entries(entries, algorithm="sha256")
    leaves = [tree.get_leaf(number + 1) for number in range(size)]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    old_root, root = root_of(leaves[:old]), root_of(leaves)

    assert (tree.get_state(old), tree.get_state(size)) == (old_root, root)
    assert tree.prove_inclusion(index + 1, size).path[1:] == inclusion(leaves, index)
    # pymerkle's proofs of consistency have a form of their own, so it is asked about the roots alone.
    verify_consistency(old_root, root, tree.prove_consistency(old, size))
    InclusionProof(index, size, inclusion(leaves, index)).check(leaves[index], root)
    ConsistencyProof(old, size, consistency(leaves, old)).check(old_root, root)


@given(SIZES, st.data())
def test_a_proof_of_inclusion_proves_its_leaf_at_its_place_in_its_tree_and_nothing_else(
    size: int, data: st.DataObject
) -> None:
    leaves = hashes(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion(leaves, index), root_of(leaves)
    check_inclusion(leaves[index], index, size, proof, root)

    other = hashes(1, "other")[0]
    forged = {
        "another leaf": (other, index, size, proof, root),
        "another place": (leaves[index], data.draw(others(index, size + 3)), size, proof, root),
        "another root": (leaves[index], index, size, proof, other),
        "longer": (leaves[index], index, size, [*proof, other], root),
        "begins with more": (leaves[index], index, size, [other, *proof], root),
        "cut leaf": (leaves[index][:-1], index, size, proof, root),
        "before the tree": (leaves[index], -1, size, proof, root),
        "beyond the tree": (leaves[index], size, size, proof, root),
        "no tree": (leaves[index], 0, 0, [], EMPTY_ROOT),
        "a node as a leaf": (root, 0, 1, proof[:1], root) if proof else (other, 0, 1, [], root),
    }
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        forged |= {
            "shorter": (leaves[index], index, size, proof[:-1], root),
            "without its beginning": (leaves[index], index, size, proof[1:], root),
            "empty": (leaves[index], index, size, [], root),
            "padded hash": (leaves[index], index, size, [*proof[:at], proof[at] + b"\0", *proof[at + 1 :]], root),
            "another hash": (leaves[index], index, size, [*proof[:at], other, *proof[at + 1 :]], root),
        }
    refused(check_inclusion, forged)


@given(SIZES, SIZES, st.data())
def test_a_proof_of_consistency_proves_its_two_trees_and_no_others(one: int, two: int, data: st.DataObject) -> None:
    old, new = sorted((one, two))
    leaves = hashes(new)
    proof, old_root, new_root = consistency(leaves, old), root_of(leaves[:old]), root_of(leaves)
    check_consistency(old, old_root, new, new_root, proof)

    other = hashes(1, "other")[0]
    changed = root_of([*leaves[: old - 1], other, *leaves[old:]])
    forged = {
        "another old root": (old, other, new, new_root, proof),
        "another new root": (old, old_root, new, other, proof),
        "a past that was changed": (old, old_root, new, changed, proof),
        "the other way round": (new + 1, new_root, old, old_root, proof),
        "longer": (old, old_root, new, new_root, [*proof, other]),
        "begins with more": (old, old_root, new, new_root, [other, *proof]),
        "cut root": (old, old_root[:-1], new, new_root, proof),
        "of nothing": (0, old_root, new, new_root, proof),
    }
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        forged |= {
            "shorter": (old, old_root, new, new_root, proof[:-1]),
            "empty": (old, old_root, new, new_root, []),
            "said to be of one tree": (new, old_root, new, new_root, []),
            "padded hash": (old, old_root, new, new_root, [*proof[:at], proof[at] + b"\0", *proof[at + 1 :]]),
            "another hash": (old, old_root, new, new_root, [*proof[:at], other, *proof[at + 1 :]]),
        }
    refused(check_consistency, forged)


def test_an_empty_tree_is_the_beginning_of_every_other() -> None:
    root = root_of(hashes(5))

    check_consistency(0, EMPTY_ROOT, 5, root, [])
    check_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    for old_root, new, new_root in ((root, 5, root), (EMPTY_ROOT, 0, root), (root, 0, root)):
        with pytest.raises(ProofRefused):
            check_consistency(0, old_root, new, new_root, [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_is_made_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_ranges(index, size)


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)])
def test_no_proof_is_made_of_trees_the_wrong_way_round(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_ranges(old, new)


def others(than: int, below: int) -> st.SearchStrategy[int]:
    return st.integers(0, below).filter(lambda each: each != than)


def refused(check: Callable[..., None], forged: Mapping[str, tuple[object, ...]]) -> None:
    for what, said in forged.items():
        try:
            check(*said)
        except ProofRefused:
            continue
        pytest.fail(f"believed: {what}")
