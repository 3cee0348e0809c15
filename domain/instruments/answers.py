"""What the answers of every instrument are made of."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict


def _name_the_questions(schema: dict[str, Any]) -> None:
    """Of questions the number alone is told: most of their texts are copyrighted."""
    for name, said in schema.get("properties", {}).items():
        if name == "instrument":
            said["description"] = "The instrument."
        elif name.startswith("q"):
            said.setdefault("description", f"The answer to question {name[1:]}; left out where there is none: unknown.")


class Answers(BaseModel):
    """Answers by the numbers of their questions. The repr names the class alone: they must not slip into logs."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra=_name_the_questions,
    )

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return iter(())
