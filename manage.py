#!/usr/bin/env python
"""Django's command line, inside the embedded engines where no address of others is set."""

import os
import sys

# These need no database, or are asked for before there is one.
WITHOUT_ENGINES = {None, "help", "version", "--help", "--version", "-h", "makemessages"}
# These change what the owner of the tables alone may change.
AS_OWNER = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "flush",
    "dbshell",
    "lintmigrations",
    "pgtrigger",
}


def main() -> int:
    from config import engines

    command = sys.argv[1] if len(sys.argv) > 1 else None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if command in AS_OWNER:
        os.environ.setdefault("MINGPAI_DB_ROLE", engines.OWNER)
    try:
        if command not in WITHOUT_ENGINES:
            engines.enter()
            if command == "migrate":
                engines.prepare_roles(
                    os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
                )
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except engines.EngineError as problem:
        print(problem, file=sys.stderr)
        return 2
    finally:
        engines.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
