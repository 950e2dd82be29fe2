"""House rules that no linter knows: each function yields lines `file:line: what is wrong`."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

LINES = 400
# Parts of Django that belong to entrances; models, queries, actions and values stay free of them.
WEB = (
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.urls",
    "django.views",
    "django.forms",
    "django.middleware",
)
WITHOUT_WEB = re.compile(r"^[a-z]+/(models|queries|actions|values|permissions)(/|\.py$)")
# Written with breaks, so that this file passes its own check.
FORBIDDEN = {
    "a registry's address": r"(py[p]i\.org|python[h]osted\.org|registry\.npm[j]s)",
    "a path of one machine": r"(?<![\w.])/(r[o]ot|w[o]rk|h[o]me/\w+|opt/wh[e]els|opt/py[p]i)/",
}
# What the strict content policy of every page refuses, and what cannot be translated well.
TEMPLATE = {
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    "an inline style": r"<style|\sstyle=",
    "an event attribute": r"<[^>]*\son[a-z]+=",
    "another host": r"<(?:script|img|link|iframe|source)[^>]*\b(?:src|href)=\"(?:https?:)?//",
    "blocktranslate without trimmed": r"{%\s*blocktranslate(?![^%]*\btrimmed\b)",
}
CLOCK = re.compile(r"\bCURRENT_DATE\b|\bnow\(\)::date\b|\blocaltimestamp\b", re.IGNORECASE)


def files(root: Path, *endings: str) -> list[Path]:
    """The files of the project that have one of these endings: committed, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    paths = [root / name for name in listed if name and name.endswith(endings or ("",))]
    return sorted(path for path in paths if path.is_file())


def long_files(root: Path) -> Iterator[str]:
    """No Python file over 400 lines; migrations are generated and may be longer."""
    for path in files(root, ".py"):
        count = len(path.read_text().splitlines())
        if count > LINES and path.parent.name != "migrations":
            yield f"{path.relative_to(root)}: {count} lines; a room of more than {LINES} is split"


def forbidden_words(root: Path) -> Iterator[str]:
    """Nothing that belongs to one machine or one registry."""
    for path in files(root):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for what, pattern in FORBIDDEN.items():
            yield from _found(root, path, text, what, pattern)


def templates(root: Path) -> Iterator[str]:
    """Nothing in a template that the content policy refuses."""
    for path in files(root, ".html"):
        # Comments go, their lines stay: line numbers must be right.
        text = re.sub(
            r"(?s){% comment %}.*?{% endcomment %}|{#.*?#}",
            lambda match: "\n" * match.group().count("\n"),
            path.read_text(),
        )
        for what, pattern in TEMPLATE.items():
            yield from _found(root, path, text, what, pattern)


def web_imports(root: Path) -> Iterator[str]:
    """No rule or record knows a request, a page or a form."""
    for path in files(root, ".py"):
        name = path.relative_to(root).as_posix()
        if not WITHOUT_WEB.match(name):
            continue
        statements = ast.walk(ast.parse(path.read_text()))
        for node in (each for each in statements if isinstance(each, ast.stmt)):
            for module in _imported(node):
                if f"{module}.".startswith(tuple(f"{web}." for web in WEB)):
                    yield f"{name}:{node.lineno}: imports {module}"


def clocks(root: Path) -> Iterator[str]:
    """SQL never asks for today: a day is a day of one platform, and comes as a parameter."""
    for path in files(root, ".py"):
        if path.name != Path(__file__).name:
            yield from _found(
                root, path, path.read_text(), "SQL that asks for today", CLOCK.pattern
            )


def apps_under_contract(root: Path, known: Iterable[str]) -> Iterator[str]:
    """Every app is in the import contracts, so that a new one cannot stand beside them.

    Args:
        known: `root_packages` of import-linter's settings.
    """
    for path in sorted(root.glob("*/apps.py")):
        if path.parent.name not in set(known):
            yield f"{path.parent.name}: is missing in pyproject.toml, [tool.importlinter]"


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _found(root: Path, path: Path, text: str, what: str, pattern: str) -> Iterator[str]:
    for match in re.finditer(pattern, text, re.IGNORECASE):
        line = text.count("\n", 0, match.start()) + 1
        yield f"{path.relative_to(root)}:{line}: {what}: {match.group()[:60]}"
