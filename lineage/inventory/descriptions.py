"""Descriptions of fields for the JSON Schema, read from the docstrings under them.

pydantic can do this while a class is made (`use_attribute_docstrings`), but then every start of every command reads
and parses the source. Here it is done when the schema is asked for, and only then.
"""

from __future__ import annotations

import ast
import inspect
from types import ModuleType
from typing import Any


def describe_fields(schema: dict[str, Any], module: ModuleType) -> dict[str, Any]:
    """The schema with a description at each property whose class in `module` has a docstring under the field."""
    docs = _docstrings(module)
    for name, model in [(schema.get("title", ""), schema), *schema.get("$defs", {}).items()]:
        for field, text in docs.get(name, {}).items():
            said = model.get("properties", {}).get(field)
            if said is not None and "description" not in said:
                said["description"] = text
    return schema


def _docstrings(module: ModuleType) -> dict[str, dict[str, str]]:
    """Class name -> field (as written in YAML) -> the docstring that follows it."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef):
            model = getattr(module, node.name)
            fields = found.setdefault(node.name, {})
            for statement, following in zip(node.body, node.body[1:], strict=False):
                if not (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)):
                    continue
                if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                    field = model.model_fields.get(statement.target.id)
                    written = (field.alias if field is not None else None) or statement.target.id
                    fields[written] = inspect.cleandoc(str(following.value.value))
    return found
