"""The Merkle tree over a log's leaves, as RFC 6962 and RFC 9162 have it: hashes, roots and proofs.

A log's entries count from 1 (position) and the tree's leaves from 0 (index): the entry at position p is leaf p - 1.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final

HASH_BYTES: Final = 32

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

Range = tuple[int, int]
"""Leaves from an index up to another, which is not one of them."""


class ProofRefused(ValueError):
    """A proof does not prove what it is said to prove; the message says what is wrong with it."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf, of what is logged."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node, of those of its two children."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of the tree that has leaves of these hashes (of any hashes: those of subtrees give that of a tree)."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        # A last one without a neighbour moves up as it is: so the left subtree is as large as a power of two can be.
        alone = row[-1:] if len(row) % 2 else []
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)] + alone
    return row[0]


class GrowingTree:
    """The root of a tree that grows leaf by leaf, in memory that grows with the logarithm of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []  # the roots of its largest whole subtrees, from the left

    def append(self, leaf: bytes) -> None:
        """Add a leaf, by its hash."""
        size = self.size
        while size & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, by their hashes."""
        for leaf in leaves:
            self.append(leaf)

    @property
    def root(self) -> bytes:
        """The root as it is now."""
        return _over(self._peaks[:-1], self._peaks[-1]) if self._peaks else EMPTY_ROOT

    def root_with(self, last: bytes) -> bytes:
        """The root as it would be with one more subtree at the right, of this root and not wider than the leaves here
        stand for.
        """
        return _over(self._peaks, last)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose roots prove that a leaf is in the tree of that size, from the leaf's neighbour upwards.

    RFC 9162, 2.1.3.1. Raises ValueError where the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    start, end = 0, size
    ranges: list[Range] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old_size: int, new_size: int) -> list[Range]:
    """The subtrees whose roots prove that a tree is the beginning of a larger one (RFC 9162, 2.1.4.1).

    None where both are of one size, or the old one is empty: then there is nothing to prove. Raises ValueError where
    the old one is the larger.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"A tree of {old_size} leaves is not the beginning of one of {new_size}.")
    if old_size in {0, new_size}:
        return []
    start, end, whole = 0, new_size, True
    ranges: list[Range] = []
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """That the leaf of this hash stands at the index in the tree of that size and root (RFC 9162, 2.1.3.2).

    Raises ProofRefused.
    """
    _check_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofRefused(f"A tree of {size} leaves has no leaf {index}.")
    place, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise ProofRefused("The proof of inclusion is longer than one of that size.")
        if place & 1 or place == last:
            found = node_hash(each, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, each)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofRefused("The proof of inclusion is shorter than one of that size.")
    if found != root:
        raise ProofRefused("The proof of inclusion leads to another root: the leaf, its place or the tree is another.")


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """That the tree of the old size and root is the beginning of the new one (RFC 9162, 2.1.4.2).

    An empty tree is the beginning of every other, and a tree of itself: neither takes a proof. Raises ProofRefused.
    """
    _check_hashes([old_root, new_root, *proof])
    if not 0 <= old_size <= new_size:
        raise ProofRefused(f"A tree of {old_size} leaves is not the beginning of one of {new_size}.")
    if old_size in {0, new_size}:
        if proof:
            raise ProofRefused("A proof of consistency is given where there is nothing to prove.")
        _check_without_proof(old_size, old_root, new_size, new_root)
        return
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)  # a whole subtree of the new tree: its root is not sent again
    if not hashes:
        raise ProofRefused("The proof of consistency is empty.")
    if _roots_of_consistency(old_size, new_size, hashes) != (old_root, new_root):
        raise ProofRefused("The proof of consistency leads to other roots: the log was not only added to.")


def _check_without_proof(old_size: int, old_root: bytes, new_size: int, new_root: bytes) -> None:
    for size, root in ((old_size, old_root), (new_size, new_root)):
        if size == 0 and root != EMPTY_ROOT:
            raise ProofRefused("A tree without leaves has another root.")
    if old_size == new_size and old_root != new_root:
        raise ProofRefused("Two trees of one size have different roots: the log was changed, or has two histories.")


def _roots_of_consistency(old_size: int, new_size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ProofRefused("The proof of consistency is longer than one of these sizes.")
        if place & 1 or place == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, each)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofRefused("The proof of consistency is shorter than one of these sizes.")
    return old, new


def whole_subtrees(leaves: Range) -> list[tuple[int, int]]:
    """The largest whole subtrees that make up a subtree of the tree, from the left: the height of each and its index
    among those of its height. Its root is made of theirs, from the right.
    """
    start, end = leaves
    found: list[tuple[int, int]] = []
    while start < end:
        height = (end - start).bit_length() - 1
        assert start % (1 << height) == 0, "not a subtree of any tree"
        found.append((height, start >> height))
        start += 1 << height
    assert all(left[0] > right[0] for left, right in pairwise(found))
    return found


def _over(peaks: Sequence[bytes], last: bytes) -> bytes:
    for peak in reversed(peaks):
        last = node_hash(peak, last)
    return last


def _split(width: int) -> int:
    """How many of so many leaves, at least two, stand in the left subtree: the largest power of two below."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofRefused(f"Every hash has {HASH_BYTES} bytes.")
