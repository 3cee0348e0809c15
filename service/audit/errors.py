"""What can go wrong with checkpoints and proofs."""

from uuid import UUID

from service.audit.log_kinds import LogKind


class CheckpointRefused(Exception):
    """The log is not the one of which a checkpoint was signed before, so none is signed any more.

    The message says what was found and what to do.
    """

    def __init__(self, organization_id: UUID, origin: str, found: str, kind: LogKind = LogKind.EVENTS) -> None:
        super().__init__(
            f"{found} Nothing more is signed as {origin}: whoever holds that checkpoint would see two histories. If the"
            " database was restored to an earlier point, restore it to the latest one that there is. If"
            f" {kind.entries} are lost for good, tell those who hold checkpoints, give the log another name"
            " (CARE_TIMELINE_CHECKPOINT_ORIGIN), start the service anew and run care-timeline checkpoint"
            f"{' --accesses' if kind is LogKind.ACCESSES else ''}. If nobody restored anything, {kind.entries} were"
            " taken away or changed: care-timeline verify names the first."
        )
        self.organization_id = organization_id
        self.found = found


class NotSigning(Exception):
    """No key signs checkpoints here."""

    def __init__(self) -> None:
        super().__init__(
            "There is no key that signs checkpoints here: make one with care-timeline keys new-signing-key, and name"
            " its file with CARE_TIMELINE_SIGNING_KEYS_FILE."
        )


class AnchorsUnreadable(Exception):
    """The folder of checkpoints cannot be read, so nobody can tell what was signed before: nothing is, until it can."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"The folder of checkpoints cannot be read ({error.strerror}), and without it nobody can tell what was"
            " signed before: nothing is signed until it can be. See CARE_TIMELINE_CHECKPOINT_FOLDER."
        )


class TreeBroken(Exception):
    """Leaves or tiles are missing of which a tree is made: care-timeline verify says which."""


class NoCheckpoint(LookupError):
    """There is no checkpoint, or none of that size."""


class BeyondTheCheckpoint(LookupError):
    """What is asked for is not yet in a checkpoint, or not in a tree of that size."""

    def __init__(self, size: int, kind: LogKind = LogKind.EVENTS) -> None:
        super().__init__(f"The last checkpoint is of {size} {kind.entries}.")
        self.size = size
        """The size of the last checkpoint; 0 without one."""
        self.kind = kind
        """Of which of the organization's logs."""
