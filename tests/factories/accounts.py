"""Keys, notices and files as tests need them."""

import io
from collections.abc import Iterable

import factory
from django.test import Client

from accounts.actions import files, keys
from accounts.models import ApiKey, File, Notice
from accounts.permissions import Right
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


def make_key(rights: Iterable[Right] = (), platform: str = "douyin") -> tuple[ApiKey, str]:
    """A key of a platform, by default with every right, and its text."""
    return keys.issue("a test", platform, set(rights) or set(Right), by=CLOCK)


def calling_with(secret: str) -> Client:
    """A client that sends the key with every call."""
    return Client(headers={"Authorization": f"Api-Key {secret}"})


def make_file(content: bytes = b"platform,handle\n", by: Actor = CLOCK) -> File:
    return files.keep(io.BytesIO(content), File.Kind.CSV, name="a.csv", checked="size", by=by)
