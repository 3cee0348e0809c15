"""What hangs on each key of the settings: which may leave them, and which are missing."""

from collections import Counter
from typing import NamedTuple

from service.audit.errors import NoCheckpoint
from service.bootstrap import System
from service.proofs.notes import SigningKey, VerifierKey, encoded, read_note


class KeyUse(NamedTuple):
    """One key and what hangs on it."""

    key: str
    """The id of a key-encryption key; the public key of one that signs."""
    does: str
    uses: str
    verdict: str
    missing: bool = False
    """Whether something hangs on a key that is not there."""


async def encryption_key_use(system: System) -> list[KeyUse]:
    """Each key-encryption key of the settings, and each on which something hangs, over all organizations."""
    clients: Counter[str] = Counter()
    secrets: Counter[str] = Counter()
    for each in await system.organizations.all():
        clients.update(await system.keyring.wrapped_by(each.organization_id))
        secrets.update(await system.webhooks.wrapped_by(each.organization_id))
    ids = system.keyring.key_encryption_ids
    found = []
    for id_ in (*ids, *sorted((clients.keys() | secrets.keys()) - set(ids))):
        does = "missing" if id_ not in ids else "wraps and opens" if id_ == ids[0] else "opens"
        used = bool(clients[id_] or secrets[id_])
        if does == "missing":
            verdict = "put it back: what hangs on it cannot be read"
        elif id_ == ids[0]:
            verdict = "stays"
        else:
            verdict = "stays until care-timeline keys rewrap was run" if used else "may leave the settings"
        uses = f"{clients[id_]:,} clients, {secrets[id_]:,} secrets of webhooks"
        found.append(KeyUse(id_, does, uses, verdict, does == "missing"))
    return found


async def signing_key_use(system: System) -> list[KeyUse]:
    """Each key that signs checkpoints or did, and of how many logs the last one hangs on it alone."""
    logs, signed, alone = 0, Counter[bytes](), Counter[bytes]()
    for each in await system.organizations.all():
        try:
            kept = await system.checkpoints.latest(each.organization_id)
        except NoCheckpoint:
            continue
        logs += 1
        signatures = read_note(kept.note).signatures
        by = {
            key.public_key
            for key in system.signing_keys.public(each.organization_id)
            if any(key.made(signature) for signature in signatures)
        }
        signed.update(by)
        if len(still := by - system.signing_keys.retired) == 1:
            alone.update(still)
    keys = [SigningKey("any", secret).verifier_key for secret in system.signing_keys.secrets]
    found = [
        KeyUse(encoded(key.public_key), "signs", f"the last checkpoint of {signed[key.public_key]} of {logs} logs",
               _verdict(key, keys, alone))
        for key in keys
    ]  # fmt: skip
    retired = [
        KeyUse(encoded(key), "retired", f"the last checkpoint of {signed[key]} of {logs} logs", "is believed still")
        for key in sorted(system.signing_keys.retired)
    ]
    return found + retired


def _verdict(key: VerifierKey, keys: list[VerifierKey], alone: Counter[bytes]) -> str:
    if len(keys) == 1:
        return "stays"
    if count := alone[key.public_key]:
        return f"alone has signed the last checkpoint of {count} logs: retire it, do not just take it away"
    return "another has signed each last checkpoint too"
