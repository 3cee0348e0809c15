"""The stories that the demonstration offers."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from samples.commands.demo import NAMES
from samples.demo.stories import STORIES

CLIENT = UUID("5f0c7a52-6a0b-4c1e-9a57-0d3f2b9c8e11")
LONGEST = 100 - len("  make demo STORY=professional ")


def test_the_command_the_makefile_and_the_readme_name_the_stories_that_there_are() -> None:
    assert list(NAMES) == list(STORIES)
    root = Path(__file__).parents[2]
    for page in ("Makefile", "README.md"):
        assert not [name for name in NAMES if name not in (root / page).read_text("utf-8")]


@pytest.mark.parametrize("name", STORIES)
def test_every_step_of_a_story_is_told_in_words(name: str) -> None:
    story = STORIES[name].write(CLIENT, datetime(2026, 7, 1, 15, tzinfo=UTC))

    assert all(chapter.title and chapter.told for chapter in story.chapters)
    assert not [step.event.type for step in story.steps if not step.told]
    assert len({chapter.name for chapter in story.chapters}) == len(story.chapters)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_offered_in_one_line(name: str) -> None:
    assert len(STORIES[name].in_short) <= LONGEST
