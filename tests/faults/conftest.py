"""Portals of their own: one that runs, or any number of copies of one."""

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


def _first_start(portal: Portal) -> None:
    """An empty portal that has an operator."""
    portal.state.mkdir(mode=0o755)
    portal.start()
    noon = portal.environment["PORTAL_TIME_ZONE"]
    portal.rows("UPDATE influencers_platform SET time_zone = %s", [noon])
    portal.rows(SPREAD)
    portal.manage("create_operator", EMAIL, "--password-stdin", given=PASSWORD + "\n")


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """One that runs."""
    portal = Portal(_folder() / "state", free_port(), noon_zone())
    try:
        _first_start(portal)
        yield portal
        portal.stop()
    finally:
        portal.end()
        shutil.rmtree(portal.state.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def laid() -> Iterator[tuple[Path, str]]:
    """The state of one at rest, and the zone it lives in."""
    portal = Portal(_folder() / "state", free_port(), noon_zone())
    try:
        _first_start(portal)
        portal.stop()
        yield portal.state, portal.environment["PORTAL_TIME_ZONE"]
    finally:
        portal.end()
        shutil.rmtree(portal.state.parent, ignore_errors=True)


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
