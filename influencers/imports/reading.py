"""From the bytes of a file to rows of text, or to the reason why nothing of it can be used."""

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

KNOWN = (
    "platform",
    "external_id",
    "handle",
    "display_name",
    "followers",
    "category",
    "observed_on",
    "ip_territory",
    "views",
    "posts",
    "engagements",
)
REQUIRED = ("platform", "followers", "observed_on")
CHUNK = 1 << 20
MOST_NOTES = 20  # unknown columns that are named
# Where none of these stands, no cell begins or ends with a blank, and none has to be trimmed.
BLANK_MARKS = (
    *(b", ", b" ,", b"\n ", b" \n", b" \r", b"\t"),
    *("\u00a0".encode(), "\u3000".encode()),
)
QUOTED_BLANK_MARKS = (b'" ', b' "')
# A quotation mark inside of an unquoted cell: the database's reader and everybody else's differ.
STRAY_QUOTE = re.compile(rb'[^,\r\n"]"[^,\r\n"]')


class FileRefused(Exception):
    """Nothing of the file can be used; `found` is what values.problems.refusal makes words of."""

    def __init__(self, code: str, **what: Any) -> None:
        super().__init__(code)
        self.found = {"code": code, **what}


@dataclass(frozen=True)
class Header:
    """The first record of a file: its cells as known columns (None: unknown), its length."""

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    size: int  # bytes, a byte order mark included
    lines: int

    @property
    def known(self) -> frozenset[str]:
        return frozenset(column for column in self.columns if column)


@dataclass
class Seen:
    """What went by while a file was read."""

    newlines: int = 0
    stray_quotes: bool = False
    blanks: bool = False  # a cell may begin or end with one
    ends_in_newline: bool = True
    # Rows that are no rows: line and code of the problem.
    broken: list[tuple[int, str]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


def checked(source: BinaryIO, seen: Seen) -> Iterator[bytes]:
    """The bytes of a text file, chunk by chunk, each proven to be UTF-8 without NUL.

    Raises FileRefused with the line of the first byte that is not.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    last = b"\n"
    while chunk := source.read(CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as wrong:
            raise FileRefused("encoding", line=_line(seen, chunk, wrong.start)) from wrong
        if (nul := chunk.find(b"\0")) >= 0:
            raise FileRefused("nul", line=_line(seen, chunk, nul))
        seen.newlines += chunk.count(b"\n")
        quoted = b'"' in chunk
        if not seen.stray_quotes and quoted:
            # A mark that lies on the border of two chunks is looked at with its neighbours.
            seen.stray_quotes = STRAY_QUOTE.search(last[-2:] + chunk) is not None
        if not seen.blanks:
            border, marks = last[-2:] + chunk[:2], BLANK_MARKS + QUOTED_BLANK_MARKS * quoted
            seen.blanks = any(mark in chunk or mark in border for mark in marks)
        last = chunk
        yield chunk
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as wrong:
        raise FileRefused("encoding", line=seen.newlines + 1) from wrong
    seen.ends_in_newline = last.endswith(b"\n")
    seen.blanks = seen.blanks or last.endswith(b" ")


def _line(seen: Seen, chunk: bytes, position: int) -> int:
    return seen.newlines + chunk.count(b"\n", 0, max(position, 0)) + 1


def read_header(source: BinaryIO) -> Header:
    """Reads the first record and leaves the file behind it.

    Raises FileRefused where it names no known column, lacks one that is needed or names one twice.
    """
    start = source.read(3)
    mark = 3 if start == codecs.BOM_UTF8 else 0
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileRefused("utf16")
    if not start:
        raise FileRefused("empty")
    source.seek(mark)
    record, lines = b"", 0
    while line := source.readline(CHUNK):
        record, lines = record + line, lines + 1
        if record.count(b'"') % 2 == 0 or len(record) > CHUNK:
            break
    if b"\0" in record:
        raise FileRefused("nul", line=1)
    try:
        text = record.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise FileRefused("encoding", line=1) from wrong
    # A lone carriage return ends a line too: files of old spreadsheets.
    size = mark + len(record)
    if "\r" in text.rstrip("\r\n"):
        text = text[: text.index("\r") + 1]
        size = mark + len(text.encode())
    try:
        cells = next(csv.reader([text]), [])
    except csv.Error as wrong:
        raise FileRefused("quotes", line=1) from wrong
    return _header([cell.strip().lower() for cell in cells], cells, size, lines)


def _header(names: list[str], cells: list[str], size: int, lines: int) -> Header:
    found = [name for name in names if name in KNOWN]
    if not found:
        raise FileRefused("no_header", columns=", ".join(KNOWN))
    if twice := next((name for name in found if found.count(name) > 1), None):
        raise FileRefused("column_twice", columns=twice)
    lacking = [name for name in REQUIRED if name not in found]
    if "handle" not in found and "external_id" not in found:
        lacking.insert(0, "external_id")
    if lacking:
        raise FileRefused("missing_columns", columns=", ".join(lacking))
    columns = tuple(name if name in KNOWN else None for name in names)
    unknown = tuple(
        cell.strip()[:60] for cell, name in zip(cells, columns, strict=True) if name is None
    )
    return Header(columns, tuple(cell for cell in unknown if cell)[:MOST_NOTES], size, lines)


def csv_rows(source: BinaryIO, header: Header, seen: Seen) -> Iterator[tuple[int, list[str]]]:
    """The rows behind the header with the lines on which they start, read one by one.

    For files that the database's own reader does not take as they are. Empty lines are passed
    over; rows of the wrong length go to `seen.broken`.
    """
    source.seek(header.size)
    bytes_in = io.BufferedReader(_Chunks(checked(source, seen)), CHUNK)
    reader = csv.reader(io.TextIOWrapper(bytes_in, encoding="utf-8", newline=""), strict=True)
    seen.newlines = header.lines
    width = len(header.columns)
    start = header.lines + 1
    try:
        for row in reader:
            if len(row) == width:
                yield start, row
            elif row:
                seen.broken.append((start, "cells"))
            start = header.lines + reader.line_num + 1
    except csv.Error as wrong:
        raise FileRefused("quotes", line=start) from wrong


def json_rows(source: BinaryIO, seen: Seen) -> Iterator[tuple[int, list[str | None]]]:
    """One JSON object per line, its cells in the order of KNOWN.

    Numbers stay as they were written, so that a rounded id is still seen to be one.
    """
    source.seek(3 if source.read(3) == codecs.BOM_UTF8 else 0)
    lines = io.BufferedReader(_Chunks(checked(source, seen)), CHUNK)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = _cells(line, seen)
        if cells is None:
            seen.broken.append((number, "json"))
        else:
            yield number, cells


def _cells(line: bytes, seen: Seen) -> list[str | None] | None:
    try:
        row = json.loads(line, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    if not all(value is None or isinstance(value, str) for value in row.values()):
        return None
    # Escapes can smuggle in what the bytes did not hold.
    if any(value and not _storable(value) for value in row.values()):
        return None
    if len(seen.unknown) < MOST_NOTES:
        seen.unknown.update(name[:60] for name in row.keys() - set(KNOWN) if _storable(name))
    return [row.get(name) for name in KNOWN]


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _storable(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


class _Chunks(io.RawIOBase):
    """An iterator of chunks as a file to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.rest:
            self.rest = next(self.chunks, b"")
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
