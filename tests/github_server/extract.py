"""Takes the operations that codeopt uses out of GitHub's OpenAPI description, as plain JSON Schema: `openapi.json` is what it writes.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/github_server/extract.py package/generated/api.github.com.json > tests/github_server/openapi.json

The description is MIT-licensed, by GitHub and the Octokit contributors. What only people read is left out, and `nullable`, which JSON
Schema does not know, becomes the type `null`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OPERATIONS = (
    "apps/create-installation-access-token",
    "apps/get-authenticated",
    "apps/get-repo-installation",
    "apps/list-installations",
    "apps/list-repos-accessible-to-installation",
    "apps/list-webhook-deliveries",
    "apps/redeliver-webhook-delivery",
    "checks/create",
    "checks/get",
    "checks/list-for-ref",
    "checks/update",
    "git/get-ref",
    "issues/create-comment",
    "issues/delete-comment",
    "issues/list-comments",
    "issues/list-for-repo",
    "issues/update-comment",
    "pulls/create",
    "pulls/get",
    "pulls/list",
    "pulls/update",
    "reactions/create-for-issue-comment",
    "reactions/delete-for-issue-comment",
    "reactions/list-for-issue-comment",
    "repos/get",
    "repos/get-collaborator-permission-level",
    "repos/get-content",
)
# `oneOf` is read as `anyOf`: several alternatives of the description overlap.
SCHEMA_LISTS = {"allOf": "allOf", "anyOf": "anyOf", "oneOf": "anyOf"}
KEPT = (
    "type", "format", "enum", "required", "pattern", "minimum", "maximum",
    "minLength", "maxLength", "minItems", "maxItems", "default",
)  # fmt: skip


def main() -> None:
    """Read the whole description, write the part."""
    whole = json.loads(Path(sys.argv[1]).read_text())
    extract = Extract(whole)
    operations = {
        operation["operationId"]: {"method": method.upper(), "path": path, **extract.operation(operation)}
        for path, item in whole["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and operation.get("operationId") in OPERATIONS
    }
    assert set(operations) == set(OPERATIONS), set(OPERATIONS) - set(operations)
    extract.schema({"$ref": "#/components/schemas/basic-error"})
    part = {
        "source": f"@octokit/openapi {whole['info']['version']}, api.github.com.json, parts",
        "license": "MIT, Copyright (c) 2020 Octokit contributors; https://github.com/octokit/openapi",
        "operations": dict(sorted(operations.items())),
        "components": {"schemas": dict(sorted(extract.found.items()))},
    }
    sys.stdout.write(json.dumps(part, indent=1, sort_keys=True) + "\n")


class Extract:
    """Schemas of one description, with the components that they refer to."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self.whole = whole
        self.found: dict[str, Any] = {}

    def operation(self, operation: dict[str, Any]) -> dict[str, Any]:
        """Return parameters of the query, the body's schema and the schema of each status."""
        parameters = [self.resolved(each) for each in operation.get("parameters", ())]
        body = self.json_of(operation.get("requestBody", {}))
        return {
            "query": {each["name"]: self.schema(each["schema"]) for each in parameters if each["in"] == "query"},
            "body": body,
            "responses": {status: self.json_of(self.resolved(answer)) for status, answer in operation["responses"].items()},
        }

    def json_of(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """Return the schema of a JSON body; None where there is no body."""
        media = content.get("content", {})
        chosen = media.get("application/json")
        return self.schema(chosen["schema"]) if chosen and "schema" in chosen else None

    def resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference."""
        while "$ref" in value:
            found: Any = self.whole
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema as JSON Schema, without prose."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in self.found:
                self.found[name] = {}
                self.found[name] = self.schema(self.whole["components"]["schemas"][name])
            return {"$ref": schema["$ref"]}
        kept = {key: schema[key] for key in KEPT if key in schema}
        if "properties" in schema:
            kept["properties"] = {name: self.schema(each) for name, each in schema["properties"].items()}
        if "items" in schema:
            kept["items"] = self.schema(schema["items"])
        if isinstance(schema.get("additionalProperties"), bool):
            kept["additionalProperties"] = schema["additionalProperties"]
        for key, name in SCHEMA_LISTS.items():
            if key in schema:
                kept[name] = [self.schema(each) for each in schema[key]]
        return _nullable(kept) if schema.get("nullable") else kept


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


if __name__ == "__main__":
    main()
