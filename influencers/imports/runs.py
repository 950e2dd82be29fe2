"""The work of a run of kind "import": check the whole file, then apply it range by range.

The check is a range of its own, with a number below zero, so that it is leased, repeated after a
crash and shown like any other; it adds the ranges in which the rows are applied. Everything a
check writes is one transaction: a worker that is killed leaves nothing of it.
"""

import time
from collections import Counter
from datetime import date

from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection, transaction

from accounts.actions.files import opened
from accounts.models import File
from influencers.actions import identify
from influencers.actions import imports as batches
from influencers.imports import applying, staging
from influencers.imports.applying import Shape
from influencers.imports.identifying import Identifier, Plan
from influencers.imports.loading import Loaded, load
from influencers.imports.reading import FileRefused
from influencers.imports.words import understand
from influencers.models import ImportBatch
from influencers.values.problems import refusal
from journal import actions as journal
from journal.actions.runs import RunFailed
from journal.models import Run, RunRange
from journal.queries import gathered, refresh_statistics

IDENTITIES = 7004  # first key of the advisory lock under which accounts are told apart
MONTHS_BACK = 120  # older observations lie together in the default partition

KEEP_PROBLEMS = """
INSERT INTO influencers_importproblem (batch_id, line, "column", value, code)
SELECT %s, line, col, -- what stands where a territory belongs may be somebody's address
    CASE WHEN col = 'ip_territory' THEN '' ELSE coalesce(left(value, 200), '') END, code
FROM import_bad ORDER BY line, col
"""
MONTHS = """
SELECT DISTINCT date_trunc('month', day)::date FROM import_when
WHERE day >= %s AND to_regclass('influencers_observation_' || to_char(day, 'YYYYMM')) IS NULL
"""


def prepare(run: Run) -> list[tuple[int, int]]:
    batch = _batch(run, lock=True)
    batches.begin_check(batch)
    # A number that no profile and no other batch has.
    check = -batch.pk * settings.RANGE_SIZE
    return [(check, check + 1)]


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    batch = _batch(run)
    if lo >= 0:
        _refill_if_lost(run, batch)
        return applying.apply_range(batch, Shape(**run.params["shape"]), lo, hi)
    if lo % settings.RANGE_SIZE:
        _make_months(run)
        refresh_statistics()
        _add_ranges(run, run.params["rows"])
        return {}
    return _check(run, batch)


def finish(run: Run) -> None:
    batch = _batch(run, lock=True)
    if batch.status != ImportBatch.Status.APPLYING:
        return  # refused, or a dry run
    counts = run.counts
    _settle(counts)
    batches.end_apply(batch, counts)


def _batch(run: Run, *, lock: bool = False) -> ImportBatch:
    rows = ImportBatch.objects.select_for_update() if lock else ImportBatch.objects
    batch = rows.get(pk=run.params["batch"])
    if batch.run_id != run.pk:
        raise RunFailed("another run has taken over this import")
    return batch


# --- The check ----------------------------------------------------------------------------------


def _check(run: Run, batch: ImportBatch) -> dict[str, int]:
    try:
        with transaction.atomic():
            loaded, plan, shape = _stage(run, batch)
    except FileRefused as refused:
        if batch.status == ImportBatch.Status.APPLYING:
            raise RunFailed(refusal(refused.found)) from refused
        batches.refuse(batch, refused.found)
        return {}
    counts = _counts(batch, loaded, plan, shape)
    batch.problems.all().delete()  # of an earlier check of the same file
    with connection.cursor() as cursor:
        cursor.execute(KEEP_PROBLEMS, [batch.pk])
    if batch.dry_run:
        counts = dict(Counter(counts) + Counter(applying.would_change(batch, shape)))
        _settle(counts)
        batches.end_check(batch, counts, loaded.notes)
        batches.drop_stage(batch)
        return {}
    _carry_out(batch, plan, shape)
    batches.end_check(batch, counts, loaded.notes)
    _go_on(run, batch, shape, fresh=plan.created > 0)
    return counts


