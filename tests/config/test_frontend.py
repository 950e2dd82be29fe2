"""Front-end files that pages load: nothing in them asks for what the content policy refuses."""

from __future__ import annotations

from pathlib import Path

from config.frontend import TARGET, with_pictures_as_files


def test_pictures_inside_a_style_sheet_become_files_beside_it(tmp_path: Path) -> None:
    sheet = b"""a{mask:url("data:image/svg+xml,%3csvg fill='%23fff'/%3e")} b{color:red}"""
    written = with_pictures_as_files(sheet, tmp_path)
    (picture,) = tmp_path.iterdir()
    assert picture.read_bytes() == b"<svg fill='#fff'/>"
    assert written == b'a{mask:url("%s")} b{color:red}' % picture.name.encode()


def test_no_fetched_style_sheet_has_a_picture_inside() -> None:
    sheets = list(TARGET.glob("*.css"))
    assert sheets
    assert [
        sheet.name for sheet in sheets if b"url(data:" in sheet.read_bytes().replace(b'"', b"")
    ] == []
