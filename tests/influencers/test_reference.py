"""What is there before anybody has entered anything."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from influencers.models import Observation, Platform, Profile, TierScheme

pytestmark = pytest.mark.django_db

FLOORS = [100_000, 500_000, 1_000_000, 5_000_000, 10_000_000]


def test_platforms_are_there_in_their_order():
    assert list(Platform.objects.values_list("code", "name_en", "name_zh")) == [
        ("weibo", "Weibo", "微博"),
        ("douyin", "Douyin", "抖音"),
        ("wechat", "WeChat", "微信"),
        ("xiaohongshu", "Xiaohongshu", "小红书"),
        ("bilibili", "Bilibili", "哔哩哔哩"),
        ("kuaishou", "Kuaishou", "快手"),
        ("instagram", "Instagram", "Instagram"),
        ("tiktok", "TikTok", "TikTok"),
        ("youtube", "YouTube", "YouTube"),
    ]


def test_platforms_share_the_register_s_day():
    assert set(Platform.objects.values_list("time_zone", flat=True)) == {"Asia/Shanghai"}


def test_each_platform_has_one_current_scheme():
    found = TierScheme.objects.filter(current=True).order_by("platform__sort_order")
    assert [
        (s.platform.code, s.version, s.floors, s.rise_after, str(s.fall_margin), s.fall_after_days)
        for s in found.select_related("platform")
    ] == [
        (code, 1, FLOORS, 1, "0.050", 30)
        for code in Platform.objects.values_list("code", flat=True)
    ]


@pytest.mark.parametrize("floors", [[], [0, 5], [5, 5], [7, 5], [-1]])
def test_floors_that_do_not_ascend_are_refused(floors):
    platform = Platform.objects.get(code="weibo")
    with pytest.raises(IntegrityError, match="scheme_floors_ascend"), transaction.atomic():
        TierScheme.objects.create(platform=platform, version=2, current=False, floors=floors)


def test_time_zone_may_change_before_the_first_observation():
    platform = Platform.objects.get(code="youtube")
    platform.time_zone = "UTC"
    platform.save()
    platform.refresh_from_db()
    assert platform.time_zone == "UTC"


def test_time_zone_is_fixed_by_the_first_observation():
    platform = Platform.objects.get(code="youtube")
    profile = Profile.objects.create(platform=platform, external_id="UC1")
    Observation.objects.create(profile=profile, day=date(2026, 1, 1), followers=5, source="file")
    platform.name_en = "YouTube!"
    platform.save()
    platform.time_zone = "UTC"
    with pytest.raises(IntegrityError, match="time zone of youtube"), transaction.atomic():
        platform.save()
    platform.refresh_from_db()
    assert (platform.name_en, platform.time_zone) == ("YouTube!", "Asia/Shanghai")
