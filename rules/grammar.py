"""JSON Schema of what plug-ins and settings accept, as people write it: `10m`, not ISO 8601; `97%`, not 0.97."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from moderation.units import share

DURATION: Final[JsonSchemaValue] = {"type": "string", "pattern": r"^\d{1,6}[smhdw]$", "examples": ["30s", "10m", "3d"]}
SHARE: Final[JsonSchemaValue] = {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?%$", "examples": ["10%", "97%"]}
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
REF: Final = "#/$defs/{model}"


class AsWritten(GenerateJsonSchema):
    """Pydantic's generator with Sereno's spellings."""

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        """A duration."""
        return dict(DURATION)

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """A share, where that is what the validator reads."""
        if schema["function"]["function"] is share:
            return dict(SHARE)
        return super().function_before_schema(schema)


def definitions(models: Sequence[type[BaseModel]]) -> tuple[dict[type[BaseModel], JsonSchemaValue], dict[str, Any]]:
    """A reference for each model, and the definitions they refer to."""
    references, schema = models_json_schema(
        [(model, "validation") for model in models], by_alias=True, ref_template=REF, schema_generator=AsWritten
    )
    found = {model: references[(model, "validation")] for model in models}
    return found, schema.get("$defs", {})
