"""Portals of their own, each a copy of one that was made once."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.portal import EMAIL, PASSWORD, Portal, noon_zone

# Accounts lie in several ranges of a pass, though they are few: there is more to be interrupted.
SPREAD = "ALTER SEQUENCE influencers_profile_id_seq INCREMENT BY 12"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mingpai-fault-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="session")
def laid() -> Iterator[tuple[Path, str]]:
    """The state of an empty portal that has an operator, at rest; and the zone it lives in."""
    folder, noon = _folder(), noon_zone()
    portal = Portal(folder / "state", free_port(), noon)
    portal.state.mkdir(mode=0o755)
    try:
        portal.start()
        portal.rows("UPDATE influencers_platform SET time_zone = %s", [noon])
        portal.rows(SPREAD)
        portal.manage("create_operator", EMAIL, "--password-stdin", given=PASSWORD + "\n")
        portal.stop()
        yield portal.state, noon
    finally:
        portal.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def new_portal(laid: tuple[Path, str]) -> Iterator[Callable[[], Portal]]:
    """Starts portals, each with the same empty beginning."""
    began: list[Portal] = []
    template, noon = laid

    def new() -> Portal:
        folder = _folder()
        shutil.copytree(template, folder / "state", symlinks=True, copy_function=_with_owner)
        for path in [folder / "state", *(folder / "state").rglob("*")]:
            _take_owner(template / path.relative_to(folder / "state"), path)
        portal = Portal(folder / "state", free_port(), noon)
        began.append(portal)
        portal.start()
        return portal

    yield new
    for portal in began:
        portal.end()
        shutil.rmtree(portal.state.parent, ignore_errors=True)


def _with_owner(source: str, target: str) -> str:
    return str(shutil.copy2(source, target))


def _take_owner(source: Path, target: Path) -> None:
    """As root the database's files belong to somebody else."""
    status = source.lstat()
    if status.st_uid != target.lstat().st_uid:
        shutil.chown(target, status.st_uid, status.st_gid)
