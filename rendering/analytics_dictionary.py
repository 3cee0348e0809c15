"""The data dictionary of analysts' views, as a page of docs/, as a page of its own, and as JSON."""

import json
from typing import Final

from analytics.dictionary import DICTIONARY, DescribedView
from rendering.html import page as html_page

_HEAD: Final = """# The views for analysts

Made by `make pages` from the declarations in `analytics/views/`; a test compares it. `care-timeline analytics
dictionary` prints the same as HTML or JSON, exports have it in their files, and PostgreSQL as comments.

Views lie in the schema `analytics`. Their names and columns stay when a projection's version changes. Every `uuid` but
`organization_id` is a pseudonym: the same thing has the same in all views of one analyst, or of one export. Moments are
in UTC. Nothing that anybody said in their own words is here.
"""


def markdown() -> str:
    """The page of docs/."""
    return "\n".join([_HEAD, *map(_section, DICTIONARY)])


def html() -> str:
    """A page of its own."""
    return html_page("analytics_dictionary.html", views=DICTIONARY)


def json_text() -> str:
    """A list of views, each with its columns."""
    told = [{**view._asdict(), "columns": [each._asdict() for each in view.columns]} for view in DICTIONARY]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _section(view: DescribedView) -> str:
    rows = "\n".join(f"| `{each.name}` | {each.type} | {_cell(each.meaning)} |" for each in view.columns)
    order = ", ".join(f"`{each}`" for each in view.key)
    month = f" Exports are divided by the month of `{view.month}`." if view.month else ""
    table = f"| column | type | what it means |\n|---|---|---|\n{rows}"
    return f"## `{view.name}`\n\n{view.meaning}\n\nIn order of {order}.{month}\n\n{table}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
