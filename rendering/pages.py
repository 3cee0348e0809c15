"""The pages of docs/ that are made from the code: `make pages` writes them."""

from collections.abc import Mapping
from pathlib import Path

from rendering import analytics_dictionary, event_catalogue, measure_definitions, rows_of_care


def pages(root: Path) -> Mapping[Path, str]:
    """The text of each page, by its path in the project's folder `root`."""
    return {
        root / "docs" / "events.md": event_catalogue.page(),
        root / "docs" / "analytics-views.md": analytics_dictionary.markdown(),
        root / "docs" / "analytics-measures.md": measure_definitions.markdown(),
        root / "docs" / "rows-of-care.md": rows_of_care.page(sources_of_rows(root), sources_of_tests(root)),
    }


def sources_of_rows(root: Path) -> Mapping[str, str]:
    """The modules in which rows of care may show, by their paths: all but events and terms, which hold them."""
    found = _texts(root, "domain", "projections", "service")
    return {path: text for path, text in found.items() if not path.startswith(("domain/events/", "domain/vocabulary/"))}


def sources_of_tests(root: Path) -> Mapping[str, str]:
    """The tests, by their paths."""
    return {path: text for path, text in _texts(root, "tests").items() if path.rsplit("/", 1)[-1].startswith("test_")}


def _texts(root: Path, *folders: str) -> Mapping[str, str]:
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py") if path.name != "__init__.py")
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}


if __name__ == "__main__":
    for path, text in pages(Path.cwd()).items():
        path.write_text(text.rstrip() + "\n", "utf-8")
