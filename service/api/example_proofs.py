"""What the API's description shows as answers about checkpoints and proofs: of a log that nobody has."""

from hashlib import sha256
from typing import Final

from pydantic import BaseModel

from service.api import examples
from service.api.proof_models import ConsistencyProofAnswer, InclusionProofAnswer, KeptCosignatures
from service.audit.log_proofs import ConsistencyProof, InclusionProof
from service.proofs.checkpoints import read_checkpoint
from service.proofs.merkle import Range, consistency_ranges, inclusion_ranges, leaf_hash, root_of

_BEFORE: Final = 1_003


def example_proofs() -> dict[str, BaseModel]:
    """Answers by the operation's id."""
    checkpoint = read_checkpoint(examples.CHECKPOINT)
    size = checkpoint.size
    leaves = [sha256(bytes([number % 256, number // 256])).digest() for number in range(size)]
    hashes = [leaf_hash(leaf) for leaf in leaves]

    def roots(ranges: list[Range]) -> list[bytes]:
        return [root_of(hashes[start:end]) for start, end in ranges]

    assert checkpoint.root == root_of(hashes)
    included = InclusionProof(size, size, leaves[-1], roots(inclusion_ranges(size - 1, size)), checkpoint.root)
    before = root_of(hashes[:_BEFORE])
    consistent = ConsistencyProof(_BEFORE, before, size, checkpoint.root, roots(consistency_ranges(_BEFORE, size)))
    cosigned = examples.CHECKPOINT + next(iter(examples.COSIGNATURES.values()))["lines"]
    inclusion = InclusionProofAnswer.of(included, checkpoint.origin, examples.CHECKPOINT)
    consistency = ConsistencyProofAnswer.of(consistent, checkpoint.origin)
    cosignatures = KeptCosignatures(kept=("witness.example.org",), checkpoint=cosigned)
    return {
        "prove_inclusion": inclusion,
        "prove_consistency": consistency,
        "keep_cosignatures": cosignatures,
        "prove_access_inclusion": inclusion,
        "prove_access_consistency": consistency,
        "keep_access_cosignatures": cosignatures,
    }
