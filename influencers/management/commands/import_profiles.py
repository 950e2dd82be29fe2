import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.files.base import File as Content
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import F, Max

from accounts.actions import files
from accounts.models import File
from influencers.actions import imports
from influencers.models import ImportBatch, TierChange
from journal import actions as journal
from journal.values import Actor, command

# What the command counts; a batch may count more.
COUNTED = ("read", "created", "updated", "unchanged", "repeated", "errors")
KINDS = {".csv": File.Kind.CSV, ".ndjson": File.Kind.NDJSON}
SHOWN = 10  # problems per file on the screen; the page of the import has all of them
DONE, SOME, NOTHING = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Imports observations of followers (CSV or NDJSON) and flags what they touched. Exit 0: "
        "done, 1: some rows or files were refused, the rest is applied, 2: nothing could be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check and count, apply nothing")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        by = command("import_profiles")
        newest = TierChange.objects.aggregate(pk=Max("pk"))["pk"] or 0
        said = [self._import(path, options["dry_run"], by) for path in options["files"]]
        total: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
        for each in said:
            total.update({name: each[name] for name in COUNTED})
        # A first tier is no change: the account had none before.
        fresh = TierChange.objects.filter(pk__gt=newest, from_tier__isnull=False)
        changes = fresh.exclude(from_tier=F("tier")).count()
        result = {**total, "tier_changes": changes, "files": said, "dry_run": options["dry_run"]}
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(f"Together: {_line(total)}, {changes} tier changes.")
        self._leave(said)

    def _import(self, path: Path, dry_run: bool, by: Actor) -> dict[str, Any]:
        """One file, worked through to its end; what the result says of it."""
        said: dict[str, Any] = {"file": str(path), **dict.fromkeys(COUNTED, 0), "refused": ""}
        try:
            with path.open("rb") as source:
                kind = KINDS.get(path.suffix.lower(), File.Kind.CSV)
                checked = "by the import itself"
                kept = files.keep(Content(source), kind, name=path.name, checked=checked, by=by)
        except OSError as problem:
            said["refused"] = f"{path}: {problem.strerror}"
            self.stderr.write(said["refused"])
            return said
        batch = imports.receive(kept, path.name, by=by, dry_run=dry_run)
        self.stderr.write(f"{path.name}: being checked")
        journal.follow_all(worker="import_profiles")
        batch = ImportBatch.objects.select_related("run").get(pk=batch.pk)
        said.update({name: batch.counts.get(name, 0) for name in COUNTED})
        said["status"] = batch.status
        if batch.has_stopped and batch.run is not None:
            said["refused"] = batch.run.error or "the run stopped"
        elif batch.status == ImportBatch.Status.REFUSED:
            said["refused"] = batch.refusal_text
        self._tell(path, batch, said)
        return said

    def _tell(self, path: Path, batch: ImportBatch, said: dict[str, Any]) -> None:
        if said["refused"]:
            self.stderr.write(f"{path.name}: nothing was applied. {said['refused']}")
            return
        verb = "would be" if batch.status == ImportBatch.Status.CHECKED else "done"
        self.stderr.write(f"{path.name}: {verb}: {_line(said)}")
        if not (
            said["created"] or said["updated"] or said["errors"] or batch.counts.get("observations")
        ):
            self.stderr.write(f"{path.name}: nothing had to change")
        for text in batch.note_texts:
            self.stderr.write(f"{path.name}: {text}")
        for problem in batch.problems.order_by("line", "pk")[:SHOWN]:
            cell = f", {problem.column} “{problem.value}”" if problem.column else ""
            self.stderr.write(f"{path.name}, line {problem.line}{cell}: {problem.text}")
        if said["errors"] > SHOWN:
            self.stderr.write(f"{path.name}: {said['errors']} rows were refused in all")

    def _leave(self, said: list[dict[str, Any]]) -> None:
        refused = [each for each in said if each["refused"]]
        if len(refused) == len(said):
            raise CommandError("Nothing was applied.", returncode=NOTHING)
        if refused or any(each["errors"] for each in said):
            raise CommandError("Some was refused; the rest is applied.", returncode=SOME)


def _line(counts: Any) -> str:
    words = [
        f"{counts['read']} rows read",
        f"{counts['created']} new accounts",
        f"{counts['updated']} updated",
        f"{counts['unchanged']} unchanged",
        f"{counts['repeated']} repeated",
        f"{counts['errors']} errors",
    ]
    return ", ".join(words)
