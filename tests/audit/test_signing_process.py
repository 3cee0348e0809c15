"""Where the signing key comes from, and which process signs."""

import asyncio
import stat
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr, ValidationError

from service.access.caller import Caller
from service.audit.errors import NoCheckpoint
from service.audit.signing_keys import new_signing_key
from service.bootstrap import System, checkpoint_folder
from service.deployment_keys import EMBEDDED_SIGNING_KEY_FILE, signing_keys
from service.proofs.checkpoints import open_checkpoint
from service.serving.projecting import projecting
from service.settings import Settings
from tests.audit.logs import KEYS
from tests.builders import registered
from tests.system import KEY_ENCRYPTION_KEY, draft

EXTERNAL: dict[str, Any] = {
    "database_url": SecretStr("postgresql://db/care"),
    "key_encryption_keys": KEY_ENCRYPTION_KEY,
}


def test_in_the_embedded_mode_a_key_is_made_and_kept(tmp_path: Path) -> None:
    settings, organization_id = Settings(data_dir=tmp_path), uuid4()

    made = signing_keys(settings).public(organization_id)

    assert signing_keys(settings).public(organization_id) == made
    assert stat.S_IMODE((tmp_path / EMBEDDED_SIGNING_KEY_FILE).stat().st_mode) == 0o600
    assert checkpoint_folder(settings) == tmp_path / "checkpoints"


def test_with_a_database_of_ones_own_nothing_is_signed_until_a_key_is_set(tmp_path: Path) -> None:
    assert not signing_keys(Settings(**EXTERNAL, data_dir=tmp_path))
    assert checkpoint_folder(Settings(**EXTERNAL, data_dir=tmp_path)) is None
    assert signing_keys(Settings(**EXTERNAL, signing_keys=SecretStr(new_signing_key())))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "said",
    [
        {"signing_keys": SecretStr("c2hvcnQ=")},
        {"checkpoint_origin": "two words"},
        {"checkpoint_origin": "one+two"},
        {"witness_keys": ("nonsense",)},
        {"witness_keys": (KEYS.public(uuid4())[0].text,)},
    ],
)
def test_settings_that_make_no_sense_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**EXTERNAL, **said)


async def test_the_process_that_follows_the_log_signs_it(system: System, counselor: Caller) -> None:
    await system.recorder.record(counselor, uuid4(), [draft(registered())], new_client=True)

    async with projecting(system), asyncio.timeout(20):
        kept = None
        while kept is None:
            await asyncio.sleep(0.02)
            try:
                kept = await system.checkpoints.latest(counselor.organization_id)
            except NoCheckpoint:
                continue

    keys = system.signing_keys.public(counselor.organization_id)
    assert open_checkpoint(kept.note, keys, origin=f"clinic.example/{counselor.organization_id}").size == 1
