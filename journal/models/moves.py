"""Legal moves of a status: one table in Python, enforced again by the database."""

from collections.abc import Mapping

import pgtrigger


class Moves:
    """The table of legal moves of one status column.

    `table` names for each state the states it may go to; `first` the states a row may be born in.
    Both are checked by triggers (`triggers()`, for Meta.triggers) that raise SQLSTATE 23514 with
    the constraint name `<name>_moves` or `<name>_first`. The check stands in the WHEN clause, so
    that a set-based update which makes no illegal move pays nothing for it.
    """

    def __init__(
        self, name: str, table: Mapping[str, tuple[str, ...]], *, first: tuple[str, ...]
    ) -> None:
        self.name, self.table, self.first = name, table, first

    def allows(self, old: str, new: str) -> bool:
        return new in self.table.get(old, ())

    def triggers(self) -> list[pgtrigger.Trigger]:
        pairs = [(old, new) for old, targets in self.table.items() for new in targets]
        legal = " OR ".join(f"(OLD.status = '{o}' AND NEW.status = '{n}')" for o, n in pairs)
        born = ", ".join(f"'{state}'" for state in self.first)
        return [
            pgtrigger.Trigger(
                name=f"{self.name}_moves",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition(
                    f"OLD.status IS DISTINCT FROM NEW.status AND NOT ({legal or 'false'})"
                ),
                func=_refuse(f"{self.name}_moves", "OLD.status || ' to ' || NEW.status"),
            ),
            pgtrigger.Trigger(
                name=f"{self.name}_first",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition(f"NEW.status NOT IN ({born})"),
                func=_refuse(f"{self.name}_first", "'born as ' || NEW.status"),
            ),
        ]


def _refuse(constraint: str, what: str) -> str:
    return (
        f"RAISE EXCEPTION 'illegal move: %', {what} "
        f"USING ERRCODE = '23514', CONSTRAINT = '{constraint}', TABLE = TG_TABLE_NAME;"
    )
