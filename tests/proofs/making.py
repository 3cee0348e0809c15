"""Trees of random leaves, and proofs made of all of them at once."""

from collections.abc import Sequence
from hashlib import sha256

from service.proofs.merkle import Range, consistency_ranges, inclusion_ranges, leaf_hash, root_of


def hashes(count: int, salt: str = "") -> list[bytes]:
    """Hashes of so many leaves, each another; another salt gives others."""
    return [leaf_hash(sha256(f"{salt}{number}".encode()).digest()) for number in range(count)]


def roots(leaves: Sequence[bytes], ranges: Sequence[Range]) -> list[bytes]:
    """The roots of subtrees."""
    return [root_of(leaves[start:end]) for start, end in ranges]


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that a leaf is among all of these."""
    return roots(leaves, inclusion_ranges(index, len(leaves)))


def consistency(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the first so many are the beginning of all of these."""
    return roots(leaves, consistency_ranges(old_size, len(leaves)))
