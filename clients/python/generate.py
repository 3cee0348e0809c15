"""Makes `care_timeline_client.rest` from the API's description; whatever builds the package runs it first."""

import json
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

HERE = Path(__file__).resolve().parent
DESCRIPTION = HERE.parents[1] / "docs" / "openapi.json"
GENERATED = HERE / "src" / "care_timeline_client" / "rest"
STREAM = "application/x-ndjson"


class Generated(BuildHookInterface):
    """The step of the build. A source distribution carries what was generated, and not the description."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Generate, where there is a description to generate from."""
        if DESCRIPTION.exists():
            generate_client()


def generate_client() -> None:
    """Generate the package anew. Raises RuntimeError where the generator could not follow the description."""
    rmtree(GENERATED, ignore_errors=True)
    options = ConfigFile(
        package_name_override=GENERATED.name,
        literal_enums=True,  # coded terms are plain text, as in the API: channel="app"
        docstrings_on_attributes=True,
        post_hooks=[],  # nobody reads it as a file: it is not formatted
    )
    with TemporaryDirectory() as folder:
        source = Path(folder) / DESCRIPTION.name
        source.write_text(json.dumps(_without_streams(json.loads(DESCRIPTION.read_text("utf-8")))), "utf-8")
        problems = generate(
            config=Config.from_sources(
                options, MetaType.NONE, source, file_encoding="utf-8", overwrite=True, output_path=GENERATED
            )
        )
    if problems:
        raise RuntimeError("\n".join(f"{each.header}: {each.detail}" for each in problems))


def _without_streams(description: dict[str, Any]) -> dict[str, Any]:
    """The description without what takes a stream of lines, as the import does: the generator knows none."""
    for operations in description["paths"].values():
        for method in list(operations):
            if STREAM in operations[method].get("requestBody", {}).get("content", {}):
                del operations[method]
    return description


if __name__ == "__main__":
    sys.exit(generate_client())
