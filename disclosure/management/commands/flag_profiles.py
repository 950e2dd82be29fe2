import json
import time
from collections.abc import Iterable
from datetime import date, datetime
from datetime import time as time_of_day
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from journal import actions as journal
from journal.models import Run
from journal.values import command

PASSES = ("tiers", "duties", "labels")
CHANGES = ("opened", "met", "closed")
STANDING = ("open", "overdue")


class Command(BaseCommand):
    help = "Flags accounts by follower tier: works out tiers, duties and labels, here and now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            help="as if this day had come and nothing new were known: it moves the calendar only. "
            "A day to come can only be tried (--dry-run)",
        )
        parser.add_argument("--full", action="store_true", help="look at every account")
        parser.add_argument(
            "--dry-run", action="store_true", help="count in one transaction and roll it back"
        )
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        day, dry_run = self._day(options["as_of"]), options["dry_run"]
        if day is not None and day > timezone.localdate() and not dry_run:
            raise CommandError(
                f"{day} is still to come: what a pass of that day would do can be tried with "
                "--dry-run, but not written down.",
                returncode=2,
            )
        params = {}
        if day is not None:
            noon = datetime.combine(day, time_of_day(12), timezone.get_current_timezone())
            params["as_of"] = noon.isoformat()
        runs = self._try(params, options["full"]) if dry_run else self._flag(options["full"])
        failed = [run for run in runs if run.status == Run.Status.FAILED]
        if failed:
            raise CommandError("; ".join(f"{run.kind}: {run.error}" for run in failed))
        result = {
            "as_of": (day or timezone.localdate()).isoformat(),
            "dry_run": dry_run,
            "tier_changes": sum(run.counts.get("tier_changes", 0) for run in runs),
            **_counts(run.counts for run in runs if run.kind == "duties"),
        }
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write("\n".join(_lines(result)))

    def _day(self, text: str | None) -> date | None:
        if text is None:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise CommandError(
                f"{text} is no day: write it as 2026-11-23.", returncode=2
            ) from error
        if day < timezone.localdate():
            raise CommandError(
                f"{day} is over: passes never go back. What was known on a past day is what "
                "`label PLATFORM EXTERNAL_ID --on DATE --known-at TIME` answers.",
                returncode=2,
            )
        return day

    def _flag(self, full: bool) -> list[Run]:
        """The passes, each after the one it follows, and whatever else is due because of them."""
        by = command("flag_profiles")
        runs = []
        for kind in PASSES:
            run = journal.ask(kind, by=by, full=full)
            while not journal.work(run.pk, "flag_profiles"):
                time.sleep(0.05)  # another worker holds the last ranges
            runs.append(run)
        journal.follow_all(worker="flag_profiles")
        return [Run.objects.get(pk=run.pk) for run in runs]

    def _try(self, params: dict[str, Any], full: bool) -> list[Run]:
        by = command("flag_profiles")
        runs = []
        with transaction.atomic():
            for kind in PASSES:
                run = journal.ask(kind, by=by, params=params, full=full, merge=False)
                journal.work(run.pk, "flag_profiles")
                runs.append(Run.objects.get(pk=run.pk))
            transaction.set_rollback(True)
        return runs


def _counts(passes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Of one or several duty passes, oldest first: what they changed, and what stands after."""
    total: dict[str, Any] = dict.fromkeys((*CHANGES, *STANDING), 0)
    rules: dict[str, dict[str, int]] = {}
    for counts in passes:
        for code, of_rule in counts.get("rules", {}).items():
            mine = rules.setdefault(code, {})
            for name, n in of_rule.items():
                mine[name] = mine.get(name, 0) + n if name in CHANGES else n
    for name in total:
        total[name] = sum(of_rule.get(name, 0) for of_rule in rules.values())
    return {**total, "rules": dict(sorted(rules.items()))}


def _lines(result: dict[str, Any]) -> list[str]:
    tried = " (tried, nothing was written)" if result["dry_run"] else ""
    lines = [f"As of {result['as_of']}{tried}: {result['tier_changes']} changes of tier"]
    names = (*CHANGES, *STANDING)
    width = max([len(code) for code in result["rules"]] + [4])
    lines.append(" ".join([f"{'rule':{width}}", *[f"{name:>9}" for name in names]]))
    for code, counts in result["rules"].items():
        if "open" in counts:
            numbers = [f"{counts.get(name, 0):>9}" for name in names]
            lines.append(" ".join([f"{code:{width}}", *numbers]))
        elif "would_open" in counts:
            lines.append(
                f"{code:{width}} shadow: {counts['would_open']} accounts would be asked, "
                f"{counts['would_be_met']} have answered"
            )
    return lines
