"""The example of a Citus cluster says to every node what the service needs of it, and carries no secret."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "deploy" / "citus" / "compose.yaml").read_text(encoding="utf-8")


def test_every_node_passes_settings_on_and_takes_tables_with_triggers() -> None:
    node = COMPOSE.partition("x-node:")[2].partition("x-care-timeline:")[0]

    assert "-ccitus.propagate_set_commands=local" in node
    assert "-ccitus.enable_unsafe_triggers=on" in node
    for name in ("coordinator", "worker-1", "worker-2"):
        service = COMPOSE.partition(f"\n  {name}:\n")[2].partition("\n\n")[0]
        assert "<<: *node" in service, name
        assert "../roles.sql" in service, name
        assert "./node.sql" in service, name


def test_tables_are_distributed_before_the_service_starts() -> None:
    assert "command: [migrate, --distribute]" in COMPOSE
    assert COMPOSE.index("cluster: {condition: service_completed_successfully}") < COMPOSE.index(
        "migrate: {condition: service_completed_successfully}"
    )


def test_it_refuses_to_start_until_every_secret_is_set() -> None:
    variables = re.findall(r"\$\{?\w+[^}]*\}?", COMPOSE)

    assert variables
    for variable in variables:
        assert re.fullmatch(r"\$\{\w+:\?[a-z][^}]+\}", variable), f"{variable} has a default or no message"


def test_what_it_mounts_is_there() -> None:
    for path in re.findall(r"- (\.\.?/\S+?):", COMPOSE):
        assert (ROOT / "deploy" / "citus" / path).is_file(), path
