"""A replay as a person reads it: what each entry says, who is behind it, and what it changed, in words."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType

from domain.entry import Entry
from domain.events.counseling_notes import CounselingNoteWritten
from domain.events.kept_apart import KeptApart
from domain.policies import Policies
from domain.replacing import replace
from domain.vocabulary.record import Precision
from domain.vocabulary.substances import Substance
from projections.catalogue import PROJECTIONS
from projections.replay import Replay, Step
from rendering import Formatting
from rendering.formatting import places
from rendering.replay import replay_page, step_drawn
from rendering.timeline import timeline
from tests.builders import ADA, CLIENT, POLICY, History, check_in, crisis, intake, lapse, outreach, registered
from tests.rendering.reading_pages import said


def fmt_of(entries: Sequence[Entry]) -> Formatting:
    return Formatting(ZoneInfo("America/Chicago"), places(entries, CLIENT), 2026)


def drawn(what: RenderableType, width: int = 100) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(what)
    return captured.get()


def steps_of(history: History) -> list[Step]:
    replay = Replay(PROJECTIONS, Policies(POLICY))
    return [replay.step(entry) for entry in history.entries]


def last_step(history: History, width: int = 100) -> str:
    return drawn(step_drawn(steps_of(history)[-1], fmt_of(history.entries)), width)


def opened() -> History:
    history = History()
    history.add(registered(), at="2026-03-01T12:00Z")
    return history


def test_who_is_behind_an_entry_is_told_with_what_it_says() -> None:
    history = opened()
    history.add(check_in(craving=8), at="2026-03-02T12:00Z")
    entry = replace(history.entries[-1], recorded_by="system/ehr", on_behalf_of="counselor.ada")

    shown = drawn(step_drawn(Step(entry, entry.recorded_at, ()), fmt_of(history.entries)), 200)

    assert "by system/ehr for counselor.ada through tests" in shown
    assert "craving: 8" in shown
    assert "It changed nothing that the projections show." in shown


def test_r27_of_a_correction_of_a_counseling_note_is_told_just_what_it_is_about() -> None:
    history = opened()
    note = history.add(CounselingNoteWritten(note="Spoke of the harbour"), at="2026-03-02T12:00Z")
    entry = replace(history.entries[-1], event=KeptApart(type="entry_corrected", targets=(note,)))

    shown = drawn(step_drawn(Step(entry, entry.recorded_at, ()), fmt_of(history.entries)))

    assert "About #2. What it says is not told here." in shown


def test_where_just_the_day_is_known_that_day_is_told_and_no_hour() -> None:
    history = opened()
    history.add(lapse(Substance.ALCOHOL), at="2026-03-02", recorded="2026-03-04T12:00Z", precision=Precision.DAY)

    assert "occurred Mon 2 Mar 2026, recorded" in last_step(history)
    assert "Sun 1 Mar" not in last_step(history).splitlines()[1]
    (line,) = [
        line for line in drawn(timeline(history.entries, fmt_of(history.entries))).splitlines() if "lapse" in line
    ]
    assert "Mon 2 Mar  " in line


def test_what_an_instrument_was_answered_is_told_also_where_it_is_a_no() -> None:
    history = opened()
    history.add(crisis(cssrs={"q1": True, "q2": False}), at="2026-03-02T12:00Z")

    assert "q1 yes, q2 no" in last_step(history)
    assert "q3" not in last_step(history)


def test_what_is_asked_for_is_told_a_line_each_and_what_was_met_by_name() -> None:
    history = opened()
    needed = history.add(crisis(), at="2026-03-02T12:00Z")
    assert "crisis contact, step 2  opens at" in last_step(history)
    assert last_step(history).count("Care plan: obligation #2 added") == 1

    history.add(outreach(reached=True, crisis=needed), at="2026-03-02T15:00Z")
    assert "Care plan: obligation (crisis contact, step 1) #2 changed" in last_step(history)


def test_of_what_changed_in_a_part_the_rest_is_not_told_again() -> None:
    history = opened()
    history.add(check_in(craving=2, words="The sea was calm"), at="2026-03-02T12:00Z")
    history.add(check_in(craving=8), at="2026-03-03T12:00Z")

    changed = last_step(history).partition("Care plan: check ins changed")[2]

    assert "value 8" in changed
    assert "The sea was calm" not in changed


def test_steps_of_a_ladder_that_lie_ahead_are_counted() -> None:
    history = opened()
    last_used = {"substance": Substance.ALCOHOL, "last_used_on": date(2026, 3, 1)}
    history.add(intake(substances=(last_used,)), at="2026-03-02T12:00Z")

    assert "more that lie ahead" in last_step(history)
    assert "2036" not in last_step(history)


def test_on_a_narrow_terminal_nothing_is_cut_off() -> None:
    history = opened()
    entries = [replace(entry, recorded_by="case_manager/priya.of.the.north") for entry in history.entries]

    shown = drawn(timeline(entries, fmt_of(entries)), 60)

    assert "…" not in shown


def test_an_entry_of_a_client_who_was_merged_says_whose_it_is() -> None:
    history = opened()
    other = [replace(entry, client_id=ADA, id=ADA) for entry in history.entries]

    assert places([*history.entries, *other], CLIENT) == {history.entries[0].id: "1", ADA: "1 of ada00000"}


def test_the_page_tells_every_entry_and_what_people_wrote_is_no_markup() -> None:
    history = opened()
    history.add(check_in(words="<b>Better</b>"), at="2026-03-02T12:00Z")

    known_at = history.last_recorded
    page = replay_page("Client 12 of a clinic", steps_of(history), fmt_of(history.entries), known_at, known_at)

    assert "2 of them, as known at Mon 2 Mar 2026 06:00:00 CST" in said(page)
    assert "#1 client registered" in said(page)
    assert "words: <b>Better</b>" in said(page)
    assert "<b>" not in page
