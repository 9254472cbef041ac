"""GitHub's own description of its API, as far as codeopt uses it: finds operations, checks requests and answers, fills answers up.

Taken rather than the models of the client library, which are made from the same description: what the library gets wrong would be wrong on
both sides. And it knows the query and the statuses, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator

__all__ = ["Operation", "complete", "find", "operations", "problems_of_answer", "problems_of_request"]

_WITH_SLASHES = {"path", "ref"}
# Statuses that any operation may have, whatever its description says; their body is the basic error.
_ANYWHERE = {400, 401, 403, 404, 422, 429, 500, 502, 503}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, such as `pulls/create`."""

    id: str
    method: str
    path: str
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None
    responses: Mapping[str, Any]


@cache
def description() -> dict[str, Any]:
    """Return the whole file."""
    return json.loads((Path(__file__).parent / "openapi.json").read_text())


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations."""
    return tuple(Operation(id=name, **known) for name, known in description()["operations"].items())


def find(method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
    """Return the operation that a request is for, and what its path says; None where there is none."""
    for operation in operations():
        found = re.fullmatch(_pattern(operation.path), raw_path) if operation.method == method else None
        if found:
            return operation, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def problems_of_request(operation: Operation, query: Mapping[str, str], body: Any) -> list[str]:
    """Say what is wrong with a request: query parameters that nobody knows, values that are not allowed, a body of another shape."""
    found = [f"{operation.id}: there is no query parameter {name}" for name in query if name not in operation.query]
    for name, text in query.items():
        schema = operation.query.get(name, {})
        value = int(text) if schema.get("type") == "integer" and text.isdecimal() else text
        found += [f"{operation.id}: {name}: {problem}" for problem in _problems(schema, value)]
    if operation.body is None:
        return found + ([f"{operation.id}: a body that nobody asked for"] if body is not None else [])
    unknown = set(body or {}) - set(operation.body.get("properties", body or {}))
    found += [f"{operation.id}: there is no field {name}" for name in sorted(unknown)]
    return found + [f"{operation.id}: {problem}" for problem in _problems(operation.body, body)]


def problems_of_answer(operation: Operation, status: int, body: Any) -> list[str]:
    """Say what is wrong with an answer: a status that is not described, a body of another shape."""
    if str(status) in operation.responses and operation.responses[str(status)] is not None:
        schema = operation.responses[str(status)]
    elif str(status) in operation.responses:
        return [] if body is None else [f"{operation.id}: {status} has no body"]
    elif status in _ANYWHERE:
        schema = {"$ref": "#/components/schemas/basic-error"}
    else:
        return [f"{operation.id}: {status} is not described"]
    return [f"{operation.id}: {status}: {problem}" for problem in _problems(schema, body)]


def complete(operation: Operation, status: int, value: Any) -> Any:
    """Return an answer with all that the description requires: what is missing gets the plainest value that is allowed."""
    return _filled(operation.responses.get(str(status)) or {}, value)


def _problems(schema: Mapping[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": description()["components"]}
    errors = sorted(Draft202012Validator(whole).iter_errors(value), key=str)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors[:5]]


@cache
def _pattern(path: str) -> str:
    parts = re.split(r"\{(\w+)\}", path)
    return "".join(
        re.escape(part) if at % 2 == 0 else f"(?P<{part}>{'.+' if part in _WITH_SLASHES else '[^/]+'})" for at, part in enumerate(parts)
    )


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _alternatives(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = [_resolved(each) for each in schema.get("anyOf", ())]
    return [inner for part in parts for inner in ([part] if "anyOf" not in part else _alternatives(part))]


def _filled(schema: Mapping[str, Any], value: Any) -> Any:
    schema = _resolved(schema)
    if isinstance(value, list):
        items = next((part["items"] for part in (schema, *_alternatives(schema)) if "items" in part), {})
        return [_filled(items, each) for each in value]
    if not isinstance(value, dict):
        return value
    for part in schema.get("allOf", ()):
        value = _filled(part, value)
    for part in _alternatives(schema):
        # The one that knows all that is there.
        if set(value) <= {name for each in (part, *part.get("allOf", ())) for name in _resolved(each).get("properties", ())}:
            return _filled(part, value)
    known = schema.get("properties", {})
    missing = {name: _plainest(known.get(name, {})) for name in schema.get("required", ()) if name not in value}
    return {**missing, **{name: _filled(known.get(name, {}), each) for name, each in value.items()}}


def _plainest(schema: Mapping[str, Any]) -> Any:
    schema = _resolved(schema)
    kinds = schema.get("type", "object" if "properties" in schema else "")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "null" in kinds:
        return None
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        return _plainest(part)
    if "enum" in schema:
        return schema["enum"][0]
    if kinds[0] == "object":
        return _filled(schema, {})
    texts = {"uri": "https://github.example/", "date-time": "2026-01-01T00:00:00Z"}
    return {
        "string": texts.get(schema.get("format"), "0" * schema.get("minLength", 0)),
        "integer": 1,
        "number": 1,
        "boolean": False,
        "array": [],
    }.get(kinds[0])
