"""Keys, notices and files as tests need them."""

import io
from collections.abc import Iterable

import factory
from django.test import Client

from accounts.actions import files, keys
from accounts.models import ApiKey, File, Notice
from accounts.permissions import AGENCY_RIGHTS, PLATFORM_RIGHTS, Right
from journal.values import CLOCK, Actor


class NoticeFactory(factory.django.DjangoModelFactory):
    """A message to an account on Douyin that nobody has delivered yet."""

    class Meta:
        model = Notice

    recipient_kind = Notice.RecipientKind.PROFILE
    platform = "douyin"
    recipient = factory.Sequence(lambda n: f"douyin/{70000 + n}")
    subject_type = "duty"
    subject_id = factory.Sequence(str)
    body = factory.LazyFunction(lambda: {"en": "Who manages you?", "zh-Hans": "您由谁管理?"})


def make_key(
    rights: Iterable[Right] = (), platform: str = "douyin", agency_id: int | None = None
) -> tuple[ApiKey, str]:
    """A key of a platform, by default with every right of one, and its text.

    With a right that agencies' keys have, or an agency, it is a key of that (or of no) agency.
    """
    wanted = set(rights) or set(PLATFORM_RIGHTS if agency_id is None else AGENCY_RIGHTS)
    if wanted <= set(AGENCY_RIGHTS):
        platform, agency_id = "", agency_id or 0
    return keys.issue("a test", platform, wanted, by=CLOCK, agency_id=agency_id)


def calling_with(secret: str) -> Client:
    """A client that sends the key with every call."""
    return Client(headers={"Authorization": f"Api-Key {secret}"})


def make_file(content: bytes = b"platform,handle\n", by: Actor = CLOCK) -> File:
    return files.keep(io.BytesIO(content), File.Kind.CSV, name="a.csv", checked="size", by=by)
