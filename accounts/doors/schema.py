"""How the description of the API is made. Named by settings; nothing imports it."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}


class Schema(AutoSchema):
    """Asks for a key only where the view names a right."""

    def get_auth(self) -> list[dict[str, Any]]:
        return super().get_auth() if getattr(self.view, "right", None) else []


def add_problems(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Every operation may answer with an error of the one form; paths lose their last slash, which
    every address answers with and without."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "An error",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    paths = result.get("paths", {})
    result["paths"] = {path.rstrip("/"): paths[path] for path in paths}
    for operations in paths.values():
        for operation in operations.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].setdefault("default", answer)
    return result
