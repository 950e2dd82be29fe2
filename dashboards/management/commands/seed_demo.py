"""`manage.py seed_demo`: an invented register to walk through."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboards.actions import demo
from journal.values import command

NOTHING = 2


class Command(BaseCommand):
    help = "Fills an empty register with the demonstration, which is invented from end to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--profiles", type=int, default=demo.ACCOUNTS, metavar="N")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.STATE_DIR / "demo"
        try:
            made = demo.make(
                folder,
                by=command("seed_demo"),
                profiles=options["profiles"],
                say=lambda text: self.stderr.write(f"  {text}", ending="\n"),
            )
        except demo.NotEmpty as problem:
            raise CommandError(
                "The register holds accounts already; invented ones do not go beside them.",
                returncode=NOTHING,
            ) from problem
        if options["json"]:
            self.stdout.write(
                json.dumps({"made": made, "next_month": str(folder / demo.NEXT_MONTH)})
            )
        elif made:
            self.stdout.write(f"The demonstration is there. Next month: {folder / demo.NEXT_MONTH}")
        else:
            self.stdout.write("The demonstration is there already; nothing was done.")
