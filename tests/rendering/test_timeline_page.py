"""The timeline as a page: every entry, and what it says only where that is to be told."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.entry import Entry
from rendering import Formatting
from rendering.formatting import places
from rendering.timeline import timeline_page
from tests.builders import CLIENT, History, goal_set, registered
from tests.rendering.reading_pages import addresses, said

NOW = datetime(2026, 4, 2, 3, tzinfo=UTC)


def page(entries: list[Entry], *, with_contents: bool) -> str:
    fmt = Formatting(ZoneInfo("America/Chicago"), places(entries, CLIENT), 2026)
    return timeline_page("8f0e4c52", entries, fmt, NOW, with_contents=with_contents)


def test_every_entry_is_told_and_its_contents_only_where_asked() -> None:
    history = History()
    history.add(registered(), at="2026-03-01T15:00Z")
    first = history.add(goal_set(description="Sleep <b>through</b> the night"), at="2026-03-02T15:00Z")
    history.retract(first)

    sealed, told = (said(page(history.entries, with_contents=each)) for each in (False, True))

    for words in ("#1 client registered", "#2 goal set", "Mon 2 Mar 2026 09:00:00 CST", "It does not count any more"):
        assert words in sealed
        assert words in told
    assert "What the entries say is not told here." in sealed
    assert "Sleep" not in sealed
    assert "Sleep <b>through</b> the night" in told


def test_a_page_points_nowhere() -> None:
    assert addresses(page([], with_contents=True)) == []