def _stage(run: Run, batch: ImportBatch) -> tuple[Loaded, Plan, Shape]:
    """The whole file, typed, with its accounts, in the stage; what it changes of who is who."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'")
        cursor.execute("SELECT influencers_stage_make(%s)", [batch.pk])
    return _read(run, batch)


def _read(run: Run, batch: ImportBatch, *, again: bool = False) -> tuple[Loaded, Plan, Shape]:
    """Fills the stage. With `again` the file was told apart before: it says nothing new."""
    try:
        with opened(batch.file) as source:
            loaded = load(source, batch.file.kind)
    except FileNotFoundError as gone:
        raise FileRefused("gone") from gone
    bad_words = understand(loaded.columns, batch.only_platforms, run.asked_at)
    # A platform's own system is no spreadsheet: its ids may end in zeros.
    from_spreadsheet = batch.source != "api" or batch.file.kind == File.Kind.XLSX
    has_bad = staging.find_problems(loaded, bad_words, from_spreadsheet=from_spreadsheet)
    others = None if again else _lock_identities(batch)
    plan = _identify(batch, loaded, others, has_bad=has_bad)
    with connection.cursor() as cursor:
        cursor.execute("SELECT influencers_stage_order(%s)", [batch.pk])
    several = False if plan.one_each else staging.count_accounts(batch)[1]
    return loaded, plan, Shape(several=several, fields="category" in loaded.columns)


def _identify(
    batch: ImportBatch, loaded: Loaded, others: list[str] | None, *, has_bad: bool
) -> Plan:
    """Fills the stage and tells the accounts apart; once more without the rows that turned out to
    contradict others, because what they said of handles must not count either."""
    with_ids = staging.fill(batch, loaded, has_bad=has_bad)
    plan = Identifier(batch, others, dry=batch.dry_run).run(with_ids=with_ids)
    if not plan.refused_late:
        return plan
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {batch.stage}")
    return _identify(batch, loaded, others, has_bad=True)


def _lock_identities(batch: ImportBatch) -> list[str]:
    """One import at a time tells the accounts of a platform apart: until it is committed nobody
    else could see the accounts that it creates or the handles that it moves.

    Returns the stages of files that are told apart and not applied yet. What they say of handles
    stands there, and they stay until this transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, platform_id::int)"
            " FROM (SELECT DISTINCT platform_id FROM import_when ORDER BY platform_id) w",
            [IDENTITIES],
        )
    waiting = ImportBatch.objects.filter(status=ImportBatch.Status.APPLYING).exclude(pk=batch.pk)
    return [other.stage for other in waiting.order_by("pk") if _held(other.stage)]


def _held(stage: str) -> bool:
    """Keeps a stage from being dropped; False where its file has been applied by now."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {stage} IN ACCESS SHARE MODE")
    except ProgrammingError:
        return False
    return True


def _counts(batch: ImportBatch, loaded: Loaded, plan: Plan, shape: Shape) -> dict[str, int]:
    """What the check alone knows. `renamed` accounts change their id or handle and nothing else;
    `bystanders` are not in the file and lose their handle to one that is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT line) FROM import_bad")
        errors = cursor.fetchone()[0]
    if shape.several:
        accounts, _ = staging.count_accounts(batch)
    else:
        accounts = loaded.read - errors - plan.repeated
    renamed, bystanders = applying.count_unmoved(batch, shape, sorted(plan.touched))
    return {
        "read": loaded.read,
        "errors": errors,
        "repeated": plan.repeated,
        "created": plan.created,
        "accounts": accounts,
        "renamed": renamed,
        "bystanders": bystanders,
    }


def _settle(counts: dict[str, int]) -> None:
    """From what check and ranges counted to what is shown: accounts changed, and not changed."""
    accounts, bystanders = counts.pop("accounts", 0), counts.pop("bystanders", 0)
    updated = counts.get("updated", 0) + counts.pop("renamed", 0)
    for name in ("read", "errors", "repeated", "created", "observations", "fields_changed"):
        counts.setdefault(name, 0)
    counts["unchanged"] = accounts - counts["created"] - updated
    counts["updated"] = updated + bystanders


