"""The demonstration: an invented register, told from the day of its first start."""

from collections.abc import Callable
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.actions import files
from accounts.models import File
from agencies.models import Agency
from dashboards.actions.demo import cast, crowd, records, story, ties
from dashboards.actions.demo.past import date_tiers_back, tally_the_past
from influencers.actions import imports
from influencers.models import ImportBatch, Platform, Profile
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Run
from journal.values import Actor

ACCOUNTS, AGENCIES = 20_000, 300
NEXT_MONTH = "next-month.csv"
UNFINISHED = "unfinished"  # lies there while it is made; the next start sees what was interrupted


class NotEmpty(RuntimeError):
    """The register holds accounts already, and they are not the demonstration's."""


def is_there() -> bool:
    """Whether the demonstration was made before."""
    return Agency.objects.filter(slug=cast.TAOYUAN.slug).exists() and Profile.objects.exists()


@seeing(PASS)
def make(
    folder: Path, *, by: Actor, profiles: int = ACCOUNTS, say: Callable[[str], object] = print
) -> bool:
    """Fills an empty register, and puts next month's file into `folder`. False where it was done.

    Raises NotEmpty for a register that holds something else: invented accounts beside real ones
    would be a forgery. Minutes of the clock play no role: equal days, equal data.
    """
    if is_there():
        return False
    if Profile.objects.exists() or Agency.objects.exists():
        raise NotEmpty
    platform = Platform.objects.get(code="douyin")
    days = cast.Days(platform.today(timezone.now()))
    rows, houses = crowd.accounts(profiles), cast.houses(AGENCIES)
    told = ties.tie(rows, houses, days)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NEXT_MONTH).write_text(crowd.next_month_file(rows, days), encoding="utf-8")
    (folder / UNFINISHED).touch()
    say(f"{len(rows)} accounts with a year of followers")
    for name, text in crowd.month_files(rows, days):
        _observe(name, text, by)
    story.work(Run.objects.filter(kind="tiers").latest("pk"))
    date_tiers_back()
    say(f"{len(houses)} agencies, {len(told.holds)} contracts")
    registered = records.register_houses(houses, days, by=by)
    story.invite_cast(registered, by=by)
    records.put_down(told.holds, days, by=by)
    records.declare(told.independent, by=by)
    say("Duties, labels and what people said")
    story.ask_long_ago(told.silent, days, by=by)
    story.tell(days, by=by)
    story.file_reports()
    story.propose()
    journal.follow_all(worker="seed_demo")
    story.review(registered, days, by=by)
    tally_the_past(days)
    journal.follow_all(worker="seed_demo")
    (folder / UNFINISHED).unlink()
    return True


def _observe(name: str, text: str, by: Actor) -> None:
    """Takes a file in and works it through; what follows from new counts comes later, at once."""
    content = ContentFile(text.encode())
    kept = files.keep(content, File.Kind.CSV, name=name, checked="made here", by=by)
    batch = imports.receive(kept, name, by=by)
    assert batch.run is not None
    story.work(batch.run)
    batch = ImportBatch.objects.get(pk=batch.pk)
    if batch.status != ImportBatch.Status.APPLIED:
        raise RuntimeError(f"{name} was {batch.status}")


@transaction.atomic
def load_next_month(folder: Path, *, by: Actor) -> ImportBatch:
    """Sends next month's file in, as an operator would. FileNotFoundError where there is none."""
    content = ContentFile((folder / NEXT_MONTH).read_bytes())
    kept = files.keep(content, File.Kind.CSV, name=NEXT_MONTH, checked="made here", by=by)
    return imports.receive(kept, NEXT_MONTH, by=by)
