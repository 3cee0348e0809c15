"""One client's timeline altered so that everything else fits and is signed anew: their head in hand names it."""

from pathlib import Path
from uuid import uuid4

import pytest

from service.audit.checkpoint_signer import CheckpointSigner
from service.audit.client_head_check import HeldHead
from service.log.sealed import StoredEvent
from service.proofs.client_head import open_client_head
from tests.cli.altered import NOT_NAMED, Change, Clinic, clinic
from tests.cli.command import Command
from tests.erasing import erase
from tests.system import access_to

__all__ = ["clinic"]

SIGNED_ANEW = "delete from audit.checkpoint where ORG; delete from following.cursor where ORG"


async def head_of_ada(clinic: Clinic) -> str:
    return await clinic.system.client_heads.make(access_to(clinic.organization_id), clinic.ada)


async def held(clinic: Clinic) -> HeldHead:
    keys = clinic.system.signing_keys.public(clinic.organization_id)
    return HeldHead(open_client_head(await head_of_ada(clinic), keys), "the head in hand")


def cut(events: list[StoredEvent]) -> list[StoredEvent]:
    """Ada's last event is gone, and ben's goes on in its place."""
    return [each for each in events if each.position != 5]


def later(events: list[StoredEvent]) -> list[StoredEvent]:
    """Ada's last event was recorded when ben's was."""
    return [each._replace(recorded_at=events[5].recorded_at) if each.position == 5 else each for each in events]


def gone(events: list[StoredEvent]) -> list[StoredEvent]:
    return [each for each in events if each.client_id != events[0].client_id]


def counted_anew(events: list[StoredEvent]) -> list[StoredEvent]:
    """Ada's second event is gone, and the ones behind it are counted on; it takes the keys to seal them again."""
    own = [each for each in events if each.client_id == events[0].client_id and each.position != 2]
    versions = {each.position: version for version, each in enumerate(own, start=1)}
    return [each._replace(version=versions.get(each.position, each.version)) for each in events if each.position != 2]


ALTERED: list[tuple[str, Change, str]] = [
    ("tail cut", cut, "position 3: the timeline of client ADA ends here with event 3, and the head in hand names"),
    ("event exchanged", later, "position 5: event 4 of client ADA is not the one that the head in hand names"),
    ("client gone", gone, "no event of client ADA is in the log, and the head in hand, signed when it had 6 events,"),
    ("counted anew", counted_anew, "position 4: the timeline of client ADA ends here with event 3, and the head in"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "what"), [each[1:] for each in ALTERED], ids=[each[0] for each in ALTERED])
async def test_what_fits_and_was_signed_anew_is_named_by_the_head_in_hand(
    clinic: Clinic, change: Change, what: str
) -> None:
    in_hand = await held(clinic)
    await clinic.rewrite(change)
    await clinic.alter(SIGNED_ANEW)
    system = clinic.system
    await CheckpointSigner(system.pool, system.signing_keys, system.checkpoints).make(clinic.organization_id)

    if change is not counted_anew:
        assert await clinic.named([]) == NOT_NAMED, "whoever has no head and no checkpoint cannot tell"
    assert what.replace("ADA", str(clinic.ada)) in await clinic.named([], [in_hand])


async def test_a_head_holds_while_more_is_recorded_and_after_an_erasure(clinic: Clinic) -> None:
    in_hand = await held(clinic)
    await erase(clinic.system, clinic.organization_id, clinic.ada)

    assert await clinic.named([], [in_hand]) == NOT_NAMED


async def test_heads_are_asked_for_and_compared_on_the_command_line(
    clinic: Clinic, command: Command, tmp_path: Path
) -> None:
    head, export, other = tmp_path / "ada.head", tmp_path / "ada.export", tmp_path / "other"
    of_clinic = ("--organization", clinic.organization_id)
    head.write_text(await command.done("client-head", clinic.ada, *of_clinic))
    await command.done("export", clinic.ada, "--to", export, *of_clinic)
    key = (await command.done("checkpoint", "--public-key", *of_clinic)).strip()
    heads = ("--client-head", head, "--client-head", export)
    assert "The first 6 are those of a checkpoint." in await command.done("verify", *of_clinic, *heads)
    assert "Good" in await command.done("verify-export", export, "--key", key, "--since", head)
    other.write_text(head.read_text().replace("timeline", "timelines", 1))

    refused = await command("verify", *of_clinic, "--client-head", other)
    assert (refused.code, f"{other} is not to be believed." in refused.err) == (1, True)
    unknown = await command("client-head", uuid4(), *of_clinic)
    assert (unknown.code, unknown.out) == (1, "")

    await clinic.rewrite(cut)
    said = await command("verify", *of_clinic, "--client-head", head)
    assert f"ends here with event 3, and the head in {head} names event 4" in said.out
