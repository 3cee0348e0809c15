"""JSON schemas of everything that is read and answered, generated from the models that do it."""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

_TEMPLATE: Final = "#/components/schemas/{model}"

_referred_to: dict[str, type[BaseModel]] = {}

Schema = dict[str, Any]


class _WithoutTitles(GenerateJsonSchema):
    """Titles of fields would only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def reference(model: type[BaseModel]) -> Schema:
    """A reference to the model's schema, which thereby becomes one of the components."""
    known = _referred_to.setdefault(model.__name__, model)
    assert known is model, f"two models are called {model.__name__}"
    return {"$ref": _TEMPLATE.format(model=model.__name__)}


def schema_of(model: type[BaseModel]) -> Schema:
    """The model's own schema; what it is made of is looked for among the components."""
    return model.model_json_schema(schema_generator=_WithoutTitles, ref_template=_TEMPLATE)


def components() -> dict[str, Schema]:
    """The schemas of all models that were referred to, and of what they are made of, by name.

    What is answered has the same form as what is read, so an event can be sent as it was received.
    """
    _, generated = models_json_schema(
        [(model, "validation") for model in _referred_to.values()],
        ref_template=_TEMPLATE,
        schema_generator=_WithoutTitles,
    )
    found: dict[str, Schema] = generated["$defs"]
    return found
