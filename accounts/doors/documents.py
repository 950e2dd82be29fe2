"""Documents that people hand in as evidence: PDF and pictures, kept as they came and never opened
here; whoever reads them downloads them."""

import re
import zlib
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.doors.uploads import Checked, UploadRefused
from accounts.models import File
from accounts.values import readable

MOST_BYTES = 5_000_000
MOST_UNPACKED = 50_000_000  # of a PDF's packed parts together
MAGIC = {
    File.Kind.PDF: b"%PDF-",
    File.Kind.PNG: b"\x89PNG\r\n\x1a\n",
    File.Kind.JPG: b"\xff\xd8\xff",
}
ENDINGS = {"pdf": File.Kind.PDF, "png": File.Kind.PNG, "jpg": File.Kind.JPG, "jpeg": File.Kind.JPG}
# What makes a PDF do something, hides it from checks, or carries another file.
ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction|AA|RichMedia|XFA|Encrypt)(?![A-Za-z])"
)
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
HEX = re.compile(rb"#([0-9A-Fa-f]{2})")


def check_document(upload: Any) -> Checked:
    """Looks at name, size and content of an uploaded document. Raises UploadRefused with a
    translated reason. Leaves the file at its start."""
    label = readable((upload.name or "").replace("\\", "/").rpartition("/")[2])
    name = re.sub(r"[\x00-\x1f\x7f]", "", label)[-200:]
    kind = ENDINGS.get(name.lower().rpartition(".")[2])
    if kind is None:
        raise UploadRefused(
            _("“%(name)s” is not taken: send a PDF, PNG or JPEG file.") % {"name": name}
        )
    if not upload.size:
        raise UploadRefused(_("“%(name)s” is empty.") % {"name": name})
    if upload.size > MOST_BYTES:
        raise UploadRefused(
            _("“%(name)s” is too large: at most %(most)s.")
            % {"name": name, "most": filesizeformat(MOST_BYTES)}
        )
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    if not content.startswith(MAGIC[kind]):
        raise UploadRefused(
            _("“%(name)s” is not what its name says: it is no %(kind)s file.")
            % {"name": name, "kind": kind.label}
        )
    if kind is File.Kind.PDF and _does_something(content):
        raise UploadRefused(
            _("“%(name)s” is locked or holds scripts or other files; print it to PDF again.")
            % {"name": name}
        )
    return Checked(kind, name, "name, size, first bytes, no script")


def _does_something(content: bytes) -> bool:
    """Whether a PDF, or a part that it holds packed, names what is active. What does not unpack is
    no part that a reader could run."""
    if ACTIVE.search(HEX.sub(_sign, content)):
        return True
    left = MOST_UNPACKED
    for found in STREAM.finditer(content):
        unpacker = zlib.decompressobj()
        try:
            part = unpacker.decompress(found.group(1), left)
        except zlib.error:
            continue
        left -= len(part)
        if left <= 0 or ACTIVE.search(HEX.sub(_sign, part)):
            return True
    return False


def _sign(found: re.Match[bytes]) -> bytes:
    """Names may be written with numbers for letters: /J#53 is /JS."""
    return bytes([int(found.group(1), 16)])
