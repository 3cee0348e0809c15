"""What became of rows."""

from sqlalchemy import Column, Integer, MetaData, Table, Uuid

from projections.rows import TableChanges, difference

TABLE = Table(
    "held",
    MetaData(),
    Column("organization_id", Uuid, primary_key=True),
    Column("client_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("minutes", Integer),
)


def test_rows_that_only_stand_in_another_order_did_not_change() -> None:
    assert difference({TABLE: [(1, 30), (2, 45)]}, {TABLE: [(2, 45), (1, 30)]}) == {}


def test_what_is_new_or_changed_is_written_and_what_is_gone_deleted_by_its_key() -> None:
    before, after = {TABLE: [(1, 30), (2, 45), (3, 5)]}, {TABLE: [(2, 50), (4, 60), (1, 30)]}

    assert difference(before, after) == {TABLE: TableChanges([(2, 50), (4, 60)], [(3,)])}
