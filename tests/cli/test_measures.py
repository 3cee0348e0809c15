"""care-timeline analytics measures: figures as they are, and as they stood."""

import json
from pathlib import Path
from uuid import uuid4

from domain.policy import Policy
from service.access.caller import Caller, operator
from service.bootstrap import System
from tests.builders import missed, registered, session
from tests.cli.command import Command
from tests.system import draft, follow


async def test_figures_are_shown_as_they_are_and_as_they_stood_and_small_cells_are_hidden(
    command: Command, system: System, counselor: Caller, tmp_path: Path
) -> None:
    measures = ("analytics", "measures", "attendance", "--by", "all", "-o", counselor.organization_id)
    client_id = uuid4()
    await system.recorder.record(counselor, client_id, [draft(registered()), draft(session())], new_client=True)
    await follow(system, counselor.organization_id)
    said = await command(*measures)
    assert (said.code, said.out.split()[-4:]) == (0, ["all", "hidden", "hidden", "hidden"]), said.err
    assert "As known at position 2" in said.err

    policy = Policy.model_validate({"analytics": {"smallest_cell": 1}})
    await system.policy_adopter.adopt(operator(counselor.organization_id), policy)
    await system.recorder.record(counselor, client_id, [draft(missed()), draft(session())])
    await follow(system, counselor.organization_id)
    now = json.loads((await command(*measures, "--json")).out)
    other = tmp_path / "other.toml"
    other.write_text("[crisis]\nattempts_before_not_reached = 5\n")
    then = json.loads((await command(*measures, "--json", "--as-known-at", 2, "--policy", other)).out)
    for told, position, cases, by in ((now, 5, 3, "adopted"), (then, 2, 1, "other")):
        (attendance,) = told["measures"]
        whole = attendance["figures"][-1]
        assert (told["position"], told["policy"]) == (position, by)
        assert (attendance["measure"]["name"], attendance["measure"]["version"]) == ("attendance", 1)
        assert (whole["period"], whole["group"], whole["cases"], whole["people"]) == ("all", None, cases, 1)

    every = await command("analytics", "measures", "-o", counselor.organization_id)
    assert ("66.7% (2)" in every.out, "time_in_care" in every.out) == (True, True)


async def test_what_is_not_understood_is_said(command: Command, counselor: Caller) -> None:
    for wrong, why in (
        (("happiness",), "There is no measure happiness; there are retention_30"),
        (("attendance", "--by", "week"), "There are figures by month, quarter, year, all"),
        (("--as-known-at", 3, "--at", "2026-03-01T12:00Z"), "not both"),
    ):
        said = await command("analytics", "measures", *wrong)
        assert (said.code, why in " ".join(said.err.split()).replace("│ ", "")) == (2, True), said.err
    refused = await command("analytics", "measures", "--as-known-at", 999, "-o", counselor.organization_id)
    assert (refused.code, "There is no event at position 999" in refused.err) == (1, True)
