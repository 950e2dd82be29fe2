"""Whether the catalogue in locale/ holds every text that code and templates use, translated."""

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

LOCALE = "zh_Hans"


def missing(root: Path) -> Iterator[str]:
    """Extract into a copy of the project and compare: yields what is untranslated or left over.

    Raises FileNotFoundError where GNU gettext is not installed.
    """
    if shutil.which("xgettext") is None:
        raise FileNotFoundError("xgettext")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for path in house.files(root, ".py", ".html", ".txt", ".po"):
            name = path.relative_to(root)
            if name.parts[0] not in {"tests", "bench"}:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy / name)
        (copy / "locale").mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale", LOCALE, "--no-wrap"],
            cwd=copy,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        with open(copy / "locale" / LOCALE / "LC_MESSAGES" / "django.po", "rb") as file:
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
