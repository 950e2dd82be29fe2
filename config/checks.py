"""`make check`: every check that needs no test, two at a time, and a closing line for each.

`python -m config.checks NAME…` runs only the named ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import engines, house, translations
from config.engines import ROOT

# Types are required of the rules; entrances are thin and tested through the client.
TYPED_ROOMS = ("values", "permissions", "models", "queries", "notifications", "actions")
PYTHON = sys.executable
LINES_SHOWN = 60  # of each check


class Skipped(Exception):
    """A check that cannot be made on this machine; the text says why."""


def apps() -> list[str]:
    return sorted(path.parent.name for path in ROOT.glob("*/apps.py"))


def command(*words: str) -> str:
    """Run a tool in the project's folder; return what it found, nothing when all is well."""
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or "failed"


def lines(found: Iterable[str]) -> str:
    return "\n".join(found)


def types() -> str:
    rooms = [ROOT / app / room for app in apps() for room in TYPED_ROOMS]
    paths = [path for room in rooms for path in (room, room.with_suffix(".py")) if path.exists()]
    own = [f"config/{name}.py" for name in ("engines", "keeper", "servers", "binaries")]
    own += [
        f"config/{name}.py"
        for name in ("supervisor", "watchdog", "house", "translations", "checks")
    ]
    return command(PYTHON, "-m", "mypy", *[str(path.relative_to(ROOT)) for path in paths], *own)


def house_rules() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    known = project["tool"]["importlinter"]["root_packages"]
    return lines(
        [
            *house.long_files(ROOT),
            *house.forbidden_words(ROOT),
            *house.templates(ROOT),
            *house.web_imports(ROOT),
            *house.clocks(ROOT),
            *house.apps_under_contract(ROOT, known),
        ]
    )


def missing_translations() -> str:
    try:
        return lines(translations.missing(ROOT))
    except FileNotFoundError as problem:
        if os.environ.get("CI") == "true":
            return "GNU gettext is not installed, and this is CI"
        raise Skipped("GNU gettext is not installed (`make setup-browser` does)") from problem


def migration_lint() -> str:
    """Refuse migrations that would break the last release, which still runs while they are applied.

    A release is a tag `v…`. Before the first one nothing runs that could break.
    """
    words = ["git", "describe", "--tags", "--match", "v*", "--abbrev=0"]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        raise Skipped("there is no release yet that a migration could break")
    return command(PYTHON, "-m", "config.migrations", found.stdout.strip(), *apps())


CHECKS: dict[str, Callable[[], str]] = {
    "types": types,
    "migrations": lambda: command(PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"),
    "migration lint": migration_lint,
    "format": lambda: command(PYTHON, "-m", "ruff", "format", "--check", "--diff", "--quiet", "."),
    "lint": lambda: command(
        PYTHON, "-m", "ruff", "check", "--quiet", "--output-format=concise", "."
    ),
    "imports": lambda: command(str(Path(PYTHON).with_name("lint-imports")), "--no-logo"),
    "templates": lambda: command(PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"),
    "translations": missing_translations,
    "django": lambda: command(PYTHON, "manage.py", "check", "--fail-level", "WARNING"),
    "house rules": house_rules,
}


def report(name: str) -> bool:
    started = time.monotonic()
    try:
        found, word = CHECKS[name](), "ok"
    except Skipped as reason:
        found, word = "", f"skipped: {reason}"
    if found:
        word = "FAILED"
    shown = found.splitlines()
    if len(shown) > LINES_SHOWN:
        shown[LINES_SHOWN:] = [f"… and {len(shown) - LINES_SHOWN} more lines"]
    body = "".join(f"    {line}\n" for line in shown)
    print(f"{name:<15} {word}  ({time.monotonic() - started:.1f} s)\n{body}", end="", flush=True)
    return not found


def main() -> int:
    names = sys.argv[1:] or list(CHECKS)
    if unknown := set(names) - set(CHECKS):
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}")
        return 2
    with tempfile.TemporaryDirectory(prefix="mingpai-check-") as folder:
        # Engines and state of their own: a check must not touch anybody's data.
        os.environ["MINGPAI_STATE"] = f"{folder}/state"
        try:
            engines.enter(Path(folder) / "engines", temporary=True)
            with ThreadPoolExecutor(2) as pool:
                good = sum(pool.map(report, names))
        finally:
            engines.leave()
    print(f"{good} of {len(names)} checks passed")
    return 0 if good == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
