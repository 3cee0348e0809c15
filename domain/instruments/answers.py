"""What the answers of every instrument are made of."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict


class Answers(BaseModel):
    """Answers by the numbers of their questions. The repr names the class alone: they must not slip into logs."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return iter(())
