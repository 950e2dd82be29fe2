"""Rows that keep their past: what was known of them, and during which time."""

from collections.abc import Sequence

import pgtrigger


def keeps_past(
    name: str, past: str, key: str, columns: Sequence[str], fixed: Sequence[str] = ()
) -> list[pgtrigger.Trigger]:
    """Triggers (for Meta.triggers) by which each UPDATE of a table copies the old row to `past`.

    `past` has the columns `<key>` (the row's id), `columns` and `known`, the time during which the
    row was what the register knew: from its `known_from` to that of the row that replaced it. The
    row itself has `known_from` and `xid`, which are set anew; `fixed` columns refuse to change.
    """
    listed = ", ".join(columns)
    old = ", ".join(f"o.{column}" for column in columns)
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in fixed)
    refuse = (
        f"IF {changed} THEN RAISE EXCEPTION 'a {name} keeps its %', '{', '.join(fixed)}' "
        f"USING ERRCODE = '23514', CONSTRAINT = '{name}_fixed', TABLE = TG_TABLE_NAME; END IF; "
        if fixed
        else ""
    )
    return [
        pgtrigger.Trigger(
            name=f"{name}_known_from",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*"),
            # clock_timestamp(), not now(): of two transactions the one that got the lock second
            # may have begun first, and its now() would lie before what it replaces.
            func=refuse
            + "NEW.known_from = greatest(clock_timestamp(), "
            + "OLD.known_from + interval '1 microsecond'); "
            + "NEW.xid = pg_current_xact_id(); RETURN NEW;",
        ),
        pgtrigger.Trigger(
            name=f"{name}_to_past",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=f"INSERT INTO {past} ({key}, {listed}, known) "
            f"SELECT o.id, {old}, tstzrange(o.known_from, n.known_from) "
            f"FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE n.known_from > o.known_from; "
            f"RETURN NULL;",
        ),
    ]
