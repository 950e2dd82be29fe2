"""Keeping what somebody sent, byte for byte."""

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.files.base import File as Content
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import File
from accounts.models.files import storage_path
from journal.values import Actor


class _Counted(Content):
    """Passes a file on chunk by chunk and counts what went through.

    It has no `temporary_file_path`, so that the storage reads it instead of moving it away.
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file, name="upload")
        self.source = file
        self.sum, self.length = hashlib.sha256(), 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self.source.seek(0)
        while chunk := self.source.read(chunk_size or 1 << 20):
            self.sum.update(chunk)
            self.length += len(chunk)
            yield chunk


@transaction.atomic
def keep(upload: BinaryIO | Any, kind: File.Kind, *, name: str, checked: str, by: Actor) -> File:
    """Stores an upload (or any open binary file) below MEDIA_ROOT and returns its row.

    It goes through in chunks, whatever its size. `name` is the sender's label, `checked` says which
    checks it passed (accounts.doors.check_upload). Opening it is `opened`.
    """
    content = _Counted(upload)
    path = default_storage.save(storage_path(timezone.localdate()), content)
    try:
        with transaction.atomic():
            return File.objects.create(
                kind=kind,
                name=name,
                sha256=content.sum.hexdigest(),
                size=content.length,
                checked=checked,
                path=path,
                uploaded_by_kind=by.kind,
                uploaded_by_id=by.id,
                uploaded_by=by.name,
            )
    except BaseException:
        default_storage.delete(path)
        raise


def opened(row: File) -> BinaryIO:
    """The content, for reading; the caller closes it. FileNotFoundError where it was lost."""
    return default_storage.open(row.path, "rb")  # type: ignore[return-value]
