"""The Python client, generated from the API's description as it is now."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def generated() -> Path:
    """Generate it where that is due, as `make test` does before; the folder that Python finds it in."""
    subprocess.run(["make", "-s", "build/client/generated", f"PYTHON={sys.executable}"], cwd=ROOT, check=True)
    return ROOT / "clients" / "python" / "src"
