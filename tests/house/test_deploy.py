"""What is shipped for running care-timeline in containers carries no secret of its own."""

import re
from pathlib import Path

from service.settings import Settings

ROOT = Path(__file__).parents[2]


def test_compose_refuses_to_start_until_every_secret_is_set() -> None:
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    variables = re.findall(r"\$\{?\w+[^}]*\}?", compose)

    assert {"${POSTGRES_PASSWORD", "${CARE_TIMELINE_APP_PASSWORD"} <= {text.split(":")[0] for text in variables}
    for variable in variables:
        assert re.fullmatch(r"\$\{\w+:\?[a-z][^}]+\}", variable), f"{variable} has a default or no message"


def test_the_image_is_made_of_what_the_wheel_is_made_of() -> None:
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = {match.split("/")[0] for match in re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE)}

    assert copied == allowed
    assert "USER 10001:10001" in dockerfile


def test_every_setting_that_is_named_exists() -> None:
    named = {
        name
        for file in ("Dockerfile", "Makefile", "compose.yaml")
        for name in re.findall(r"CARE_TIMELINE_(\w+)(?==|:)", (ROOT / file).read_text(encoding="utf-8"))
        if not name.endswith("_PASSWORD")
    }

    assert {"DATA_DIR", "DATABASE_URL", "OWNER_DATABASE_URL", "KEY_ENCRYPTION_KEYS"} <= named
    assert {name.lower() for name in named} <= set(Settings.model_fields)
