"""The migrations are found in a checkout and in an installed wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.database.migrations_folder import MigrationsMissing, migrations_folder

ROOT = Path(__file__).parents[2]


def test_a_checkout_uses_its_alembic_folder() -> None:
    assert migrations_folder() == ROOT / "alembic"


def test_migrations_beside_the_module_come_first(tmp_path: Path) -> None:
    shipped, checkout = tmp_path / "shipped", tmp_path / "checkout"
    for folder in (shipped, checkout):
        folder.mkdir()
        (folder / "env.py").touch()

    assert migrations_folder((shipped, checkout)) == shipped


def test_an_installation_without_migrations_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(MigrationsMissing, match="nowhere"):
        migrations_folder((tmp_path / "nowhere", tmp_path))


def test_a_wheel_carries_every_migration_beside_the_module(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    shipped = {
        name.removeprefix("service/database/migrations/")
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("service/database/migrations/")
    }
    checkout = ROOT / "alembic"

    assert shipped == {
        str(path.relative_to(checkout))
        for path in checkout.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
