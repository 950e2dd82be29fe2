"""What may come in as a file."""

import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import File

# First bytes of what is not text, though its name may say so.
BINARY = {
    b"PK\x03\x04": "ZIP",
    b"\x1f\x8b": "GZIP",
    b"%PDF-": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"7z\xbc\xaf": "7Z",
    b"Rar!": "RAR",
}
XLSX_ENTRIES, XLSX_BYTES, XLSX_RATIO = 1000, 100_000_000, 100
# Of a workbook that people fill in by hand; its texts are held in memory as a whole.
HAND_BYTES, HAND_STRINGS = 40_000_000, 12_000_000
MACROS = ("vbaProject.bin", "vbaData.xml")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What spreadsheets of web pages begin with, whatever their name says.
MARKUP = re.compile(
    rb"\s*<(!doctype|html|table|head|body|\?xml|script|svg|meta|div)\b", re.IGNORECASE
)


class UploadRefused(ValueError):
    """The file is not taken; the text says why, for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a file that passed: its kind, its label, and how it was checked."""

    kind: File.Kind
    name: str
    checked: str


def check_upload(
    upload: Any,
    kinds: Collection[File.Kind] = (File.Kind.CSV, File.Kind.NDJSON),
    *,
    most: int | None = None,
    typed_by_hand: bool = False,
) -> Checked:
    """Looks at name, size and content of an uploaded file (Django's UploadedFile).

    Text may be in any encoding without NUL bytes; what the encoding is finds out who reads it.
    `most` are bytes, UPLOAD_MAX_BYTES unless said. A file `typed_by_hand` may be UTF-16, as
    spreadsheets save "Unicode text", and a workbook holds what somebody can have filled in.
    Raises UploadRefused with a translated reason. Leaves the file at its start.
    """
    # The label alone: folders, control and direction characters of the sender's name are dropped.
    label = PurePosixPath((upload.name or "").replace("\\", "/")).name
    name = re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", label)[-200:]
    suffix = PurePosixPath(name.lower()).suffix.removeprefix(".")
    kind = next((kind for kind in kinds if kind.value == suffix), None)
    if kind is None:
        raise UploadRefused(
            _("“%(name)s” is not taken: the name must end in %(endings)s.")
            % {"name": name, "endings": ", ".join(f".{kind.value}" for kind in kinds)}
        )
    if not upload.size:
        raise UploadRefused(_("“%(name)s” is empty.") % {"name": name})
    most = settings.UPLOAD_MAX_BYTES if most is None else most
    if upload.size > most:
        raise UploadRefused(
            _("“%(name)s” is too large: at most %(most)s.")
            % {"name": name, "most": filesizeformat(most)}
        )
    if kind is File.Kind.XLSX:
        _check_workbook(upload, name, typed_by_hand=typed_by_hand)
        return Checked(kind, name, "name, size, first bytes, unpacked size")
    _check_text(upload, name, typed_by_hand=typed_by_hand)
    return Checked(kind, name, "name, size, first bytes, no NUL byte")


def _check_text(upload: Any, name: str, *, typed_by_hand: bool) -> None:
    upload.seek(0)
    first = upload.read(512)
    for magic, what in BINARY.items():
        if first.startswith(magic):
            raise UploadRefused(
                _("“%(name)s” is not text: it is a %(kind)s file.") % {"name": name, "kind": what}
            )
    if MARKUP.match(first.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")):
        raise UploadRefused(
            _("“%(name)s” is a web page, not a table; save it as CSV or XLSX.") % {"name": name}
        )
    if first.startswith(UTF16):
        if typed_by_hand:
            upload.seek(0)
            return
        raise UploadRefused(_("“%(name)s” is UTF-16; save it as UTF-8.") % {"name": name})
    position = 0
    upload.seek(0)
    while chunk := upload.read(1 << 20):
        if (found := chunk.find(b"\0")) >= 0:
            raise UploadRefused(
                _("“%(name)s” has a NUL byte at position %(position)d.")
                % {"name": name, "position": position + found}
            )
        position += len(chunk)
    upload.seek(0)


def _check_workbook(upload: Any, name: str, *, typed_by_hand: bool) -> None:
    """Reads the list of contents only: nothing is unpacked before its size is known."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UploadRefused(_("“%(name)s” is not a workbook.") % {"name": name}) from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if "[Content_Types].xml" not in {entry.filename for entry in entries}:
        raise UploadRefused(_("“%(name)s” is not a workbook.") % {"name": name})
    if any(entry.flag_bits & 1 for entry in entries):
        raise UploadRefused(_("“%(name)s” is locked by a password.") % {"name": name})
    if any(entry.filename.endswith(MACROS) for entry in entries):
        raise UploadRefused(
            _("“%(name)s” holds macros; save it as XLSX without them.") % {"name": name}
        )
    widest = HAND_BYTES if typed_by_hand else XLSX_BYTES
    strings = sum(e.file_size for e in entries if e.filename.lower().endswith("strings.xml"))
    too_much = typed_by_hand and strings > HAND_STRINGS
    too_much = too_much or unpacked > widest or unpacked / packed > XLSX_RATIO
    if too_much or len(entries) > XLSX_ENTRIES:
        raise UploadRefused(
            _("“%(name)s” unpacks to more than is taken; send it as CSV.") % {"name": name}
        )
    upload.seek(0)
