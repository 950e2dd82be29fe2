"""What the database shows a request (row-level security) while its answer is still being read."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse

from journal.actions import context


def with_sight(response: HttpResponseBase) -> HttpResponseBase:
    """Lets a stream see what its request saw: it is read after the request's own sight has gone.

    Called at the door, within that sight.
    """
    if isinstance(response, StreamingHttpResponse) and not response.is_async:
        parts: Any = response.streaming_content
        seen = context.current() or context.NOTHING
        response.streaming_content = _within(iter(parts), seen)
    return response


def _within(parts: Iterator[Any], seen: context.Context) -> Iterator[Any]:
    with context.kept():
        context.tell(seen)
        yield from parts
