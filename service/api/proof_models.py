"""The forms of what is asked about checkpoints and proofs, and of what is answered."""

from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.api.parameters import IN_DIGITS, plain_uuid
from service.audit.log_proofs import ConsistencyProof, InclusionProof
from service.proofs.merkle import leaf_hash
from service.proofs.notes import encoded

MOST: Final = 999_999_999_999_999_999
MOST_LINES: Final = 50_000

CheckpointSize = Annotated[
    int, Path(ge=1, le=MOST, description="The size of the checkpoint.", examples=[1_007]), IN_DIGITS
]
TileLevel = Annotated[
    str, Path(pattern="^([0-9]|[1-5][0-9]|6[0-3])$", description="The tile's level, from 0 to 63.", examples=["0"])
]
TilePath = Annotated[
    str,
    Path(
        max_length=40,
        description="Which tile of its level: its number in groups of three digits, all but the last after an `x`, such"
        " as `x001/x234/067`; with `.p/` and its width where it is not whole, such as `000.p/112`.",
        examples=["003.p/239"],
    ),
]
_Size = Annotated[int, Field(ge=0, le=MOST)]


class InclusionQuery(BaseModel):
    """Of which entry, in the log of which size."""

    model_config = ConfigDict(frozen=True)

    position: Annotated[
        Annotated[int, Field(ge=1, le=MOST)] | None,
        Field(description="Of what stands at this position. Without id and position, of the last one of that size."),
        IN_DIGITS,
    ] = None
    size: Annotated[
        Annotated[int, Field(ge=1, le=MOST)] | None,
        Field(description="The size of the log in which it is proved to be: by default that of the last checkpoint."),
        IN_DIGITS,
    ] = None

    @property
    def asked_id(self) -> UUID | None:
        """The id by which it is asked for, if it is."""
        return None


class EventInclusionQuery(InclusionQuery):
    """Of which event, in the log of which size."""

    event_id: Annotated[UUID | None, BeforeValidator(plain_uuid), Field(description="The event, by its id.")] = None

    @property
    def asked_id(self) -> UUID | None:
        """The event's id."""
        return self.event_id


class AccessInclusionQuery(InclusionQuery):
    """Of which access record, in the log of accesses of which size."""

    record_id: Annotated[
        UUID | None, BeforeValidator(plain_uuid), Field(description="The access record, by its `id`.")
    ] = None

    @property
    def asked_id(self) -> UUID | None:
        """The record's id."""
        return self.record_id


class ConsistencyQuery(BaseModel):
    """Between which two sizes of the log."""

    model_config = ConfigDict(frozen=True)

    old_size: Annotated[_Size, Field(description="The smaller size: that of the checkpoint you have."), IN_DIGITS] = 0
    new_size: Annotated[
        _Size | None,
        Field(description="The larger size: by default that of the last checkpoint."),
        IN_DIGITS,
    ] = None


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InclusionProofAnswer(_Answer):
    """That an event, or an access, is in the log of a size (RFC 9162, 2.1.3)."""

    origin: str = Field(description="The log's name, as its checkpoints say it.")
    position: int = Field(description="Its position in the log, from 1.")
    index: int = Field(description="Its index in the tree, from 0: the position less one.")
    size: int = Field(description="The size of the log: how many entries it has.")
    leaf: str = Field(
        description="What the log commits to, in base64: of an event SHA-256 over its position, recorded_at, header and"
        " the digest of its sealed body, of an access over what it says. This is the tree's entry."
    )
    leaf_hash: str = Field(description="SHA-256 of a zero byte and the leaf, in base64.")
    proof: tuple[str, ...] = Field(description="The hashes that lead from the leaf to the root, in base64.")
    root: str = Field(description="The root of the tree of that size, in base64.")
    checkpoint: str | None = Field(description="The signed checkpoint of that size; null where none was signed.")

    @classmethod
    def of(cls, found: InclusionProof, origin: str, checkpoint: str | None) -> Self:
        """The answer for a proof."""
        return cls(
            origin=origin,
            position=found.position,
            index=found.position - 1,
            size=found.size,
            leaf=encoded(found.leaf),
            leaf_hash=encoded(leaf_hash(found.leaf)),
            proof=tuple(map(encoded, found.proof)),
            root=encoded(found.root),
            checkpoint=checkpoint,
        )


class ConsistencyProofAnswer(_Answer):
    """That the log of one size is the beginning of the log of another (RFC 9162, 2.1.4)."""

    origin: str = Field(description="The log's name, as its checkpoints say it.")
    old_size: int = Field(description="The smaller size.")
    old_root: str = Field(description="Its root, in base64.")
    new_size: int = Field(description="The larger size.")
    new_root: str = Field(description="Its root, in base64.")
    proof: tuple[str, ...] = Field(description="The hashes of which both roots are made, in base64.")

    @classmethod
    def of(cls, found: ConsistencyProof, origin: str) -> Self:
        """The answer for a proof."""
        return cls(
            origin=origin,
            old_size=found.old_size,
            old_root=encoded(found.old_root),
            new_size=found.new_size,
            new_root=encoded(found.new_root),
            proof=tuple(map(encoded, found.proof)),
        )


class CosignaturesToKeep(BaseModel):
    """Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    lines: str = Field(
        min_length=1, max_length=MOST_LINES, description="Signature lines as a witness answers them, each with its end."
    )


class KeptCosignatures(_Answer):
    """Which of the cosignatures are kept."""

    kept: tuple[str, ...] = Field(description="The names of the witnesses whose cosignatures are good.")
    checkpoint: str = Field(description="The checkpoint with all that are kept.")
