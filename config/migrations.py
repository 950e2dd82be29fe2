"""Lint our own new migrations: `python -m config.migrations RELEASE APP…` (see config/checks.py).

New are those that the tag RELEASE does not have: the ones that will be applied under a running
release.

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
        include_apps=sys.argv[2:],
        no_cache=True,
        ignore_initial_migrations=True,  # they only make what nobody uses yet
        # These warn of every RunSQL and RunPython, also of right ones.
        exclude_migration_tests=["RUNPYTHON_REVERSIBLE"],
        quiet=["ok", "ignore", "warning"],
        analyser_string="postgresql",
    )
    linter.lint_all_migrations(git_commit_id=sys.argv[1])
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
