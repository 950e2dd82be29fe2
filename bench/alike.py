"""Whether two sides wrote the same rows. If not, their times say nothing."""

from __future__ import annotations

from typing import Any

import psycopg


class Differ(Exception):
    """The two sides did not write the same rows: their times say nothing."""


def digest(connection: psycopg.Connection, queries: dict[str, str]) -> dict[str, Any]:
    """Per query how many rows it has and a sum over them, whatever their order."""
    return {
        name: connection.execute(
            f"SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0) FROM ({query}) r"
        ).fetchone()
        for name, query in queries.items()
    }


def compare(ours: dict[str, Any], bare: dict[str, Any]) -> None:
    for name, found in ours.items():
        if found != bare[name]:
            raise Differ(f"{name}: {found[0]} rows here, {bare[name][0]} by the bare statements")
