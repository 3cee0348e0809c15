"""The data dictionary: complete, and the same wherever it is told."""

import json

import asyncpg
from typer.testing import CliRunner

from analytics.dictionary import DICTIONARY
from service.cli.main import app
from service.database.embedded import DatabaseUrls

COMMENTS = """
select c.relname, a.attname, col_description(c.oid, a.attnum), format_type(a.atttypid, a.atttypmod)
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
 where c.relnamespace = 'analytics'::regnamespace and c.relkind = 'v' order by c.relname, a.attnum"""

MEANINGS = """
select relname, obj_description(oid) from pg_class where relnamespace = 'analytics'::regnamespace and relkind = 'v'"""


def test_every_view_and_column_has_a_meaning() -> None:
    for view in DICTIONARY:
        assert view.meaning.endswith("."), view.name
        assert [each.name for each in view.columns if not each.meaning] == [], view.name
        names = [each.name for each in view.columns]
        assert set(view.key) | ({view.month} if view.month else set()) <= set(names)
        assert len(names) == len(set(names))


async def test_postgresql_says_the_same_in_its_comments(database: DatabaseUrls) -> None:
    owner = await asyncpg.connect(database.owner)
    told = {tuple(each) for each in await owner.fetch(COMMENTS)}
    views = {each[0]: each[1] for each in await owner.fetch(MEANINGS)}
    await owner.close()

    assert views == {view.name: view.meaning for view in DICTIONARY}
    assert told == {(view.name, each.name, each.meaning, each.type) for view in DICTIONARY for each in view.columns}


def test_the_command_prints_it_in_each_form() -> None:
    said = {form: CliRunner().invoke(app, ["analytics", "dictionary", "--format", form]).stdout for form in FORMS}

    assert [each["name"] for each in json.loads(said["json"])] == [view.name for view in DICTIONARY]
    for view in DICTIONARY:
        assert f"## `{view.name}`" in said["md"]
        assert f'<h2 id="{view.name}">' in said["html"]


FORMS = ("md", "html", "json")
