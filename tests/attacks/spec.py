"""The published description of the API, asked what a route takes."""

from typing import Any

from flask import Flask

from tests.attacks.arena import Route


class Spec:
    """openapi.json of the running app."""

    def __init__(self, app: Flask) -> None:
        self.document = app.test_client().get("/v1/openapi.json").json

    def operation(self, route: Route) -> dict[str, Any]:
        """What is published of a route; nothing of the pages for browsers."""
        return self.document["paths"].get(route.template, {}).get(route.method.lower(), {})

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema behind a reference."""
        if "$ref" in schema:
            return self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def body(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        """The schema of the JSON body; None without one."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return self.resolve(content["schema"]) if content else None

    def ids_in_body(self, operation: dict[str, Any]) -> list[str]:
        """The body's properties that are ids."""
        properties = (self.body(operation) or {}).get("properties", {})
        return [name for name, schema in properties.items() if self.resolve(schema).get("format") == "uuid"]

    def ids_in_query(self, operation: dict[str, Any]) -> list[str]:
        """The filters that are ids."""
        return [
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter.get("in") == "query" and self.resolve(parameter.get("schema", {})).get("format") == "uuid"
        ]
