"""Lint the migrations of our own apps: `python -m config.migrations APP…` (see config/checks.py).

The linter is a tool of the workshop and not an installed app, so it is called from here and not
as a command of manage.py.
"""

from __future__ import annotations

import os
import sys

import django
from django_migration_linter import MigrationLinter

from config import engines


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("MINGPAI_DB_ROLE", engines.OWNER)
    django.setup()
    linter = MigrationLinter(
        str(engines.ROOT),
        include_apps=sys.argv[1:],
        no_cache=True,
        ignore_initial_migrations=True,
        # These warn of every RunSQL and RunPython, also of right ones.
        exclude_migration_tests=["RUNPYTHON_REVERSIBLE"],
        quiet=["ok", "ignore", "warning"],
        analyser_string="postgresql",
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
