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


def test_catalogue_is_compared_with_what_pages_say(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    catalogue = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    before = catalogue.read_text()
    assert sorted(line.partition(" (")[0] for line in translations.missing(tmp_path)) == [
        "fuzzy: 'Unsure'",
        "no longer used: 'Gone'",
        "untranslated: 'New'",
    ]
    assert catalogue.read_text() == before
