"""Who the database thinks is asking: the context of its row-level security.

Set per session, not per transaction: a page is rendered and a stream is read outside of the
transaction that a view may have used, and would show nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from psycopg.pq import TransactionStatus

# Nothing beyond what is public; the parties of a contract; staff; a pass or a command.
PUBLIC, PARTIES, STAFF, PASS = "", "parties", "staff", "pass"
PLATFORM = "platform"  # a platform's own program, where its right asks for more than the public

Context = tuple[str, str, str]
NOTHING: Context = (PUBLIC, "", "")


def current() -> Context | None:
    """What this connection was last told; None when that is not certain.

    A new connection, also one made anew after a loss, was told nothing.
    """
    if connection.connection is None or getattr(connection, "told", None) is None:
        return NOTHING
    session, context = connection.told  # type: ignore[attr-defined]
    if session is not connection.connection:
        return NOTHING
    told: Context | None = context
    return told


def tell(context: Context) -> None:
    """Tells the session who asks. No query when it knows."""
    if context == current():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.reach', %s, false), set_config('app.agencies', %s, false),"
            " set_config('app.profiles', %s, false)",
            context,
        )
    connection.told = (connection.connection, context)  # type: ignore[attr-defined]


def told(context: Context) -> None:
    """Notes what a statement of the caller's own has told the session, to save one."""
    connection.told = (connection.connection, context)  # type: ignore[attr-defined]


@contextmanager
def seeing(
    reach: str, agencies: Collection[int] = (), profiles: Collection[int] = ()
) -> Iterator[None]:
    """Rows of these agencies and profiles, or of all for staff and passes, for as long as it lasts.

    Puts back what was there before, so that a worker inside of a request does not take the
    request's sight away.
    """
    with kept():
        tell((reach, listed(agencies), listed(profiles)))
        yield


@contextmanager
def kept() -> Iterator[None]:
    """Puts back at the end what the session was told before."""
    before = current()
    try:
        yield
    finally:
        session = connection.connection
        if session is not None and session.info.transaction_status == TransactionStatus.INERROR:
            # No statement runs now. The roll-back restores what was told before the transaction;
            # as that is not certain to be `before`, whoever comes next tells anew.
            connection.told = (session, None)  # type: ignore[attr-defined]
        elif session is not None and not session.closed:
            try:
                tell(before or NOTHING)
            except DatabaseError:
                # It was lost meanwhile. A new connection is told nothing: who asks is answered.
                connection.close()


def listed(ids: Collection[int]) -> str:
    return ",".join(str(number) for number in sorted(ids))
