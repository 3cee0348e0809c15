"""Witnesses asked by their own protocol: one is played here, and checks all that the protocol has it check."""

import httpx
import pytest
import structlog

from service.audit.witnesses import Witness
from service.proofs.checkpoints import Checkpoint, open_checkpoint
from service.proofs.cosignatures import cosign, cosignatures
from service.proofs.merkle import EMPTY_ROOT, ProofRefused, check_consistency
from service.proofs.notes import decoded
from tests.audit.logs import KEYS, Log
from tests.audit.test_checkpoint_signer import WITNESS


class Played:
    """A witness that follows one log from what it has seen of it."""

    def __init__(self, log: Log) -> None:
        self._keys = KEYS.public(log.organization_id, log.kind)
        self._seen = Checkpoint("", 0, EMPTY_ROOT)
        self.answered: list[int] = []

    def asked_at(self, url: str) -> Witness:
        return Witness(url, httpx.AsyncClient(transport=httpx.MockTransport(self._answer)))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self._judged(request)
        self.answered.append(answer.status_code)
        return answer

    def _judged(self, request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) != ("POST", "/w/add-checkpoint"):
            return httpx.Response(404)
        head, _, note = request.content.decode().partition("\n\n")
        first, *lines = head.split("\n")
        checkpoint, old = open_checkpoint(note, self._keys), int(first.removeprefix("old "))
        if old != self._seen.size:
            return httpx.Response(409, text=f"{self._seen.size}\n", headers={"Content-Type": "text/x.tlog.size"})
        try:
            proof = [decoded(line, "a hash") for line in lines]
            check_consistency(old, self._seen.root, checkpoint.size, checkpoint.root, proof)
        except ProofRefused:
            return httpx.Response(422)
        self._seen = checkpoint
        return httpx.Response(200, text=cosign(checkpoint.text, WITNESS.name, bytes(32), 1_790_000_000).line)


async def test_a_witness_follows_from_checkpoint_to_checkpoint(log: Log) -> None:
    played = Played(log)
    signer = log.signer(witnesses=[WITNESS], asked=[played.asked_at("https://witness.example/w/")])
    for size in (130, 260, 390):
        await log.record(130)
        assert (await signer.make(log.organization_id)).checkpoint.size == size
        latest = await log.kept().latest(log.organization_id)
        assert [each.witness for each in cosignatures(latest.cosigned_note, [WITNESS])] == [WITNESS.name]
    assert played.answered == [200, 200, 200]

    again = log.signer(witnesses=[WITNESS], asked=[played.asked_at("https://witness.example/w")])
    await log.record(1)
    assert (await again.make(log.organization_id)).checkpoint.size == 391
    assert played.answered == [200, 200, 200, 409, 200], "a process that begins anew learns what the witness has seen"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(503), "checkpoint_not_cosigned"),
        (httpx.Response(409, text="7\n", headers={"Content-Type": "text/x.tlog.size"}), "witness_saw_a_longer_log"),
        (httpx.Response(409, text="-1\n", headers={"Content-Type": "text/x.tlog.size"}), "checkpoint_not_cosigned"),
        (httpx.Response(200, text="nonsense\n"), "cosignature_refused"),
    ],
)
async def test_a_witness_that_does_not_cosign_is_told_and_holds_nothing_up(
    log: Log, answer: httpx.Response, told: str
) -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))
    signer = log.signer(witnesses=[WITNESS], asked=[Witness("https://witness.example", http)])
    await log.record(3)

    with structlog.testing.capture_logs() as logged:
        kept = await signer.make(log.organization_id)

    assert [line["event"] for line in logged] == [told]
    assert await log.kept().latest(log.organization_id) == kept
    await signer.close()
