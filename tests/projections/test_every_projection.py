"""What holds for every projection in the catalogue, whatever is recorded about a client, and in whatever order."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Double, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from domain.events.record import EntryCorrected, EntryRetracted
from projections.catalogue import PROJECTIONS
from projections.context import TELL_THE_TIME_ZONE
from projections.dictionary import dictionary
from projections.projection import Projection
from projections.rows import Changes, Row, Rows, difference
from tests.builders import POLICY, History, fold, folded
from tests.strategies import WORDS, histories

every_projection = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)

MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

CODED = re.compile(r"[a-z0-9_]{1,64}|\d\.\d|[0-9A-Z][A-Z-]{0,7}")
ZONES = available_timezones()
PYTHON = {Uuid: UUID, DateTime: datetime, Date: date, Text: str, Boolean: bool, Integer: int, Double: float}


def cells(rows: Rows) -> Iterator[tuple[Column[Any], Any]]:
    """Every value of the rows with its column; each element of an array by itself."""
    for table, found in rows.items():
        columns = [column for column in table.columns if column.name not in {"organization_id", "client_id"}]
        for row in found:
            assert len(row) == len(columns), table.name
            for column, value in zip(columns, row, strict=True):
                if isinstance(column.type, ARRAY) and value is not None:
                    yield from ((column, each) for each in value)
                else:
                    yield column, value


@given(histories())
def test_a_state_comes_back_as_it_was_saved(history: History) -> None:
    for projection in PROJECTIONS:
        state = folded(projection, history)
        saved = projection.save(state)

        assert projection.load(saved) == state
        assert projection.save(projection.load(saved)) == saved, "what nobody read is saved as it was"


@given(histories(), st.data())
def test_a_fold_goes_on_from_a_saved_state_as_from_one_in_memory(history: History, data: st.DataObject) -> None:
    entries = history.effective()
    place = data.draw(st.integers(0, len(entries)))
    for projection in PROJECTIONS:
        before = fold(projection, entries[:place])
        loaded = projection.load(projection.save(before))
        after, on = before, loaded
        for entry in entries[place:]:
            after, on = (projection.apply(state, entry, POLICY) for state in (after, on))

        assert unordered(projection.changes(loaded, on)) == unordered(projection.changes(before, after))
        assert projection.load(projection.save(on)) == after


@given(histories())
def test_rows_hold_coded_terms_and_never_free_text(history: History) -> None:
    for projection in PROJECTIONS:
        for column, value in cells(projection.rows(folded(projection, history))):
            if isinstance(value, str):
                assert CODED.fullmatch(value) or value in ZONES, column
                assert value not in WORDS


@given(histories())
def test_rows_fit_their_tables(history: History) -> None:
    for projection in PROJECTIONS:
        rows = projection.rows(folded(projection, history))

        assert rows.keys() <= set(projection.tables)
        for column, value in cells(rows):
            of_element = column.type.item_type if isinstance(column.type, ARRAY) else column.type
            if value is None:
                assert column.nullable, column
            else:
                kind = next(python for sql, python in PYTHON.items() if type(of_element) is sql)
                assert type(value) is kind or (kind is str and isinstance(value, str)), column
                assert not isinstance(value, datetime) or value.utcoffset() == UTC.utcoffset(None), column
        for table, found in rows.items():
            length = len(table.primary_key.columns) - 2
            assert len({row[:length] for row in found}) == len(found), table.name


@given(histories(), st.data())
def test_no_order_and_no_missing_entry_stops_a_fold(history: History, data: st.DataObject) -> None:
    entries = data.draw(st.lists(st.sampled_from(history.effective() or history.entries), max_size=12))
    for projection in PROJECTIONS:
        state = fold(projection, entries)

        assert projection.rows(state) == projection.rows(fold(projection, entries))
        projection.answer(state, history.last_recorded, POLICY)


@given(histories(), MOMENTS, MOMENTS)
def test_what_was_shown_at_a_time_is_shown_for_that_time_for_ever(
    history: History, known_at: datetime, as_of: datetime
) -> None:
    then = [entry for entry in history.entries if entry.recorded_at <= known_at]
    for projection in PROJECTIONS:
        shown_then = projection.answer(fold(projection, projection.timeline(then, as_of=as_of).entries), as_of, POLICY)

        now = folded(projection, history, as_of=as_of, known_at=known_at)
        assert projection.answer(now, as_of, POLICY) == shown_then


@given(histories())
def test_an_entry_at_the_end_gives_incrementally_what_a_refold_gives(history: History) -> None:
    for known in range(1, len(history.entries)):
        newest = history.entries[known]
        if isinstance(newest.event, EntryCorrected | EntryRetracted) or newest.event.type in TELL_THE_TIME_ZONE:
            continue
        for projection in PROJECTIONS:
            before = projection.timeline(history.entries[:known])
            if before.until is not None and newest.occurred_at < before.until:
                continue
            incremental = projection.apply(fold(projection, before.entries), newest, POLICY)
            refolded = fold(projection, projection.timeline(history.entries[: known + 1]).entries)
            assert incremental == refolded
            assert projection.rows(incremental) == projection.rows(refolded)


@given(histories(), st.data())
def test_changes_are_the_difference_of_all_rows_whatever_came_between(history: History, data: st.DataObject) -> None:
    """Late entries and corrections among it: both states are folded from the beginning, and share no element."""
    versions = st.integers(0, len(history.entries))
    earlier, later = (history.entries[: data.draw(versions)] for _ in range(2))
    for projection in PROJECTIONS:
        before, after = (fold(projection, projection.timeline(each).entries) for each in (earlier, later))

        assert unordered(projection.changes(before, after)) == unordered(
            difference(projection.rows(before), projection.rows(after))
        )


@given(histories())
def test_changes_from_entry_to_entry_are_the_difference_of_all_rows(history: History) -> None:
    """Each state is folded from the one before, and shares with it what did not change."""
    for projection in PROJECTIONS:
        before = projection.begin()
        for entry in projection.timeline(history.entries).entries:
            after = projection.apply(before, entry, POLICY)

            assert unordered(projection.changes(before, after)) == unordered(
                difference(projection.rows(before), projection.rows(after))
            )
            before = after


def unordered(changes: Changes) -> dict[str, tuple[set[Row], set[Row]]]:
    """What is written and deleted, by the names of the tables."""
    return {table.name: (set(each.written), set(each.deleted)) for table, each in changes.items()}


@every_projection
def test_it_sees_what_it_handles_and_nothing_changes_by_itself(projection: Projection[Any]) -> None:
    assert projection.changes(projection.begin(), projection.begin()) == {}
    assert {event_class.model_fields["type"].default for event_class in projection.handles} <= projection.relevant


@given(histories())
def test_a_fold_needs_to_see_only_what_is_relevant_to_it(history: History) -> None:
    for projection in PROJECTIONS:
        relevant = [
            entry
            for entry in history.entries
            if entry.event.type in projection.relevant or isinstance(entry.event, EntryCorrected | EntryRetracted)
        ]

        assert fold(projection, projection.timeline(relevant).entries) == folded(projection, history)


@given(histories(), MOMENTS)
def test_every_answer_is_in_utc_and_names_only_entries_that_stand(history: History, at: datetime) -> None:
    standing = {entry.id for entry in history.entries if not history.retracted(entry.id)}
    for projection in PROJECTIONS:
        answer = projection.answer(folded(projection, history), at, POLICY).model_dump()
        for name, value in leaves(answer):
            if isinstance(value, UUID) and name.endswith("event_id"):
                assert value in standing, name
            if isinstance(value, datetime):
                assert value.utcoffset() == UTC.utcoffset(None), name


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, value


@every_projection
def test_analysts_find_a_comment_on_every_table_and_column(projection: Projection[Any]) -> None:
    for table in projection.tables:
        assert table.comment, table.name
        assert not [column.name for column in table.columns if not column.comment], table.name


@every_projection
def test_tables_and_columns_need_no_quotes_in_sql(projection: Projection[Any]) -> None:
    for table in projection.tables:
        assert not {table.name, *table.columns.keys()} & RESERVED_WORDS, table.name


def test_the_data_dictionary_tells_every_column_of_every_table() -> None:
    told = list(dictionary(PROJECTIONS))

    tables = [table for projection in PROJECTIONS for table in projection.tables]
    assert {(each.table, each.column) for each in told} == {
        (table.name, column.name) for table in tables for column in table.columns
    }
    assert ("care_plan_consent", "scope", "text[]", "What may be disclosed.", False) in told


@every_projection
def test_the_api_describes_every_field_of_an_answer(projection: Projection[Any]) -> None:
    answer = type(projection.answer(projection.begin(), datetime(2026, 3, 1, tzinfo=UTC), POLICY))
    own = {
        name: schema
        for name, schema in answer.model_json_schema()["$defs"].items()
        if name.endswith("Answer") or name == "Track"
    }

    for name, schema in {answer.__name__: answer.model_json_schema(), **own}.items():
        assert schema["description"], name
        assert not [field for field, said in schema["properties"].items() if "description" not in said], name
