"""Secrets from files, as containers are handed them, and from commands, as secret stores have them."""

from pathlib import Path

import pytest
from pydantic_settings import SettingsError

from service.database.embedded import DatabaseUrls, EmbeddedPostgresError
from service.deployment_keys import key_encryption_keys, new_key_encryption_key
from service.secret_sources import SecretCommand
from service.settings import Settings
from tests.cli.command import Command

SECRET = "postgresql://someone:a-secret@127.0.0.1:1/nothing"


def test_nothing_is_read_that_the_code_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_TIMELINE_DATABASE_URL_FILE", "/nowhere")

    assert Settings(database_url=None).embedded


def test_the_embedded_mode_keeps_no_key_beside_its_data_when_another_place_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = tmp_path / "elsewhere"
    key.write_text("kek-7:" + new_key_encryption_key().partition(":")[2], encoding="ascii")
    monkeypatch.setenv("CARE_TIMELINE_KEY_ENCRYPTION_KEYS_FILE", str(key))
    settings = Settings(data_dir=tmp_path / "data")

    assert settings.embedded
    assert key_encryption_keys(settings).current == "kek-7"
    assert not settings.data_dir.exists()


def test_no_new_key_is_made_for_a_record_whose_key_is_gone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    first = key_encryption_keys(settings).current
    (tmp_path / "postgres" / "cluster").mkdir(parents=True)
    assert key_encryption_keys(settings).current == first

    (tmp_path / "key-encryption-key").unlink()

    with pytest.raises(EmbeddedPostgresError, match="Put it back, or name the file"):
        key_encryption_keys(settings)


async def test_every_secret_may_come_from_a_file_with_a_line_end(
    command: Command, database: DatabaseUrls, tmp_path: Path
) -> None:
    secrets = {
        "DATABASE_URL": database.app,
        "OWNER_DATABASE_URL": database.owner,
        "KEY_ENCRYPTION_KEYS": new_key_encryption_key(),
    }
    environment: dict[str, str | None] = {}
    for name, secret in secrets.items():
        (tmp_path / name).write_text(f"{secret}\n", encoding="utf-8")
        environment |= {name: None, f"{name}_FILE": str(tmp_path / name)}

    said = await command("organizations", "create", "Harbor", **environment)

    assert said.code == 0, said.err


async def test_a_secret_that_is_set_twice_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(SECRET, encoding="utf-8")

    said = await command("organizations", "list", DATABASE_URL_FILE=str(tmp_path / "url"))

    assert said.code == 1
    assert "CARE_TIMELINE_DATABASE_URL and CARE_TIMELINE_DATABASE_URL_FILE are both set" in said.err
    assert "secret@" not in said.err


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\n", "is empty"),
        (SECRET.encode("utf-16"), "is not text in UTF-8"),
    ],
)
async def test_a_file_that_holds_no_secret_is_named(
    command: Command, tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)

    said = await command("organizations", "list", DATABASE_URL=None, DATABASE_URL_FILE=str(file))

    assert said.code == 1
    assert f"CARE_TIMELINE_DATABASE_URL_FILE names {file}, which {complaint}" in said.err
    assert "Traceback" not in said.err


async def test_what_is_wrong_with_a_key_from_a_file_is_told_without_it(command: Command, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("kek-1:not-a-key", encoding="utf-8")

    said = await command(
        "organizations", "list", KEY_ENCRYPTION_KEYS=None, KEY_ENCRYPTION_KEYS_FILE=str(tmp_path / "keys")
    )

    assert said.code == 1
    assert "key-encryption key number 1 must read id:base64 of 32 bytes" in said.err
    assert "not-a-key" not in said.err


async def test_a_secret_may_come_from_a_command_that_no_shell_reads(
    command: Command, database: DatabaseUrls, tmp_path: Path
) -> None:
    (tmp_path / "a store").write_text(f"{database.app}\n", encoding="utf-8")

    said = await command(
        "organizations", "list", DATABASE_URL=None, DATABASE_URL_COMMAND=f"cat '{tmp_path / 'a store'}'"
    )
    refused = await command("organizations", "list", DATABASE_URL=None, DATABASE_URL_COMMAND="echo $HOME | cat")

    assert said.code == 0, said.err
    assert refused.code == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "it is empty"),
        ("cat 'x", "No closing quotation"),
        ("/nowhere/vault read", "/nowhere/vault cannot be run: No such file or directory"),
        ("false", "false ended with exit code 1"),
        ("true", "true printed nothing"),
        ("sleep 5", "sleep had not ended after 0.05 seconds"),
        ("printf '\\377'", "what printf printed is not text in UTF-8"),
    ],
)
def test_a_command_that_gives_no_secret_is_named(words: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        SecretCommand(seconds=0.05).read("CARE_TIMELINE_X_COMMAND", words)
