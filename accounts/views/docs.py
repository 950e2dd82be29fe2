"""The try-it page of the API, written from its description.

The pages that come with the schema library load scripts from elsewhere or need inline styles; this
one keeps to the content policy, and is readable without script.
"""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@login_not_required
@require_safe
def try_api(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/try_api.html", {"groups": operations()})


@cache
def operations() -> list[dict[str, Any]]:
    """The operations of the API, grouped by the first part of their path."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        name = path.removeprefix("/api/v1/").partition("/")[0]
        for method in METHODS:
            if method in methods:
                groups.setdefault(name, []).append(_operation(path, method, methods[method]))
    return [{"name": name, "operations": groups[name]} for name in sorted(groups)]


def _operation(path: str, method: str, described: dict[str, Any]) -> dict[str, Any]:
    content = described.get("requestBody", {}).get("content", {})
    name = f"{method}-{described['operationId']}"
    return {
        "id": name,
        "call_id": f"{name}-call",
        "call": _call(path, method, bool(described.get("security")), list(content)),
        "method": method.upper(),
        "path": path,
        "summary": described.get("summary", ""),
        "description": described.get("description", ""),
        "needs_key": bool(described.get("security")),
        "parameters": [_parameter(each) for each in described.get("parameters", [])],
        "media": list(content),
        "example": _example(content),
    }


def _call(path: str, method: str, needs_key: bool, media: list[str]) -> str:
    words = ["curl"]
    if method != "get":
        words.append(f"-X {method.upper()}")
    if needs_key:
        words.append("-H 'Authorization: Api-Key …'")
    if media:
        words.append(f"-H 'Content-Type: {media[0]}' --data-binary @file")
    return " ".join([*words, f"'{settings.PUBLIC_URL}{path}'"])


def _parameter(described: dict[str, Any]) -> dict[str, Any]:
    schema = described.get("schema", {})
    return {
        "name": described["name"],
        "place": described["in"],
        "required": described.get("required", False),
        "description": described.get("description", ""),
        "choices": schema.get("enum", []),
        "kind": "number" if schema.get("type") == "integer" else "text",
    }


def _example(content: dict[str, Any]) -> str:
    """The first example that a view gives for its body."""
    for described in content.values():
        for example in described.get("examples", {}).values():
            value = example.get("value", "")
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return ""
