"""Profiles, and files of observations."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import factory

from accounts.actions import files
from accounts.models import File
from influencers.actions import imports
from influencers.models import ImportBatch, Platform, Profile
from journal import actions as journal
from journal.values import Actor, command

IMPORTER = command("tests")


class ProfileFactory(factory.django.DjangoModelFactory):
    """An account without a count; `platform` may be a code."""

    platform = "douyin"
    external_id = factory.Sequence(lambda n: f"id-{n}")

    class Meta:
        model = Profile

    @classmethod
    def _create(cls, model_class: type[Profile], *args: Any, **values: Any) -> Profile:
        if isinstance(values["platform"], str):
            values["platform"] = Platform.objects.get(code=values["platform"])
        return super()._create(model_class, *args, **values)


def csv_of(rows: Iterable[Mapping[str, Any]], columns: Iterable[str] = ()) -> str:
    """Rows as a file of observations; the columns of the first row unless others are named."""
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns) or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def kept(content: str | bytes, kind: str = "csv", name: str = "rows.csv") -> File:
    data = content.encode() if isinstance(content, str) else content
    return files.keep(io.BytesIO(data), File.Kind(kind), name=name, checked="", by=IMPORTER)


def received(content: str | bytes, kind: str = "csv", **options: Any) -> ImportBatch:
    """A batch that waits for a worker."""
    by: Actor = options.pop("by", IMPORTER)
    return imports.receive(kept(content, kind), f"rows.{kind}", by=by, **options)


def imported(content: str | bytes, kind: str = "csv", **options: Any) -> ImportBatch:
    """A batch with everything done to it that a worker does, short of the passes that follow."""
    batch = received(content, kind, **options)
    work(batch)
    return batch


def work(batch: ImportBatch) -> None:
    batch.refresh_from_db()
    assert batch.run_id is not None
    journal.work(batch.run_id, "test")
    batch.refresh_from_db()
