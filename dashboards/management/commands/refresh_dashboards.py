"""`manage.py refresh_dashboards`: the tallies anew from the register."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboards.models import Tally
from journal import actions as journal
from journal.models import Run
from journal.values import command


class Command(BaseCommand):
    help = "Counts the tallies anew from the register and says what was wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        run = journal.ask("tallies", by=command("refresh_dashboards"), full=True)
        journal.follow_all()
        run = Run.objects.get(pk=run.pk)
        found = {"changed": run.counts.get("changed", 0), "tallies": Tally.objects.count()}
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            self.stdout.write(
                f"{found['changed']} accounts were counted otherwise; {found['tallies']} tallies."
            )
