"""Visitors who stay unknown are told apart for a day."""

from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.test import RequestFactory

from accounts.doors import visitor
from accounts.doors.visitors import KEY


def come(place: str) -> str:
    return visitor(RequestFactory().get("/", REMOTE_ADDR=place))


def test_one_place_is_one_visitor_under_the_key_of_the_day() -> None:
    first = come("192.0.2.1")
    assert come("192.0.2.1") == first
    assert come("192.0.2.2") != first
    cache.delete(KEY)  # as it goes by itself within a day
    assert come("192.0.2.1") != first


def test_key_of_the_day_is_forgotten_within_a_day_and_no_address_is_kept() -> None:
    come("192.0.2.77")
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as store:
        (key,) = store.scan_iter(f"*{KEY}")
        assert 0 < store.ttl(key) <= 24 * 3600  # type: ignore[operator]
        kept = [store.dump(each) or b"" for each in store.scan_iter()]
    assert all(b"192.0.2" not in value for value in kept)  # type: ignore[operator]


def test_visitors_are_one_without_a_store(settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere.sock",
        }
    }
    assert come("192.0.2.1") == ""
