"""The check of translations finds what is missing, unsure and left over; and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from config import translations

pytestmark = pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="GNU gettext is not installed"
)

PAGE = """{% load i18n %}{% translate "Known" %}{% translate "New" %}{% translate "Unsure" %}
{% blocktranslate trimmed count n=n %}{{ n }} file{% plural %}{{ n }} files{% endblocktranslate %}
"""
CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Known"
msgstr "已知"

#, fuzzy
msgid "Unsure"
msgstr "不确定"

msgid "Gone"
msgstr "没有了"

msgid "%(n)s file"
msgid_plural "%(n)s files"
msgstr[0] "%(n)s 个文件"
"""


def project(tmp_path: Path) -> Path:
    """A project with one page; returns its catalogue."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    catalogue = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    return catalogue


def test_catalogue_is_compared_with_what_pages_say(tmp_path: Path) -> None:
    catalogue = project(tmp_path)
    before = catalogue.read_text()
    assert sorted(line.partition(" (")[0] for line in translations.missing(tmp_path)) == [
        "fuzzy: 'Unsure'",
        "no longer used: 'Gone'",
        "untranslated: 'New'",
    ]
    assert catalogue.read_text() == before


def test_update_brings_new_texts_and_changes_nothing_twice(tmp_path: Path) -> None:
    catalogue = project(tmp_path)
    translations.update(tmp_path)
    after = catalogue.read_text()
    assert [line for line in after.splitlines() if line.startswith(("msgid", "#:", "#~"))] == [
        'msgid ""',
        "#: templates/page.html",
        'msgid "Known"',
        "#: templates/page.html",
        'msgid "New"',
        "#: templates/page.html",
        'msgid "Unsure"',
        "#: templates/page.html",
        'msgid "%(n)s file"',
        'msgid_plural "%(n)s files"',
    ]
    assert "POT-Creation-Date" not in after
    translations.update(tmp_path)
    assert catalogue.read_text() == after
