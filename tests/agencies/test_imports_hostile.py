"""Files that were made to do harm, or were saved as something else: refused in words, or harmless,
each in little time and memory."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any, TypeVar

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.exports.writing import csv_lines, xlsx_chunks
from agencies.forms.imports import ContractsUploadForm
from agencies.models import Agency
from journal.actions.context import PASS, seeing
from tests.agencies.imports import applied, checked, csv_of, row, xlsx_of
from tests.factories.agencies import make_agency

pytestmark = pytest.mark.django_db

SECONDS, MEGABYTES = 5, 150
HEAD = ["reference", "party", "services", "since"]
FACTS = ["HT-1", "somebody", "brokerage", "2026-01-01"]
PAGE = "<html><body><table><tr><td>reference</td></tr></table></body></html>"


T = TypeVar("T")


def cheaply(call: Callable[..., T], *args: Any) -> T:
    """What a call returns that takes little time and memory."""
    began = time.perf_counter()
    tracemalloc.start()
    try:
        found = call(*args)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - began < SECONDS
    assert peak < MEGABYTES * 1_000_000
    return found


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """What is imported at the first workbook is no cost of a file."""
    openpyxl.load_workbook(io.BytesIO(xlsx_of([["a"]])), read_only=True).close()


def workbook(**parts: bytes) -> bytes:
    """A workbook of ours with other parts beside, or instead of, its own."""
    made, stream = io.BytesIO(xlsx_of([HEAD, FACTS])), io.BytesIO()
    names = {name.replace("__", "/").replace("_xml", ".xml"): part for name, part in parts.items()}
    with (
        zipfile.ZipFile(made) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, names.pop(name, old.read(name)))
        for name, part in names.items():
            new.writestr(name, part)
    return stream.getvalue()


def refusal(name: str, content: bytes) -> str:
    form = ContractsUploadForm({"token": "0" * 32}, {"file": SimpleUploadedFile(name, content)})
    return "" if cheaply(form.is_valid) else str(form.errors["file"][0])


def many_rows(row: bytes) -> bytes:
    """A file that unpacks to a million rows."""
    rows = b"".join(row % n for n in range(1, 1_000_001)) if b"%" in row else row * 1_000_000
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    whole = sheet + b"<sheetData>" + rows + b"</sheetData></worksheet>"
    return workbook(xl__worksheets__sheet1_xml=whole)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "the name must end in"),
        ("a.xlsm", b"PK\x03\x04", "the name must end in"),
        ("a.csv.exe", b"x", "the name must end in"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xd0\xcf\x11\xe0" + b"\0" * 9, "not text: it is a XLS file"),
        ("a.csv", b"PK\x03\x04" + b"\0" * 9, "not text: it is a ZIP file"),
        ("a.csv", b"%PDF-1.7", "not text: it is a PDF file"),
        ("a.csv", b"a,b\n\0,1\n", "NUL byte"),
        ("a.csv", PAGE.encode(), "a web page"),
        ("a.csv", f"\ufeff \n{PAGE}".encode(), "a web page"),
        ("a.csv", b"<?xml version='1.0'?><Workbook/>", "a web page"),
        ("a.csv", f"\ufeff{PAGE}".encode("utf-16-le"), "a web page"),
        ("a.csv", b"x" * 10_000_001, "too large"),
        ("a.xlsx", b"reference,party\n", "not a workbook"),
        ("a.xlsx", PAGE.encode(), "not a workbook"),
        ("a.xlsx", workbook(), ""),
    ],
    # Not by the content: a workbook holds the time at which it was made.
    ids=lambda said: said if isinstance(said, str) else "file",
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    assert words in refusal(name, content)
    assert bool(refusal(name, content)) == bool(words)


def test_macros_under_another_name_are_refused() -> None:
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert "macros" in refusal("a.xlsx", stream.getvalue())


def test_small_file_of_a_million_rows_is_refused() -> None:
    content = many_rows(b"<row><c><v>1</v></c></row>")
    assert len(content) < 169_000
    assert "unpacks to more than is taken" in refusal("a.xlsx", content)


def test_reading_ends_where_rows_are_too_many() -> None:
    content = many_rows(b'<row r="%d"><c><v>1</v></c></row>')
    assert refusal("a.xlsx", content) == ""
    batch = cheaply(checked, make_agency(), content, "xlsx")
    assert batch.refusal == {"code": "too_many", "most": 5000}


def test_bomb_of_texts_is_refused() -> None:
    strings = b"<sst>" + b"<si><t>x</t></si>" * 800_000 + b"</sst>"
    assert "unpacks to more" in refusal("a.xlsx", workbook(xl__sharedStrings_xml=strings))


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "%s"><!ENTITY b "%s">
<!ENTITY c SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("entity", [b"&b;", b"&c;"])
def test_entities_of_a_workbook_are_not_followed(entity: bytes) -> None:
    head = ENTITIES % (b"ha" * 1000, b"&a;" * 100_000)
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c t="inlineStr"><is><t>reference</t></is></c>'
        b'<c t="inlineStr"><is><t>party</t></is></c></row>'
        b'<row r="2"><c t="inlineStr"><is><t>HT-1</t></is></c>'
        b'<c t="inlineStr"><is><t>' + entity + b"</t></is></c></row></sheetData></worksheet>"
    )
    batch = cheaply(
        checked, make_agency(), workbook(xl__worksheets__sheet1_xml=head + sheet), "xlsx"
    )
    if batch.status == "checked":
        with seeing(PASS):
            assert "root:" not in str(list(batch.rows.values_list("cells", flat=True)))
    else:
        assert batch.refusal == {"code": "workbook"}


def test_cell_in_the_last_place_of_a_sheet_costs_nothing() -> None:
    book = io.BytesIO()
    made = openpyxl.Workbook()
    for place, (name, fact) in enumerate(zip(HEAD, FACTS, strict=True), start=1):
        made.active.cell(1, place, name)
        made.active.cell(2, place, fact)
    made.active["XFD1048576"] = 1
    made.save(book)
    batch = cheaply(checked, make_agency(), book.getvalue(), "xlsx")
    assert batch.refusal == {"code": "too_many", "most": 5000}


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"reference,party\n", "csv", "empty"),
        (b"\n\n\n", "csv", "empty"),
        (b'reference,party\n"a,b\n', "csv", "quotes"),
        (b"\xff\xfe\x00\xd8", "csv", "encoding"),
        (b"\x80\x81\xff\xfe\xff", "csv", "encoding"),
        (",".join("abc" for _ in range(101)).encode() + b"\n", "csv", "too_wide"),
        (b"reference,party\n" + b"a,b\n" * 5001, "csv", "too_many"),
        (b"PK\x03\x04 nothing", "xlsx", "workbook"),
    ],
)
def test_file_that_cannot_be_used_says_why(content: bytes, kind: str, code: str) -> None:
    batch = cheaply(checked, make_agency(), content, kind)
    assert (batch.status, batch.refusal["code"]) == ("refused", code)
    assert batch.refusal_text


def test_hidden_sheet_is_not_read_and_said_so() -> None:
    made = openpyxl.load_workbook(io.BytesIO(xlsx_of([HEAD, FACTS])))
    made.create_sheet("secret", 0).append(["reference", "other"])
    made["secret"].sheet_state = "hidden"
    made.active = 1
    stream = io.BytesIO()
    made.save(stream)
    batch = cheaply(checked, make_agency(), stream.getvalue(), "xlsx")
    assert (batch.counts["new"], batch.notes) == (1, [{"code": "hidden_rows"}])


def test_formula_is_its_saved_value_and_never_run() -> None:
    """Nobody saved one here, so that the cell is empty."""
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    made.active.append(["HT-1", '=HYPERLINK("http://x")', "brokerage", "2026-01-01"])
    stream = io.BytesIO()
    made.save(stream)
    batch = cheaply(checked, make_agency(), stream.getvalue(), "xlsx")
    with seeing(PASS):
        assert batch.rows.get().problems[0]["code"] == "missing"


SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'="]


@pytest.mark.parametrize("sign", SIGNS)
def test_export_has_no_cell_that_a_spreadsheet_would_run(sign: str) -> None:
    rows = [["reference"], [f"{sign}1+1"]]
    line = list(csv_lines(rows))[2]
    assert line.lstrip('"').startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx_chunks(rows, "x"))))
    assert [cell.data_type for line in book.active.rows for cell in line] == ["s", "s"]


def test_name_of_a_file_is_a_label() -> None:
    form = ContractsUploadForm(
        {"token": "0" * 32},
        {"file": SimpleUploadedFile("x.csv", csv_of([row()]))},
    )
    form.files["file"]._name = "../../etc/\u202epasswd\r\nX: 1.csv"
    assert form.is_valid()
    assert form.checked.name == "passwdX: 1.csv"


def test_long_texts_are_errors_of_their_cells() -> None:
    agency: Agency = make_agency()
    applied(agency, [row(party="x" * 3000), row(reference="r" * 81)])
    with seeing(PASS):
        assert agency.contracts.count() == 0
