"""What the demonstration's inbox shows: mails that were sent, and whom messages are for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Concat

from accounts.models import Notice, User
from influencers.models import Profile

_BETWEEN = b"\n" + b"-" * 79 + b"\n"  # Django's file-based mail writes this after each


@dataclass(frozen=True, slots=True)
class Mail:
    at: datetime
    to: str
    subject: str
    body: str


def mails(count: int) -> list[Mail]:
    """The newest mails that were written into files, the newest first; none where they are sent."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if folder is None or not Path(folder).is_dir():
        return []
    files = sorted(Path(folder).iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    found: list[Mail] = []
    for path in files:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        parts = [part for part in path.read_bytes().split(_BETWEEN) if part.strip()]
        found += [_read(part, at) for part in reversed(parts)]
        if len(found) >= count:
            break
    return found[:count]


def _read(source: bytes, at: datetime) -> Mail:
    message = message_from_bytes(source, policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Mail(at, str(message["To"]), str(message["Subject"]), text)


def recipients(notices: Iterable[Notice]) -> dict[str, str]:
    """What whoever a notice is for is called, by its `recipient`."""
    keys = {notice.recipient for notice in notices}
    names = Concat(F("platform__code"), Value("/"), F("external_id"))
    ids = [key.partition("/")[2] for key in keys if "/" in key]
    accounts = Profile.objects.filter(external_id__in=ids).annotate(key=names)
    people = User.objects.filter(pk__in=[int(key) for key in keys if key.isdigit()])
    named = {key: str(each) for each in accounts.select_related("platform") if (key := each.key)}
    return named | {str(user.pk): user.name for user in people}
