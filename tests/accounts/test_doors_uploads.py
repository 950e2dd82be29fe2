"""What may come in as a file."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.doors import (
    UploadRefused,
    check_upload,
)
from accounts.models import File

pytestmark = pytest.mark.django_db


# --- uploads ------------------------------------------------------------------------------------

TEXT = b"platform,handle,followers\ndouyin,a,1\n"


def sent(name: str, content: bytes = TEXT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_text_is_taken_and_left_at_its_start() -> None:
    upload = sent("观测.CSV", "名".encode() + TEXT)
    checked = check_upload(upload)
    assert (checked.kind, checked.name) == (File.Kind.CSV, "观测.CSV")
    assert upload.read(3) == "名".encode()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/a.csv", "a.csv"),
        ("C:\\fakepath\\a.csv", "a.csv"),
        ("a\r\nX-Header: 1.csv", "aX-Header: 1.csv"),
        ("gpj.\u202evsc.csv", "gpj.vsc.csv"),
        ("n" * 300 + ".csv", "n" * 196 + ".csv"),
    ],
)
def test_name_is_a_label_and_nothing_else(name: str, label: str) -> None:
    upload = sent("a.csv")
    upload._name = name
    assert check_upload(upload).name == label


def workbook(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", TEXT, "must end in .csv, .ndjson"),
        ("a", TEXT, "must end in"),
        ("a.csv.exe", TEXT, "must end in"),
        ("a.csv", b"", "is empty"),
        ("a.csv", workbook(), "is a ZIP file"),
        ("a.csv", b"\xd0\xcf\x11\xe0" + TEXT, "is a XLS file"),
        ("a.csv", b"%PDF-1.7", "is a PDF file"),
        ("a.csv", "﻿名".encode("utf-16"), "is UTF-16"),
        ("a.csv", TEXT + b"\0", f"a NUL byte at position {len(TEXT)}"),
        ("a.csv", b"x" * (1 << 20) + b"y\0", "a NUL byte at position 1048577"),
    ],
    ids=["exe", "none", "two", "empty", "zip", "xls", "pdf", "utf-16", "nul", "nul later"],
)
def test_file_that_is_not_what_its_name_says_is_refused(
    name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(UploadRefused, match=reason):
        check_upload(sent(name, content))


def test_file_above_the_limit_is_refused(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(UploadRefused, match="at most 10"):
        check_upload(sent("a.csv"))


def test_workbook_is_taken_where_it_is_asked_for() -> None:
    assert check_upload(sent("a.xlsx", workbook(a=b"x")), [File.Kind.XLSX]).kind == "xlsx"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TEXT, "is not a workbook"),
        (workbook(bomb=b"0" * 5_000_000), "unpacks to more"),
        (workbook(**{f"f{n}": b"x" for n in range(1001)}), "unpacks to more"),
    ],
    ids=["text", "bomb", "crowd"],
)
def test_workbook_that_is_none_or_a_bomb_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UploadRefused, match=reason):
        check_upload(sent("a.xlsx", content), [File.Kind.XLSX])
