"""The example of a Citus cluster says to every node what the service needs of it, and carries no secret."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "citus"
NODES = ("coordinator", "worker-1", "worker-2")


@pytest.fixture
def services() -> dict[str, Any]:
    """The services of the example."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


@pytest.mark.parametrize("node", NODES)
def test_every_node_passes_settings_on_and_takes_tables_with_triggers(services: dict[str, Any], node: str) -> None:
    assert "-ccitus.propagate_set_commands=local" in services[node]["command"]
    assert "-ccitus.enable_unsafe_triggers=on" in services[node]["command"]
    assert "-clog_min_error_statement=panic" in services[node]["command"]


@pytest.mark.parametrize("node", NODES)
def test_every_node_has_the_roles_and_the_extension(services: dict[str, Any], node: str) -> None:
    mounted = [volume.split(":")[0] for volume in services[node]["volumes"]]

    assert mounted[1:] == ["../roles.sql", "./node.sql"]
    assert all((FOLDER / path).is_file() for path in mounted[1:])


def test_tables_are_distributed_once_the_workers_are_known_and_before_the_service_starts(
    services: dict[str, Any],
) -> None:
    assert set(services["cluster"]["depends_on"]) == set(NODES)
    assert all(f"citus_add_node('{node}'" in services["cluster"]["command"][0] for node in NODES[1:])
    assert set(services["migrate"]["depends_on"]) == {"cluster"}
    assert services["migrate"]["command"] == ["migrate", "--distribute"]
    assert set(services["service"]["depends_on"]) == {"migrate"}


def test_every_secret_comes_from_a_file(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert name.endswith("_FILE") or name == "POSTGRES_DB", f"{name}={value}"
