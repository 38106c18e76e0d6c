"""JSON Schema of sereno.yaml for editors."""

from __future__ import annotations

from typing import Any

from bot.configuration.models import Configuration
from rules.grammar import DIALECT, REF, AsWritten


def configuration_schema() -> dict[str, Any]:
    """The schema of sereno.yaml; what the parts say about each other is only checked by `sereno check`."""
    schema = Configuration.model_json_schema(by_alias=True, ref_template=REF, schema_generator=AsWritten)
    return {"$schema": DIALECT, **schema, "title": "Sereno sereno/1"}
