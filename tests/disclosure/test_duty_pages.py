"""Duties, as staff sees them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import notices as accounts_notices
from accounts.models import Notice
from accounts.permissions import Role
from disclosure.actions import duties
from disclosure.models import Duty, Rule
from disclosure.views import duties as views
from influencers.models import Platform
from journal import actions as journal
from journal.values import CLOCK
from tests.factories.disclosure import RuleFactory, duty_pass, opened, profile_at
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rule(db: None) -> Rule:
    Rule.objects.in_use().delete()
    return RuleFactory(code="big", name_en="Big ones", min_followers=1_000_000)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/duties/?{query}")
    assert answer.status_code == 200
    return [row.duty.profile.external_id for row in answer.context["rows"]]


def test_list_is_narrowed_by_platform_rule_state_and_tier(as_regulator: Client) -> None:
    RuleFactory(code="small", min_followers=500_000)
    for name, tier, platform in (("a", 5, "douyin"), ("b", 3, "douyin"), ("c", 2, "weibo")):
        profile_at(tier, external_id=name, platform=platform)
    duty_pass()
    duties.waive(Duty.objects.get(profile__external_id="b", rule__code="big"), reason="x", by=CLOCK)
    Duty.objects.filter(profile__external_id="a").update(due=date(2026, 1, 1))
    assert listed(as_regulator) == ["c", "b", "b", "a", "a"]
    assert listed(as_regulator, "platform=weibo") == ["c"]
    assert listed(as_regulator, "rule=big") == ["b", "a"]
    assert listed(as_regulator, "state=waived") == ["b"]
    assert listed(as_regulator, "state=overdue&rule=small") == ["a"]
    assert listed(as_regulator, "state=open&rule=small") == ["a", "b", "c"]
    assert listed(as_regulator, "tier=4") == ["a", "a"]
    assert listed(as_regulator, "state=met") == []


def test_overdue_follows_each_platform_s_own_day(as_regulator: Client) -> None:
    # A day apart at every instant: what is due "yesterday" for one may be due today for the other.
    Platform.objects.filter(code="weibo").update(time_zone="Pacific/Pago_Pago")
    Platform.objects.filter(code="douyin").update(time_zone="Pacific/Kiritimati")
    for platform in ("douyin", "weibo"):
        opened(profile_at(5, external_id=platform, platform=platform))
    ahead = Platform.objects.get(code="weibo").today(timezone.now())
    Duty.objects.update(due=ahead)
    assert listed(as_regulator, "state=overdue") == ["douyin"]
    Duty.objects.update(due=ahead - timedelta(days=1))
    assert sorted(listed(as_regulator, "state=overdue")) == ["douyin", "weibo"]


def test_staff_sees_the_platforms_of_its_grant() -> None:
    opened(profile_at(5, external_id="mine"))
    other = opened(profile_at(5, external_id="other", platform="weibo"))
    client = signed_in(make_person("dora", Role.MODERATOR, platform="douyin"))
    assert listed(client) == ["mine"]
    assert client.get(f"/duties/{other.pk}/").status_code == 404


def test_pages_of_a_list_follow_each_other(as_regulator: Client, monkeypatch: Any) -> None:
    keyset = views.keyset
    monkeypatch.setattr(views, "keyset", lambda *a, **k: keyset(*a, **{**k, "size": 2}))
    for number in range(5):
        profile_at(5, external_id=str(number))
    duty_pass()
    for query, expected in (("", "43210"), ("state=open", "01234")):
        found, cursor = "", ""
        while True:
            answer = as_regulator.get(
                f"/duties/?{query}&after={cursor}" if cursor else f"/duties/?{query}"
            )
            found += "".join(row.duty.profile.external_id for row in answer.context["rows"])
            cursor = answer.context["page"].next
            if not cursor:
                break
        assert found == expected


def test_duty_says_when_the_account_was_told_and_what(as_regulator: Client) -> None:
    duty = opened(profile_at(5, display_name="阿棠不吃辣"))
    page = as_regulator.get(f"/duties/{duty.pk}/").content.decode()
    for part in ("阿棠不吃辣", "Big ones", "the platform has not delivered it yet", "not decided"):
        assert part in page
    accounts_notices.acknowledge(Notice.objects.get(), by=CLOCK)
    journal.follow_all()
    page = as_regulator.get(f"/duties/{duty.pk}/").content.decode()
    assert "the platform has not delivered it yet" not in page
    assert (duty.due + timedelta(days=1)).isoformat() in page
    assert "/waive/" not in page


def test_operator_waives_a_duty_with_a_reason(as_operator: Client) -> None:
    duty = opened(profile_at(5))
    where = f"/duties/{duty.pk}/"
    assert as_operator.post(where + "waive/", {"reason": " "}).context["form"].errors
    answer = as_operator.post(where + "waive/", {"reason": "A museum."})
    assert answer["Location"] == where
    duty.refresh_from_db()
    assert (duty.status, duty.reason) == ("waived", "A museum.")
    page = as_operator.get(where).content.decode()
    assert "A museum." in page
    assert "/waive/" not in page
    as_operator.post(where + "waive/", {"reason": "Again."})
    assert "Only an open duty can be waived." in as_operator.get(where).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_whatever_the_size(
    as_regulator: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        profile_at(5)
    duty_pass()
    # session, user, grants, sight given and taken, duties, schemes, the filter's platforms, rules
    with django_assert_num_queries(9):
        as_regulator.get("/duties/")


@pytest.mark.parametrize("count", [1, 3])
def test_duty_asks_the_database_the_same_however_much_happened(
    as_regulator: Client, count: int, django_assert_num_queries: Any
) -> None:
    duty = opened(profile_at(5))
    for _ in range(count - 1):
        Notice.objects.create(
            recipient_kind="profile",
            recipient="douyin/1",
            platform="douyin",
            subject_type="duty",
            subject_id=str(duty.pk),
            body={"en": "Again", "zh-Hans": "再次"},
        )
    # session, user, grants, sight given and taken, duty, notices, schemes, events
    with django_assert_num_queries(9):
        as_regulator.get(f"/duties/{duty.pk}/")
