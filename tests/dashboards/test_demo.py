"""The demonstration: what it tells, that it is told once, and where its own pages are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from stdnum.cn import uscc

from accounts.models import Grant, Notice, Proposal
from accounts.permissions import Role
from agencies.models import Agency, Contract, ContractReviewItem
from dashboards.actions import demo
from dashboards.actions.demo import cast, crowd, ties
from dashboards.actions.demo.cast import Account, Days
from dashboards.actions.demo.story import profile_of
from dashboards.queries import coverage, headline
from disclosure.queries.labels import end_of, label_of
from influencers.models import ImportBatch, Platform, Profile
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event, Run
from journal.values import command
from reports.models import Case
from tests.people import make_person

BY = command("seed_demo")


# --- The story ------------------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path: Path, transactional_db: None) -> Path:
    """A small demonstration; the folder with next month's file."""
    with seeing(PASS):
        assert demo.make(tmp_path, by=BY, profiles=300, say=lambda _text: None)
    return tmp_path


def says(account: Account, **days: Any) -> tuple[str, list[str]]:
    """State and agencies of a label."""
    label = label_of(profile_of(account), **days)
    return label.state.value, [each["agency"]["name_en"] for each in label.managed_by]


def test_demonstration_tells_its_story_and_next_month_goes_on(told: Path) -> None:
    days = Days(profile_of(cast.ATANG).platform.today(timezone.now()))
    asked, then = days.asked, end_of(days.asked)
    assert says(cast.ATANG) == ("managed", ["Wuyou Culture"])
    assert says(cast.ATANG, on=asked) == ("managed", ["Shuiyue Culture"])
    assert says(cast.ATANG, on=asked, known_at=then) == ("managed", ["Jinghua Culture"])
    assert says(cast.LUJIU) == ("managed", ["Wangshi Media"])
    assert says(cast.MUXIN) == ("independent", [])
    assert says(cast.ZHOUZHOU) == ("disputed", [])
    assert says(cast.TONGTONG) == ("managed", ["Wuyou Culture"])
    assert says(cast.DENGXIA) == ("managed", ["Nanke Media", "Wuyou Culture"])
    assert says(cast.YUNSHANG, on=days.ago(1)) == ("managed", ["Shuiyue Culture"])
    assert says(cast.YUNSHANG)[1] == []
    assert says(cast.XIAOLU) == ("none", [])
    assert says(cast.WANFENG_OLD) == ("managed", ["Nanke Media"])
    assert says(cast.WANFENG_NEW) == ("none", [])
    handles = {each.handle for each in (profile_of(cast.WANFENG_OLD), profile_of(cast.WANFENG_NEW))}
    assert handles == {"晚风旧居", "晚风"}
    young = profile_of(cast.TONGTONG).influencer
    assert young is not None
    assert young.minor
    assert figure() == (49, 19, 22)
    with seeing(PASS):
        taoyuan = Agency.objects.get(slug="taoyuan")
        assert Contract.objects.filter(agency=taoyuan).count() == 260
        items = ContractReviewItem.objects.filter(agency=taoyuan)
        assert (items.count(), items.answered().count()) == (260, 184)
        assert Case.objects.count() == 2
        waiting = Proposal.objects.get()
        assert (waiting.action, waiting.proposed_name) == ("grant_role", "叶知秋")
        assert Grant.objects.count() == 6
        given = Event.objects.filter(verb="grant.given").values_list("actor_name", flat=True)
        assert set(given) == {"manage.py seed_demo", "叶知秋"}
    assert Profile.objects.count() == 300

    with seeing(PASS):
        batch = demo.load_next_month(told, by=BY)
        journal.follow_all()
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.status, batch.counts["errors"]) == ("applied", 2)
    assert [problem.code for problem in batch.problems.all()] == ["handle_twice"] * 2
    assert Run.objects.filter(kind="tiers").latest("pk").counts["tier_changes"] == 3
    assert Run.objects.filter(kind="duties").latest("pk").counts["opened"] == 2
    assert figure() == (50, 19, 23)
    assert says(cast.XIAOLU) == ("none", [])


def figure() -> tuple[int, int, int]:
    found = headline(coverage().rows)
    assert found is not None
    return found.accounts, found.managed, found.possible


def test_demonstration_is_told_once_and_not_beside_something_else(
    tmp_path: Path, transactional_db: None, capsys: Any
) -> None:
    with seeing(PASS):
        Profile.objects.create(platform=Platform.objects.get(code="douyin"), external_id="real")
    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", "--profiles", "100")
    assert refused.value.returncode == 2
    assert Agency.objects.count() == 0
    Agency.objects.create(slug=cast.TAOYUAN.slug, credit_code="9" * 18, name_zh="桃", name_en="T")
    call_command("seed_demo", "--json")
    assert '"made": false' in capsys.readouterr().out


# --- Its parts ------------------------------------------------------------------------------------


def test_credit_codes_are_well_formed_and_nobody_can_have_them() -> None:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    codes = [cast.credit_code(house.division, 137 * n) for n, house in enumerate(cast.houses(313))]
    assert len(set(codes)) == 313
    assert [code for code in codes if not uscc.is_valid(code)] == []
    own = [(code[8:16], code[16]) for code in codes]
    right = {
        body: "0X987654321"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]
        for body, _ in own
    }
    assert [body for body, check in own if check == right[body]] == []


