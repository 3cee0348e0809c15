"""What is shipped for running care-timeline in containers: no secret of its own, and no more rights than it needs."""

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from service.database.embedded import DatabaseUrls, EmbeddedPostgres
from service.serving.stopping import GRACE_SECONDS
from service.settings import Settings

ROOT = Path(__file__).parents[2]
SECRET_FILES = {
    name.upper() + "_FILE" for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)
}


@pytest.fixture
def compose() -> dict[str, Any]:
    """What compose.yaml says."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder of secrets that the script makes."""
    folder = tmp_path / "secrets"
    subprocess.run(["sh", ROOT / "deploy" / "make-secrets.sh", folder], check=True)
    return folder


def test_every_secret_comes_from_a_file_and_none_from_the_environment(compose: dict[str, Any], secrets: Path) -> None:
    made = {file.name for file in secrets.iterdir()}

    assert {name: f"./secrets/{name}" for name in made} == {
        name: secret["file"] for name, secret in compose["secrets"].items()
    }
    for service in compose["services"].values():
        files = {value for name, value in service["environment"].items() if name.endswith("_FILE")}
        assert files == {f"/run/secrets/{name}" for name in service["secrets"]}
        for name in service["environment"]:
            assert name.endswith("_FILE") or name in {"POSTGRES_DB", "CARE_TIMELINE_CHECKPOINT_FOLDER"}, name


def test_the_secrets_that_are_made_fit_the_settings_and_stay(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database_url", "owner_database_url", "key_encryption_keys"):
        monkeypatch.setenv(f"CARE_TIMELINE_{name.upper()}_FILE", str(secrets / name))
    made = Settings()
    subprocess.run(["sh", ROOT / "deploy" / "make-secrets.sh", secrets], check=True)

    assert made == Settings()
    assert made.owner_database_url
    assert (secrets / "owner_password").read_text().strip() in made.owner_database_url.get_secret_value()
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700


def test_containers_have_no_capability_no_root_and_limits(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["pids_limit"] > 100, name
    assert compose["services"]["postgres"]["user"] == "999:999"
    assert "-cmax_connections=100" in compose["services"]["postgres"]["command"]


def test_containers_are_given_the_time_that_stopping_takes(compose: dict[str, Any]) -> None:
    assert compose["services"]["service"]["stop_grace_period"] == "1m"
    assert GRACE_SECONDS + 10 < 60


def test_images_can_be_pinned(compose: dict[str, Any]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    tag = re.findall(r"^ARG PYTHON_IMAGE=(.+)$", dockerfile, re.MULTILINE)

    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    assert compose["services"]["service"]["build"]["args"]["PYTHON_IMAGE"] == f"${{PYTHON_IMAGE:-{tag[0]}}}"
    assert compose["services"]["postgres"]["image"].startswith("${POSTGRES_IMAGE:-postgres:")


@pytest.mark.parametrize("from_files", [True, False])
def test_roles_get_the_passwords_of_files_or_of_the_environment(
    server: EmbeddedPostgres, database: DatabaseUrls, secrets: Path, from_files: bool
) -> None:
    settings, statements = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8").split("create role", 1)
    passwords = {role: (secrets / f"{role}_password").read_text().strip() for role in ("owner", "app")}
    environment = {
        f"CARE_TIMELINE_{role.upper()}_PASSWORD{'_FILE' if from_files else ''}": (
            str(secrets / f"{role}_password") if from_files else password
        )
        for role, password in passwords.items()
    }

    said = subprocess.run(
        [server.programs / "psql", "--no-psqlrc", "--quiet", database.superuser],
        input=settings + "\\echo :owner_password :app_password",
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert said.stdout.split() == [passwords["owner"], passwords["app"]]
    assert "create role care_timeline_app login password :'app_password'" in statements


def test_the_image_is_made_of_what_the_wheel_is_made_of() -> None:
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = {match.split("/")[0] for match in re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE)}

    assert copied == allowed
    assert "-r requirements/image.txt" in dockerfile
    assert "USER 10001:10001" in dockerfile


def test_every_setting_that_is_named_exists() -> None:
    named = {
        name
        for file in ("Dockerfile", "Makefile", "compose.yaml")
        for name in re.findall(r"CARE_TIMELINE_(\w+)(?==|:)", (ROOT / file).read_text(encoding="utf-8"))
        if not name.endswith(("_PASSWORD", "_PASSWORD_FILE"))
    }

    # Who backs up makes a login for it (docs/backup.md): no container has it.
    assert {"DATA_DIR"} | SECRET_FILES - {"BACKUP_DATABASE_URL_FILE"} <= named
    assert {name.lower() for name in named - SECRET_FILES} <= set(Settings.model_fields)
