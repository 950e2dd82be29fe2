"""The database as the migrations left it, and the way back to it after a test that committed."""

from __future__ import annotations

import psycopg
from psycopg import sql

# Tables, partitions included, that hold rows of their own.
TABLES = """
    SELECT relnamespace::regnamespace::text, relname::text FROM pg_class
     WHERE relkind = 'r' AND relnamespace::regnamespace::text
           NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pristine')
     ORDER BY oid
"""
SEQUENCES = """
    SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences
     WHERE schemaname NOT IN ('pg_catalog', 'pristine')
"""
# Kept as they are: what the migrations recorded cannot change in a test.
UNTOUCHED = {"django_migrations"}


class Pristine:
    """Copies the rows that stand in a migrated database, and restores exactly them.

    Works as a superuser in replica mode, because the journal refuses UPDATE, DELETE and TRUNCATE
    to everybody else, which is what several tests are about.

    Args:
        url: address of the migrated test database, of a user who is a superuser.
    """

    def __init__(self, url: str):
        self.url = url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS pristine CASCADE")
            connection.execute("CREATE SCHEMA pristine")
            self.tables = {
                (schema, name): bool(
                    connection.execute(
                        sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(schema, name))
                    ).fetchone()
                    is not None
                )
                for schema, name in connection.execute(TABLES).fetchall()
                if name not in UNTOUCHED
            }
            for (schema, name), filled in self.tables.items():
                if filled:
                    connection.execute(
                        sql.SQL("CREATE TABLE {} AS TABLE {}").format(
                            sql.Identifier("pristine", name), sql.Identifier(schema, name)
                        )
                    )
            self.sequences = dict(connection.execute(SEQUENCES).fetchall())

    def restore(self) -> None:
        """Put rows, sequences and the set of tables back. Fails when a lock is held for 10 s."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "SET session_replication_role = replica; SET lock_timeout = '10s';"
                "SET synchronous_commit = off"
            )
            # Columns that the database itself fills are stored in the copies as they were.
            for table in connection.execute(TABLES).fetchall():
                identifier = sql.Identifier(*table)
                if table[1] in UNTOUCHED:
                    continue
                if table not in self.tables:  # a partition that a test made
                    connection.execute(sql.SQL("DROP TABLE {}").format(identifier))
                    continue
                filled = connection.execute(
                    sql.SQL("SELECT FROM {} LIMIT 1").format(identifier)
                ).fetchone()
                if filled is not None:
                    connection.execute(sql.SQL("DELETE FROM {}").format(identifier))
                if self.tables[table]:
                    columns = self._columns(connection, table)
                    connection.execute(
                        sql.SQL(
                            "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM {2}"
                        ).format(identifier, columns, sql.Identifier("pristine", table[1]))
                    )
            for name, value in connection.execute(SEQUENCES).fetchall():
                if value != self.sequences.get(name):
                    first = self.sequences.get(name)
                    connection.execute(
                        "SELECT setval(%s::regclass, %s, %s)", [name, first or 1, first is not None]
                    )

    def _columns(self, connection: psycopg.Connection, table: tuple[str, str]) -> sql.Composed:
        """All but the generated ones, which an INSERT may not name."""
        names = connection.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [".".join(f'"{part}"' for part in table)],
        ).fetchall()
        return sql.SQL(", ").join(sql.Identifier(name) for (name,) in names)
