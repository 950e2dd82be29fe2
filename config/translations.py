"""Whether the catalogue in locale/ holds every text that code and templates use, translated.

`python -m config.translations` brings new texts into it, to be translated, and drops old ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from config import house
from config.engines import ROOT

LOCALE = "zh_Hans"
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"


def missing(root: Path) -> Iterator[str]:
    """Extract into a copy of the project and compare: yields what is untranslated or left over.

    Raises FileNotFoundError where GNU gettext is not installed.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        open(_extracted(root, Path(folder)), "rb") as file,
    ):
        catalogue = read_po(file, locale=LOCALE)
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        where = ", ".join(f"{name}:{line}" for name, line in message.locations[:2])
        if message.id and not all(texts):
            yield f"untranslated: {message.id!r} ({where})"
        elif message.id and message.fuzzy:
            yield f"fuzzy: {message.id!r} ({where})"
    for message in catalogue.obsolete.values():
        yield f"no longer used: {message.id!r}"


def update(root: Path) -> None:
    """Rewrite the catalogue in place: new texts come in empty or marked as unsure, old ones go.

    It names files without lines and holds no day, so that it changes only when texts do. Raises
    FileNotFoundError where GNU gettext is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = _extracted(root, Path(folder), "--no-obsolete", "--add-location", "file")
        lines = made.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith('"POT-Creation-Date')]
    (root / CATALOGUE).write_text("".join(kept))


def _extracted(root: Path, copy: Path, *options: str) -> Path:
    """The catalogue of `root` with every text of today, made in `copy`."""
    if shutil.which("xgettext") is None:
        raise FileNotFoundError("xgettext")
    for path in house.files(root, ".py", ".html", ".txt", ".po"):
        name = path.relative_to(root)
        if name.parts[0] not in {"tests", "bench"}:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy / name)
    (copy / "locale").mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", LOCALE, "--no-wrap", *options],
        cwd=copy,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return copy / CATALOGUE


if __name__ == "__main__":
    update(ROOT)
