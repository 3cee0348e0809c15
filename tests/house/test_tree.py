"""What no file of the project may hold: a package registry's address, a path of a builder's machine, a word that hurts.

What is looked for is put together from halves here, so that this file may be looked through like every other.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MADE = {".git", ".venv", ".demo", ".hypothesis", ".schemathesis", "build", "dist", "__pycache__"}

REGISTRIES = re.compile(
    "|".join(
        (
            *(r"pypi\." + "org", "pythonhosted" + r"\.org", r"npmjs\." + "org", r"deb\." + r"debian\.org"),
            *("--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "file:" + "//"),
        )
    ),
    re.IGNORECASE,
)

MACHINE = re.compile(r"(?<![\w.~-])/(?:" + "|".join(("ro" + "ot", "wo" + "rk", "tmp/" + "w", "home/" + r"\w+")) + ")/")

HURTING = re.compile(
    r"(?<![a-z])(?:"
    + "|".join(
        (
            "ab" + r"us(?:e|es|ed|er|ers|ing|ive)",
            "add" + r"ict(?:s|ed)?",
            "cle" + r"an(?:s|ed|er|ers|ing|ly|up)?",
            "un" + "cle" + "an",
            "dir" + "ty",
            "jun" + "kies?",
            "alco" + "holics?",
        )
    )
    + r")(?![a-z])",
    re.IGNORECASE,
)


def texts() -> Iterator[tuple[Path, str]]:
    """Every file of the project with its text; what make and the tools leave behind is passed over."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if MADE & set(parts) or any(part.endswith("_cache") for part in parts):
            continue
        if path.is_file():
            yield path, path.read_text(encoding="utf-8", errors="ignore")


def findings(pattern: re.Pattern[str], text: str) -> list[str]:
    """Each place where the text holds the pattern, as `line: what was found`."""
    return [
        f"{number}: {match.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in pattern.finditer(line)
    ]


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        pytest.param(REGISTRIES, "Leave the registry to the reader's own settings", id="registry"),
        pytest.param(MACHINE, "Name a path relative to the repository", id="machine"),
        pytest.param(HURTING, "Use person-first words, and “tidy” or “intact” for code", id="words"),
    ],
)
def test_no_file_holds_it(pattern: re.Pattern[str], instead: str) -> None:
    found = [f"{path.relative_to(ROOT)}:{finding}" for path, text in texts() for finding in findings(pattern, text)]

    assert not found, f"{instead}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRIES, "https://files.python" + "hosted.org/packages"),
        (REGISTRIES, "--index" + "-url somewhere"),
        (MACHINE, "cd /ro" + "ot/project"),
        (HURTING, "he stayed cle" + "an"),
        (HURTING, "substance_ab" + "use"),
        (HURTING, "the record is Dir" + "ty"),
    ],
)
def test_each_pattern_finds_what_it_is_for(pattern: re.Pattern[str], text: str) -> None:
    assert findings(pattern, text)


@pytest.mark.parametrize("text", ["self.addCleanup(stop)", "docs/root/page", "addiction medicine"])
def test_words_that_only_look_alike_are_left_alone(text: str) -> None:
    assert not [finding for pattern in (REGISTRIES, MACHINE, HURTING) for finding in findings(pattern, text)]


@pytest.mark.parametrize("lock", ["runtime", "build", "client", "development"])
def test_every_locked_package_has_one_version_and_its_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=[a-z])", text.strip())

    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9.\[\]_-]+==[\w.]+ (;[^\\]+)?\\\n", requirement), requirement.splitlines()[0]
        assert "--hash=sha256:" in requirement
    assert "/" not in re.sub(r"#.*", "", text), "a path or an address"
