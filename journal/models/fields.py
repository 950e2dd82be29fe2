"""Columns that carry a transaction's number, by which an incremental pass finds what is new."""

from typing import Any

from django.db import models
from django.db.models import Func


class Xid8Field(models.Field):
    """PostgreSQL's `xid8`: a 64 bit transaction number that never wraps. A plain int in Python."""

    description = "Transaction number"

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::text::xid8"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class CurrentXid(Func):
    """The number of the transaction that writes."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = Xid8Field()


class XidField(Xid8Field):
    """The transaction that wrote the row last; indexed, filled by the database on INSERT.

    An UPDATE that changes what a pass reads sets it again: `xid = pg_current_xact_id()`.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("db_default", CurrentXid())
        options.setdefault("db_index", True)
        options.setdefault("editable", False)
        super().__init__(**options)
