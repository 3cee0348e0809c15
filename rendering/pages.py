"""The pages of docs/ that are made from the code: `make pages` writes them."""

from collections.abc import Mapping
from pathlib import Path

from rendering import event_catalogue, rows_of_care


def pages(root: Path) -> Mapping[Path, str]:
    """The text of each page, by its path in the project's folder `root`."""
    tests = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in (root / "tests").rglob("test_*.py")}
    return {
        root / "docs" / "events.md": event_catalogue.page(),
        root / "docs" / "rows-of-care.md": rows_of_care.page(dict(sorted(tests.items()))),
    }


if __name__ == "__main__":
    for path, text in pages(Path.cwd()).items():
        path.write_text(text.rstrip() + "\n", "utf-8")
