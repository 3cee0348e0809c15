"""Whoever follows `Link` comes to every page, and to nothing else."""

import pytest

from tests.api.clinic import Clinic, events_of, recording
from tests.api.listing import ago, client_with
from tests.builders import check_in
from tests.system import follow


def linked(header: str) -> dict[str, str]:
    """The addresses by their relation."""
    found = {}
    for link in header.split(", "):
        address, _, relation = link.partition("; ")
        assert address[0] + address[-1] == "<>"
        found[relation.removeprefix('rel="').removesuffix('"')] = address[1:-1]
    return found


async def test_a_timeline_is_walked_to_its_end_and_back(clinic: Clinic) -> None:
    client = await client_with(clinic, *((check_in(craving=2), ago(days=2)) for _ in range(4)))
    path = f"{events_of(str(client))}?limit=2&as_of=2100-01-01T00:00:00%2B00:00"
    forth, back, visited = [], [], path

    while True:
        answer = await clinic.get(visited)
        forth.append([each["version"] for each in answer.json()["events"]])
        links = linked(answer.headers["link"])
        assert links["first"] == path.replace(":", "%3A")
        if "next" not in links:
            break
        visited = links["next"]
    while "prev" in links:
        answer = await clinic.get(links["prev"])
        back.append([each["version"] for each in answer.json()["events"]])
        links = linked(answer.headers["link"])

    assert forth == [[1, 2], [3, 4], [5]]
    assert back == [[3, 4], [1, 2]]


async def test_lists_are_walked_with_what_was_asked(clinic: Clinic) -> None:
    clients = {str(await client_with(clinic)) for _ in range(3)}
    await follow(clinic.system, clinic.organization_id)
    visited, found = "/v1/caseload?limit=2&in_care=false&position=3", []

    while visited:
        answer = await clinic.get(visited)
        found += [each["client_id"] for each in answer.json()["clients"]]
        links = linked(answer.headers["link"])
        assert links["first"] == "/v1/caseload?limit=2&in_care=false&position=3"
        assert ("next" in links) == (answer.json()["next"] is not None)
        visited = links.get("next", "")

    assert len(found) == 3
    assert set(found) == clients


async def test_counseling_notes_are_walked(clinic: Clinic) -> None:
    client = await clinic.client()
    note = {"type": "counseling_note_written", "note": "Went to the harbour"}
    for _ in range(3):
        assert (await clinic.record(client, recording(note))).status_code == 201

    first = await clinic.get(f"/v1/clients/{client}/counseling-notes?limit=2")
    second = await clinic.get(linked(first.headers["link"])["next"])

    assert [len(each.json()["notes"]) for each in (first, second)] == [2, 1]
    assert linked(second.headers["link"]) == {"first": f"/v1/clients/{client}/counseling-notes?limit=2"}


@pytest.mark.parametrize("path", ["/v1/worklist", "/v1/signals"])
async def test_the_only_page_is_the_first(clinic: Clinic, path: str) -> None:
    await client_with(clinic)
    await follow(clinic.system, clinic.organization_id)

    assert linked((await clinic.get(path)).headers["link"]) == {"first": path}