def _carry_out(batch: ImportBatch, plan: Plan, shape: Shape) -> None:
    by = batches.actor_of(batch)
    applying.create_profiles(batch, shape)
    identify.change(
        adopted=plan.adopted, handles=plan.handles, twins=dict.fromkeys(plan.twins), by=by
    )
    applying.write_handles()


# --- The ranges ---------------------------------------------------------------------------------


def _go_on(run: Run, batch: ImportBatch, shape: Shape, *, fresh: bool) -> None:
    """Adds the ranges in which the stage is applied, and before them one that makes the months
    of which there is no partition yet and has tables analysed: with `fresh` accounts the planner
    may still take the register for empty, and look through all of them for each row."""
    rows = _rows_by_range(batch)
    oldest = _months_before(run.asked_at.date(), MONTHS_BACK)
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, [oldest])
        months = sorted(month.isoformat() for (month,) in cursor.fetchall())
    params = run.params | {"shape": vars(shape), "rows": rows, "months": months}
    Run.objects.filter(pk=run.pk).update(params=params)
    if months or fresh:
        first = -batch.pk * settings.RANGE_SIZE + 1
        RunRange.objects.create(run=run, lo=first, hi=first + 1)
    else:
        _add_ranges(run, rows)


def _rows_by_range(batch: ImportBatch) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT profile_id / %s AS number, count(*) FROM {batch.stage} GROUP BY 1 ORDER BY 1",
            [settings.RANGE_SIZE],
        )
        return {str(number): rows for number, rows in cursor.fetchall()}


def _add_ranges(run: Run, rows: dict[str, int]) -> None:
    ranges = gathered({int(number): count for number, count in rows.items()})
    RunRange.objects.bulk_create(RunRange(run=run, lo=lo, hi=hi) for lo, hi in ranges)
    if len(ranges) > 1:  # a second worker may help
        transaction.on_commit(lambda: journal.ring("journal.tasks.work", run.pk))


def _make_months(run: Run) -> None:
    """A partition cannot be made while others read or write the table, and must not be waited for
    with half of the locks in hand: somebody who has the other half would wait for ever. A month
    that finds no quiet moment lies in the default partition."""
    for month in run.params["months"]:
        for _ in range(40):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(
                        "LOCK TABLE influencers_profile IN SHARE ROW EXCLUSIVE MODE NOWAIT;"
                        "LOCK TABLE influencers_observation IN ACCESS EXCLUSIVE MODE NOWAIT"
                    )
                    cursor.execute("SELECT influencers_make_month(%s)", [month])
                break
            except OperationalError:
                time.sleep(0.05)


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _refill_if_lost(run: Run, batch: ImportBatch) -> None:
    """A crash of the database empties unlogged tables: the stage is filled again from the file.

    The accounts of the file were created and told apart by the check, so that this finds them all.
    Should the register have changed meanwhile so that rows belong to other accounts now, the run
    ends, and the batch can be started again from its page.
    """
    if _has_rows(batch):
        return
    ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if _has_rows(batch):
        return  # another worker has filled it meanwhile
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'")
        cursor.execute("SELECT to_regclass(%s) IS NULL", [batch.stage])
        if cursor.fetchone()[0]:
            cursor.execute("SELECT influencers_stage_make(%s)", [batch.pk])
    try:
        _, plan, _ = _read(run, batch, again=True)
    except FileRefused as refused:
        raise RunFailed(refusal(refused.found)) from refused
    if plan.touched or plan.created or _rows_by_range(batch) != run.params["rows"]:
        raise RunFailed("the register has changed since the file was checked")


def _has_rows(batch: ImportBatch) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [batch.stage])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT FROM {batch.stage})")
        return bool(cursor.fetchone()[0])