def test_houses_have_names_of_their_own() -> None:
    found = cast.houses(300)
    assert len(found) == 300
    for names in ({h.slug for h in found}, {h.name_zh for h in found}, {h.name_en for h in found}):
        assert len(names) == 300


def test_crowd_is_the_same_each_time_with_49_accounts_above_ten_million() -> None:
    days = Days(timezone.localdate())
    one, other = crowd.accounts(2000), crowd.accounts(2000)
    assert list(crowd.month_files(one, days)) == list(crowd.month_files(other, days))
    assert sum(row.now >= 10_000_000 for row in one) == 49
    rising = [row.account for row in one if floors(row.next) != floors(row.now)]
    assert rising == [cast.XIAOLU, cast.NANSHAN, cast.AFU]
    told = ties.tie(one, cast.houses(300), days)
    big = {row.account for row in one if row.now >= 10_000_000}
    held = {hold.account for hold in told.holds if hold.until is None or hold.until > days.today}
    said = {account for account, _since in told.independent}
    assert (len(big & held), len(big & said), len(held & said)) == (19, 27, 0)


def floors(followers: int) -> int:
    return sum(followers >= floor for floor in (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000))


# --- Its pages ------------------------------------------------------------------------------------

SWITCH, INBOX, NEXT = (
    reverse(f"dashboards:demo_{name}") for name in ("switch", "inbox", "next_month")
)


@pytest.fixture
def on(settings: Any) -> None:
    """A demonstration, on a loopback address."""
    settings.DEMO, settings.PUBLIC_URL = True, "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["*"]


AT_HOME = {"HTTP_HOST": "127.0.0.1:8000"}


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "where",
    [
        {"HTTP_HOST": "mingpai.example"},
        {"HTTP_HOST": "mingpai.example", "REMOTE_ADDR": "192.0.2.7"},
        AT_HOME | {"REMOTE_ADDR": "192.0.2.7"},
    ],
)
def test_pages_of_the_demonstration_are_none_from_elsewhere(where: dict[str, str]) -> None:
    make_person("operator", Role.OPERATOR)
    client = Client()
    assert client.get("/demo/", **where).status_code == 404
    assert client.get(INBOX, **where).status_code == 404
    assert client.post(SWITCH, {"person": "operator"}, **where).status_code == 404
    assert client.session.get("_auth_user_id") is None
    assert "m-demo" not in client.get("/", **where).content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
def test_pages_of_the_demonstration_are_none_for_a_public_address(settings: Any) -> None:
    settings.PUBLIC_URL = "https://mingpai.example"
    assert Client().get("/demo/", **AT_HOME).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
def test_tour_says_that_a_visitor_answers_for_the_creator() -> None:
    page = Client().get("/demo/", **AT_HOME).content.decode()
    assert "Become the visitor again first" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
def test_switch_makes_a_visitor_somebody_and_nobody_again() -> None:
    person = make_person("seat", Role.REGULATOR)
    person.email = cast.email_of("regulator")
    person.save()
    client = Client()
    assert client.post(SWITCH, {"person": "regulator"}, **AT_HOME).status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)
    page = client.get(reverse("dashboards:overview"), **AT_HOME).content.decode()
    assert 'value="regulator" aria-pressed="true"' in page
    client.post(SWITCH, {"person": "visitor"}, **AT_HOME)
    assert client.session.get("_auth_user_id") is None
    assert client.post(SWITCH, {"person": "emperor"}, **AT_HOME).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
def test_inbox_shows_messages_and_mails(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    journal.send("mail", {"subject": "Due soon", "body": "Read me", "to": ["lin@demo.example"]})
    journal.deliver()
    message("douyin/xiaolu")
    page = Client().get(INBOX, **AT_HOME).content.decode()
    assert 'href="http://127.0.0.1:8000/confirm/t0ken/"' in page
    assert "Due soon" in page
    assert "lin@demo.example" in page


def message(recipient: str) -> None:
    Notice.objects.create(
        recipient_kind="profile",
        recipient=recipient,
        platform="douyin",
        subject_type="confirmation",
        subject_id="1",
        body={"en": "Say it: http://127.0.0.1:8000/confirm/t0ken/", "zh-Hans": "请答复"},
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("count", [1, 3])
def test_inbox_asks_for_a_fixed_number_of_rows(
    count: int, django_assert_num_queries: Any, as_operator: Client
) -> None:
    for number in range(count):
        message(f"douyin/{number}")
    # Session, user, grants with memberships, messages, and whom they are for.
    with django_assert_num_queries(7):
        as_operator.get(INBOX, **AT_HOME)


@pytest.mark.django_db
@pytest.mark.usefixtures("on")
def test_next_month_is_for_operators(as_operator: Client, as_regulator: Client) -> None:
    assert as_regulator.post(NEXT, **AT_HOME).status_code == 403
    answer = as_operator.post(NEXT, **AT_HOME)
    assert (answer.status_code, answer["Location"]) == (302, reverse("influencers:imports"))
    assert ImportBatch.objects.count() == 0


def test_deployment_refuses_a_demonstration(settings: Any) -> None:
    settings.DEMO = True
    found = run_checks(tags=["security"], include_deployment_checks=True)
    assert "demo.E001" in [problem.id for problem in found]
    settings.DEMO = False
    found = run_checks(tags=["security"], include_deployment_checks=True)
    assert "demo.E001" not in [problem.id for problem in found]
