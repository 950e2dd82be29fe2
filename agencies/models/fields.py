"""Sets of numbers as PostgreSQL's `int4multirange`: business lines and contract territories."""

from typing import Any

from django.db import models
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

Parts = tuple[tuple[int, int], ...]


class IntMultirangeField(models.Field):
    """In Python a tuple of half-open pairs, `((0, 1000),)`; overlapping pairs come back joined."""

    description = "Set of numbers in ranges"

    def db_type(self, connection: Any) -> str:
        return "int4multirange"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Parts | None:
        return None if value is None else tuple((part.lower, part.upper) for part in value)

    def to_python(self, value: Any) -> Parts | None:
        return None if value is None else tuple((int(lo), int(hi)) for lo, hi in value)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Multirange):
            return value
        return Multirange([Range(lo, hi) for lo, hi in value])

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::int4multirange"
