"""What may be written in a field of `lineage.yaml`: countries, durations, closed sets of words, one or many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from lineage.catalogue import COUNTRIES
from lineage.inventory.duration import days
from lineage.labels import UNKNOWN
from lineage.yamlfile import Entry


class Section(Entry):
    """Base of all that stands in an inventory.

    The docstrings of fields are their descriptions in the JSON Schema (descriptions.py). Validators are built when
    an inventory is read, so that commands which read none do not wait for them.
    """

    model_config = ConfigDict(defer_build=True)


_LOOKALIKES = {"UK": "GB", "EL": "GR", "EU": "the member state", "PRC": "CN", "USA": "US"}


class OneOrMany:
    """A field that takes one value or a list of them, and always holds a tuple."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_tuple, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many.get("items", {}), many]}


def _as_tuple(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _country(code: str) -> str:
    if code in COUNTRIES:
        return code
    meant = _LOOKALIKES.get(code.upper()) or (code.upper() if code.upper() in COUNTRIES else "")
    hint = f". Did you mean {meant}?" if meant else ""
    raise ValueError(f"{code!r} is not a country: write its two capital letters of ISO 3166-1{hint}")


def _origin(code: str) -> str:
    return code if code in ("none", UNKNOWN) else _country(code)


def _days(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("this is not a duration. Write '30 days', '12 hours', P30D, none or forever")
    return days(str(value))


def _alone(words: tuple[str, ...]) -> tuple[str, ...]:
    if "none" in words and len(words) > 1:
        raise ValueError("'none' cannot stand with other values")
    return words


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("this is empty. Write it, or leave the key out")
    return value


Text = Annotated[str, AfterValidator(_text)]
Country = Annotated[str, AfterValidator(_country), Field(json_schema_extra={"pattern": "^[A-Z]{2}$"})]
Origin = Annotated[
    str, AfterValidator(_origin), Field(json_schema_extra={"pattern": "^([A-Z]{2}|none|unknown)$"})
]
Duration = Annotated[
    float,
    BeforeValidator(_days),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"const": 0}], "examples": ["30 days", "P30D", "12h", "none"]}
    ),
]
Class = Literal["personal", "sensitive-personal", "important", "core", "business", "none", "unknown"]
Category = Literal[
    "prompt", "file", "audio", "image", "video", "output", "embedding", "credential", "usage", "log", "feedback", "metadata"
]  # fmt: skip
Purpose = Literal[
    "inference", "training", "fine-tuning", "evaluation", "abuse-monitoring", "billing", "support", "debugging", "legal-request"
]  # fmt: skip
Role = Literal[
    "database", "cache", "vector-index", "object-store", "log", "training-pool", "evaluation-pool", "backup", "queue", "workstation"
]  # fmt: skip
Protection = Literal["none", "masked", "pseudonymised", "anonymised", "encrypted-no-key"]
Right = Literal["call", "resell", "white-label", "aggregate", "name-use"]
Kind = Literal["service", "model", "store", "topic", "remote", "operator", "party", "caller"]

Texts = Annotated[tuple[Text, ...], Field(min_length=1), OneOrMany()]
Countries = Annotated[tuple[Country, ...], Field(min_length=1), OneOrMany()]
Origins = Annotated[tuple[Origin, ...], Field(min_length=1), AfterValidator(_alone), OneOrMany()]
Classes = Annotated[tuple[Class, ...], Field(min_length=1), AfterValidator(_alone), OneOrMany()]
Purposes = Annotated[tuple[Purpose, ...], OneOrMany()]
Categories = Annotated[tuple[Category, ...], Field(min_length=1), OneOrMany()]
