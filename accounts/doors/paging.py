"""Lists page by key: a cursor says after which row the page starts, so depth costs nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

T = TypeVar("T")
LONGEST_CURSOR = 1000
# A cursor says itself which way it goes; pages and API only call the parameter differently.
PARAMETERS = ("after", "before", "cursor")


_NO_CURSOR = (
    *(ValueError, TypeError, AttributeError),
    *(RecursionError, OverflowError, ValidationError),
)


class BadCursor(SuspiciousOperation):
    """The cursor in the address is none that this list has given out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next` and `previous` are cursors, or None at the ends."""

    items: list[T]
    next: str | None
    previous: str | None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def keyset(
    queryset: QuerySet[Any],
    request: HttpRequest,
    order: Sequence[str] = ("pk",),
    size: int = 50,
) -> Page[Any]:
    """The page that the cursor of the request (on pages `after`, `before`) asks for, in one query.

    `order` names columns that are never null, "-" before a name for descending; unless the last
    one is unique, the primary key is added. Where all run the same way the comparison is one of
    rows, which a matching index answers directly. Raises BadCursor (a 400) for a cursor of another
    list.
    """
    columns = _columns(order, queryset.model)
    cursor = next((request.GET[name] for name in PARAMETERS if request.GET.get(name)), "")
    backwards, values = _decode(cursor, queryset, columns) if cursor else (False, None)
    wanted = [(name, descending != backwards) for name, descending in columns]
    rows = queryset.order_by(*[f"-{name}" if down else name for name, down in wanted])
    if values is not None:
        rows = rows.filter(_beyond(wanted, values))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], None, None)
    has_next, has_previous = (True, more) if backwards else (more, values is not None)
    return Page(
        found,
        _encode("n", found[-1], columns) if has_next else None,
        _encode("p", found[0], columns) if has_previous else None,
    )


def _columns(order: Sequence[str], model: type[Model]) -> list[tuple[str, bool]]:
    columns = [(name.removeprefix("-"), name.startswith("-")) for name in order]
    unique = {field.name for field in model._meta.fields if field.unique} | {"pk"}
    parts = {field.attname for field in model._meta.pk_fields}  # a composite key has several
    if columns[-1][0] not in unique and not parts <= {name for name, _ in columns}:
        columns.append(("pk", columns[-1][1]))
    return columns


def _beyond(columns: list[tuple[str, bool]], values: list[Any]) -> Any:
    """The condition "after the row with these values"."""
    if len({down for _, down in columns}) == 1:
        if len(columns) == 1:
            ((name, down),) = columns
            return Q(**{f"{name}__{'lt' if down else 'gt'}": values[0]})
        rows = Tuple(*[F(name) for name, _ in columns])
        return (TupleLessThan if columns[0][1] else TupleGreaterThan)(rows, tuple(values))
    # Mixed ways: (a after) or (a same and b after) or …; the first bound is said once more alone,
    # because an index can start from that.
    beyond, same = Q(), Q()
    for (name, down), value in zip(columns, values, strict=True):
        beyond |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        same &= Q(**{name: value})
    name, down = columns[0]
    return Q(**{f"{name}__{'lte' if down else 'gte'}": values[0]}) & beyond


def _encode(direction: str, row: Any, columns: list[tuple[str, bool]]) -> str:
    values = [_value(row, name) for name, _ in columns]
    plain = [v if isinstance(v, int | str) else str(v) for v in values]
    text = json.dumps([direction, *plain], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = row.pk if part == "pk" and isinstance(row, Model) else getattr(row, part)
    return row


def _decode(
    cursor: str, queryset: QuerySet[Any], columns: list[tuple[str, bool]]
) -> tuple[bool, list[Any]]:
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        direction, *plain = json.loads(text)
        if direction not in ("n", "p") or len(plain) != len(columns):
            raise ValueError
        query = queryset.all().query  # a copy: resolving a name adds its joins
        values = [
            _clean(F(name).resolve_expression(query).output_field, value)
            for (name, _), value in zip(columns, plain, strict=True)
        ]
    except _NO_CURSOR as error:
        raise BadCursor(f"cursor {cursor[:50]!r}") from error
    return direction == "p", values


def _clean(field: Any, value: Any) -> Any:
    if isinstance(value, str) and ("\0" in value or _halved(value)):
        raise ValueError
    value = field.to_python(value)
    if value is None or (isinstance(value, int) and not -(2**63) <= value < 2**63):
        raise ValueError
    return value


def _halved(text: str) -> bool:
    """Whether it holds one half of a character of two, which no database takes."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


class KeyPagination(BasePagination):
    """The same for lists of the API. The view names its order in the attribute `keys`."""

    size, most = 100, 1000

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        self.address = request.build_absolute_uri()
        try:
            order = getattr(view, "keys", ("pk",))
            self.page = keyset(queryset, request._request, order, self._size(request))
        except BadCursor as error:
            raise exceptions.ValidationError(
                {"cursor": [_("This cursor is none that this list has given out.")]}
            ) from error
        return self.page.items

    def _size(self, request: Any) -> int:
        text = request.query_params.get("limit", "") or str(self.size)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= self.most:
            raise exceptions.ValidationError(
                {"limit": [_("A number from 1 to %(most)d.") % {"most": self.most}]}
            )
        return int(text)

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "next": self._link(self.page.next),
                "previous": self._link(self.page.previous),
                "results": data,
            }
        )

    def _link(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        return replace_query_param(remove_query_param(self.address, "cursor"), "cursor", cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "From `next` or `previous` of another page.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "Rows per page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.most},
            },
        ]
