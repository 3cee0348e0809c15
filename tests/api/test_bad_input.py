"""Input that is not what it should be: a problem that says which field and why, and nothing is recorded."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from service.api.field_errors import MOST_ERRORS
from tests.api.clinic import GOAL, REGISTERED, SESSION, Clinic, Json, errors_in, events_of, problem_in, recording

SECRET = "Wednesday at the harbour"
"""Stands for words about a client: no problem may quote it."""


def body(**said: Json) -> bytes:
    """A check-in with these fields, as JSON text."""
    return json.dumps(recording({"type": "check_in_received", "channel": "app", "words": SECRET, **said})).encode()


def told(**said: Json) -> bytes:
    """A recording with these fields instead of its own."""
    return json.dumps({**recording(SESSION), **said}).encode()


SOUND = body()

UNREADABLE = [
    pytest.param(b"", "", "body_given", id="empty"),
    pytest.param(b"  \n", "", "body_given", id="blank"),
    pytest.param(SOUND[:-1], "", "json", id="cut short"),
    pytest.param(b"\xef\xbb\xbf" + SOUND, "", "json", id="byte order mark"),
    pytest.param(SOUND.replace(b"harbour", b"harb\xffur"), "", "utf8", id="not UTF-8"),
    pytest.param(SOUND.replace(b"harbour", b"harb\xed\xa0\x80ur"), "", "utf8", id="surrogate as bytes"),
    pytest.param(SOUND.replace(b"harbour", b"harb\x00ur"), "", "json", id="raw NUL"),
    pytest.param(body(words=f"{SECRET}\0"), "event.words", "fit_text", id="escaped NUL"),
    pytest.param(body(words=f"{SECRET}\ud83d"), "event.words", "fit_text", id="lone surrogate"),
    pytest.param(body(**{"Wednes\0day": 1}), "event.(unnamed)", "fit_text", id="NUL in a name"),
    pytest.param(body(sleep_hours=float("nan")), "event.sleep_hours", "fit_number", id="NaN"),
    pytest.param(body(sleep_hours=float("-inf")), "event.sleep_hours", "fit_number", id="Infinity"),
    pytest.param(SOUND.replace(b'"app"', b'"app", "craving": 1e999'), "event.craving", "fit_number", id="1e999"),
    pytest.param(
        SOUND.replace(b'"app"', b'"app", "craving": ' + b"9" * 5_000), "event.craving", "fit_number", id="huge"
    ),
    pytest.param(SOUND.replace(b'"app"', b'"app", "channel": "text"'), "event.channel", "field_once", id="twice"),
    pytest.param(b'{"event": ' * 40 + b"1" + b"}" * 40, ".".join(["event"] * 32), "not_too_deep", id="deep objects"),
    pytest.param(b"[" * 100_000, "", "not_too_deep", id="very deep lists"),
    pytest.param(b"[" + b"1," * 30_000 + b"1]", "", "not_too_many_values", id="many values"),
]


@pytest.mark.parametrize(("sent", "field", "rule"), UNREADABLE)
async def test_a_body_without_one_meaning_is_refused(clinic: Clinic, sent: bytes, field: str, rule: str) -> None:
    client = await clinic.client()

    answer = await send(clinic, client, sent)

    assert (field, rule) in errors_in(answer, "malformed-body")
    await nothing_happened(clinic, client, answer.text)


INVALID = [
    pytest.param(b"17", "", "model_type", id="not an object"),
    pytest.param(b"[]", "", "too_short", id="empty list"),
    pytest.param(b"[" + b",".join([told()] * 101) + b"]", "", "too_long", id="long list"),
    pytest.param(b"{}", "event", "missing", id="no event"),
    pytest.param(told(event={}), "event", "union_tag_not_found", id="no type"),
    pytest.param(told(event={"type": SECRET}), "event", "union_tag_invalid", id="unknown type"),
    pytest.param(told(nmae=1), "nmae", "extra_forbidden", id="unknown field"),
    pytest.param(body(**{SECRET: 1}), "event.(unnamed)", "extra_forbidden", id="unknown field that quotes"),
    pytest.param(told(event={**SESSION, "kind": SECRET}), "event.kind", "enum", id="no such term"),
    pytest.param(told(event={**GOAL, "description": "  "}), "event.description", "string_too_short", id="blank text"),
    pytest.param(body(words="x" * 20_001), "event.words", "string_too_long", id="long text"),
    pytest.param(body(craving=11), "event.craving", "less_than_equal", id="off the scale"),
    pytest.param(body(craving="7"), "event.craving", "int_type", id="number as text"),
    pytest.param(body(craving=True), "event.craving", "int_type", id="truth as number"),
    pytest.param(told(id=SECRET), "id", "uuid_parsing", id="no UUID"),
    pytest.param(told(id="{0b8f4c1e-7d52-4a63-9e0a-5c3d2f1b6a90}"), "id", "uuid_parsing", id="UUID in braces"),
    pytest.param(
        told(causation_id="urn:uuid:7d0e2f4a-93b1-4c86-8a55-1f2e3d4c5b6a"),
        "causation_id",
        "uuid_parsing",
        id="UUID as a URN",
    ),
    pytest.param(
        told(event={"type": "goal_measured", "goal": f"{{{uuid4()}}}", "value": 1}),
        "event.goal",
        "uuid_parsing",
        id="reference in braces",
    ),
    pytest.param(body(words=f"{SECRET}\x1b[2J"), "event.words", "no_control_characters", id="terminal escape"),
    pytest.param(body(words=f"{SECRET}\x9b2J"), "event.words", "no_control_characters", id="C1 control"),
    pytest.param(
        told(event={**REGISTERED, "name": "\u202e\u200b"}), "event.name", "visible_text", id="name that is not seen"
    ),
    pytest.param(
        told(event={**REGISTERED, "time_zone": "posixrules"}), "event.time_zone", "valid_value", id="host's time zone"
    ),
    pytest.param(told(source="supervisor/ana"), "source", "no_slash", id="source like a person"),
    pytest.param(told(source="Text Line"), "source", "string_pattern_mismatch", id="no slug"),
    pytest.param(told(occurred_at="2026-03-02T15:00:00"), "occurred_at", "timezone_aware", id="no zone"),
    pytest.param(
        told(occurred_at="2026-03-02T15:00:00.123456789Z"), "occurred_at", "moment_in_microseconds", id="nanoseconds"
    ),
    pytest.param(told(occurred_at="2026-03-02"), "occurred_at", "moment", id="only a date"),
    pytest.param(told(occurred_at="1772463600"), "occurred_at", "moment", id="seconds as text"),
    pytest.param(told(occurred_at=1772463600), "occurred_at", "moment", id="seconds"),
    pytest.param(told(occurred_at="2026-02-30T15:00:00Z"), "occurred_at", "moment", id="no such day"),
    pytest.param(told(occurred_at="0001-01-01T00:00:00+14:00"), "occurred_at", "moment_in_range", id="before time"),
    pytest.param(told(occurred_at="9999-12-31T23:59:59-14:00"), "occurred_at", "moment_in_range", id="after time"),
    pytest.param(
        b"[" + told() + b"," + told(event={**GOAL, "category": SECRET}) + b"]",
        "[1].event.category",
        "enum",
        id="second of a list",
    ),
    pytest.param(
        told(
            event={"type": "entry_corrected", "entry": str(uuid4()), "reason": "other", "replacement": {**GOAL, "a": 1}}
        ),
        "event.replacement.a",
        "extra_forbidden",
        id="inside a replacement",
    ),
]


@pytest.mark.parametrize(("sent", "field", "rule"), INVALID)
async def test_fields_of_the_wrong_form_are_refused(clinic: Clinic, sent: bytes, field: str, rule: str) -> None:
    client = await clinic.client()

    answer = await send(clinic, client, sent)

    assert (field, rule) in errors_in(answer, "invalid-input")
    await nothing_happened(clinic, client, answer.text)


TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
UNKNOWN = str(uuid4())

FORBIDDEN = [
    pytest.param(told(occurred_at=TOMORROW), "occurred_at", "not_in_the_future", id="future"),
    pytest.param(
        told(event={"type": "goal_measured", "goal": UNKNOWN, "value": 1}),
        "event.goal",
        "refers_to_known_entry",
        id="unknown reference",
    ),
    pytest.param(
        b"[" + told() + b"," + told(event=REGISTERED) + b"]",
        "[1]",
        "client_registered_once",
        id="registered a second time",
    ),
    pytest.param(
        told(event={"type": "entry_corrected", "entry": UNKNOWN, "reason": "wrong_time", "occurred_at": TOMORROW}),
        "event.occurred_at",
        "not_in_the_future",
        id="corrected into the future",
    ),
]


@pytest.mark.parametrize(("sent", "field", "rule"), FORBIDDEN)
async def test_what_a_rule_of_care_forbids_is_refused(clinic: Clinic, sent: bytes, field: str, rule: str) -> None:
    client = await clinic.client()

    answer = await send(clinic, client, sent)

    assert (field, rule) in errors_in(answer, "refused")
    await nothing_happened(clinic, client, answer.text)


async def test_a_new_client_is_told_the_place_in_its_list(clinic: Clinic) -> None:
    answer = await clinic.create(recording(SESSION), recording(REGISTERED, at=TOMORROW))

    found = errors_in(answer, "refused")
    assert found == {("events[0]", "opens_with_registration"), ("events[1].occurred_at", "not_in_the_future")}


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_one_megabyte_is_refused(clinic: Clinic, chunked: bool) -> None:
    client = await clinic.client()
    large = body(words=SECRET) + b" " * 1_000_000

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    answer = await send(clinic, client, chunks() if chunked else large)

    assert errors_in(answer, "body-too-large") == {("", "at_most_1_mb")}
    await nothing_happened(clinic, client, answer.text)


async def test_a_body_of_one_megabyte_is_read(clinic: Clinic) -> None:
    client = await clinic.client()

    answer = await send(clinic, client, SOUND + b" " * (1_000_000 - len(SOUND)))

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"Content-Type": "text/plain"}, "Content-Type"),
        ({"Content-Type": ""}, "Content-Type"),
        ({"Content-Type": "application/json; charset=latin-1"}, "Content-Type"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "Content-Encoding"),
    ],
)
async def test_a_body_that_is_not_json_is_refused(clinic: Clinic, headers: dict[str, str], field: str) -> None:
    client = await clinic.client()

    answer = await clinic.request("POST", events_of(client), content=SOUND, headers=headers)

    assert {found for found, _ in errors_in(answer, "unsupported-media-type")} == {field}
    await nothing_happened(clinic, client, answer.text)


async def test_the_charset_may_be_said(clinic: Clinic) -> None:
    client = await clinic.client()
    headers = {"Content-Type": 'application/json; charset="UTF-8"'}

    answer = await clinic.request("POST", events_of(client), content=SOUND, headers=headers)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("If-Match", "1"),
        ("If-Match", 'W/"1"'),
        ("If-Match", '"1", "2"'),
        ("If-Match", "*"),
        ("If-Match", '"01"'),
        ("If-Match", ""),
        ("Idempotency-Key", ""),
        ("Idempotency-Key", "two words"),
        ("Idempotency-Key", "x" * 201),
    ],
)
async def test_headers_of_the_wrong_form_are_refused(clinic: Clinic, header: str, value: str) -> None:
    client = await clinic.client()

    answer = await clinic.record(client, recording(SESSION), headers={header: value})

    assert {field for field, _ in errors_in(answer, "malformed-header")} == {header}
    await nothing_happened(clinic, client, answer.text)


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("as_off=2026-03-01T00:00:00Z", "as_off", "extra_forbidden"),
        ("as_of=2026-03-01T00:00:00Z&as_of=2026-03-02T00:00:00Z", "as_of", "parameter_once"),
        ("as_of=2026-03-01T00:00:00", "as_of", "timezone_aware"),
        ("as_of=2026-03-01T00:00:00+01:00", "as_of", "plus_in_query"),
        ("known_at=yesterday", "known_at", "moment"),
        ("known_at=", "known_at", "moment"),
        ("known_at=%00", "known_at", "moment"),
        ("limit=0", "limit", "greater_than_equal"),
        ("limit=1001", "limit", "less_than_equal"),
        ("after=-1", "after", "greater_than_equal"),
        ("after=x", "after", "int_parsing"),
        ("order=sideways", "order", "enum"),
    ],
)
async def test_queries_of_the_wrong_form_are_refused(clinic: Clinic, query: str, field: str, rule: str) -> None:
    client = await clinic.client()

    answer = await clinic.request("GET", f"{events_of(client)}?{query}")

    assert errors_in(answer, "invalid-input") == {(field, rule)}


async def test_an_operation_without_a_query_takes_none(clinic: Clinic) -> None:
    client = await clinic.client()

    answer = await clinic.request("POST", f"{events_of(client)}?dry_run=true", content=SOUND)

    assert errors_in(answer, "invalid-input") == {("dry_run", "extra_forbidden")}


@pytest.mark.parametrize(
    "said", ["1", "urn:uuid:0b8f4c1e-7d52-4a63-9e0a-5c3d2f1b6a90", "0b8f4c1e7d524a639e0a5c3d2f1b6a90"]
)
async def test_ids_in_the_path_are_uuids(clinic: Clinic, said: str) -> None:
    answer = await clinic.get(events_of(said))

    assert errors_in(answer, "invalid-input") == {("client_id", "uuid")}


async def test_many_errors_are_told_in_part(clinic: Clinic) -> None:
    client = await clinic.client()

    answer = await clinic.record(client, *([recording({"type": "goal_set"})] * 60))

    assert len(problem_in(answer, "invalid-input").errors) == MOST_ERRORS


async def send(clinic: Clinic, client: str, content: bytes | AsyncIterator[bytes]) -> Json:
    headers = {"Content-Type": "application/json"}
    return await clinic.request("POST", events_of(client), content=content, headers=headers)


async def nothing_happened(clinic: Clinic, client: str, told: str) -> None:
    """Nothing but the registration is recorded, and the problem did not quote what was sent."""
    assert "harb" not in told
    assert await clinic.versions(client) == [1]
