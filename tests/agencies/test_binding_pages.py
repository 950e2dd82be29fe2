"""Accounts at the desk: finding one, claiming it, changing and ending a claim, the own roster."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from accounts.models import Notice
from agencies.models import ALL_LINES, WORLD, Agency, Binding, Confirmation
from journal.actions.context import PASS, seeing
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
JAN, JUL = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


def found(client: Client, contract: Any, query: str) -> list[str]:
    page = client.get(f"/portal/contracts/{contract.pk}/bind/{query}")
    return [str(account) for account, _tier in page.context["accounts"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=7001", ["Xiaolu"]),
        ("?q=@xiaolu_day", ["Xiaolu"]),
        ("?q=xiaolu", ["Xiaolu", "Xiaolu too"]),
        ("?q=xiaolu&platform=weibo", ["Xiaolu too"]),
        ("?q=https://www.douyin.com/user/7001", ["Xiaolu"]),
        ("?q=small_one", ["Small"]),
        ("?q=nobody", []),
        ("?q=%00", []),
        ("?q=xiaolu&platform=%00", []),
        ("?q=", []),
        ("", []),
    ],
)
def test_account_is_found_by_name_handle_id_or_address(
    as_mcn_editor: Client, mcn: Agency, query: str, names: list[str]
) -> None:
    make_profile("douyin", external_id="7001", display_name="Xiaolu", handle="xiaolu_day", tier=4)
    make_profile("weibo", external_id="w1", display_name="Xiaolu too", tier=2)
    make_profile("weibo", external_id="w2", display_name="Small", handle="small_one", tier=0)
    assert found(as_mcn_editor, make_contract(mcn, JAN), query) == names


def test_account_is_claimed_for_all_when_nothing_is_narrowed(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    contract, account = make_contract(mcn, JAN, JUL), make_profile()
    where = f"/portal/contracts/{contract.pk}/bind/{account.public_id}/"
    said = {"since": "2026-03-01", "last_day": "", "exclusive": "on"}
    for _ in range(2):  # a second click is the same claim
        answer = as_mcn_editor.post(where, said)
        assert answer["Location"] == f"/portal/contracts/{contract.pk}/"
    claim = Binding.objects.get()
    assert (claim.status, claim.profile, claim.exclusive) == ("claimed", account, True)
    assert claim.during == DateRange(date(2026, 3, 1), JUL)
    assert (claim.lines, claim.territory) == (ALL_LINES, WORLD)


def test_scope_is_said_in_lines_and_places(as_mcn_editor: Client, mcn: Agency) -> None:
    contract, account = make_contract(mcn, JAN), make_profile()
    as_mcn_editor.post(
        f"/portal/contracts/{contract.pk}/bind/{account.public_id}/",
        {
            "since": "2026-03-01",
            "last_day": "2026-03-31",
            "lines": ["live", "commerce"],
            "territory": ["CN-11", "CN-12", "JP"],
        },
    )
    claim = Binding.objects.get()
    assert claim.lines == ((100, 300),)
    assert claim.territory == ((156110, 156130), (392000, 393000))
    assert (claim.exclusive, claim.during.upper) == (False, date(2026, 4, 1))
    (row,) = as_mcn_editor.get(f"/portal/contracts/{contract.pk}/").context["bindings"]
    assert row.scope == "Live streams, Selling goods · Beijing, Tianjin, Japan"
    form = as_mcn_editor.get(f"/portal/bindings/{claim.pk}/amend/").context["form"]
    assert list(form["lines"].value()) == ["live", "commerce"]
    assert list(form["territory"].value()) == ["CN-11", "CN-12", "JP"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"since": "2025-12-31"}, "since"),
        ({"since": "2026-07-01"}, "since"),
        ({"since": "2026-03-01", "last_day": "2026-02-28"}, "last_day"),
        ({"since": "2026-03-01", "last_day": "2026-07-01"}, "last_day"),
        ({"since": "2026-03-01", "lines": ["cooking"]}, "lines"),
        ({"since": "2026-03-01", "territory": ["world"]}, "territory"),
    ],
)
def test_form_names_the_field_that_is_wrong(
    as_mcn_editor: Client, mcn: Agency, said: dict[str, Any], field: str
) -> None:
    contract, account = make_contract(mcn, JAN, JUL), make_profile()
    answer = as_mcn_editor.post(f"/portal/contracts/{contract.pk}/bind/{account.public_id}/", said)
    assert list(answer.context["form"].errors) == [field]
    assert Binding.objects.count() == 0


def test_other_lines_of_the_same_account_are_another_claim(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    contract, account = make_contract(mcn, JAN), make_profile()
    confirmed(make_claim(contract, account, lines=((100, 200),)))
    where = f"/portal/contracts/{contract.pk}/bind/{account.public_id}/"
    again = as_mcn_editor.post(where, {"since": "2026-03-01", "lines": ["live", "commerce"]})
    assert again.context["form"].errors["since"] == [
        "The contract already covers this account then."
    ]
    assert (
        as_mcn_editor.post(where, {"since": "2026-03-01", "lines": ["commerce"]}).status_code == 302
    )
    assert Binding.objects.count() == 2


def test_asking_sends_one_question_whose_link_the_agency_never_sees(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    claim = make_claim(make_contract(mcn, JAN), make_profile())
    for _ in range(2):
        answer = as_mcn_editor.post(f"/portal/bindings/{claim.pk}/ask/")
        assert answer["Location"] == f"/portal/contracts/{claim.contract_id}/"
    assert Confirmation.objects.filter(status="waiting").count() == 1
    link = Notice.objects.get(recipient_kind="profile").body["en"].split("/confirm/")[1]
    page = as_mcn_editor.get(answer["Location"]).content.decode()
    assert "Ask again" in page
    assert link.split("/")[0] not in page
    assert Confirmation.objects.get().check_code not in page


def test_asking_again_too_soon_says_that_nothing_was_sent(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    claim = make_claim(make_contract(mcn, JAN), make_profile())
    where = f"/portal/bindings/{claim.pk}/ask/"
    as_mcn_editor.post(where)
    as_mcn_editor.get("/portal/contracts/")  # reads what the first one told
    answer = as_mcn_editor.post(where, follow=True)
    asked = timezone.localtime(Confirmation.objects.get().asked_at)
    again, when = asked + timedelta(days=1), "%Y-%m-%d %H:%M"
    assert [(each.level_tag, str(each)) for each in answer.context["messages"]] == [
        (
            "info",
            f"Nothing was sent: asked on {asked:{when}}; you can ask again from {again:{when}} on.",
        )
    ]


def test_asking_about_nothing_says_so(as_mcn_editor: Client, mcn: Agency) -> None:
    claim = confirmed(make_claim(make_contract(mcn, JAN), make_profile()))
    answer = as_mcn_editor.post(f"/portal/bindings/{claim.pk}/ask/", follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert Confirmation.objects.count() == 0


def test_confirmed_binding_may_shrink_and_not_grow(as_mcn_editor: Client, mcn: Agency) -> None:
    binding = confirmed(
        make_claim(make_contract(mcn, JAN), make_profile(), during=DateRange(JAN, JUL))
    )
    where = f"/portal/bindings/{binding.pk}/amend/"
    grown = as_mcn_editor.post(where, {"since": "2026-01-01", "last_day": "2026-07-01"})
    assert list(grown.context["form"].errors) == ["last_day"]
    shrunk = as_mcn_editor.post(where, {"since": "2026-01-01", "last_day": "2026-05-31"})
    assert shrunk.status_code == 302
    binding.refresh_from_db()
    assert (binding.status, binding.during.upper) == ("confirmed", date(2026, 6, 1))


def test_ending_on_one_platform_leaves_the_others(as_mcn_editor: Client, mcn: Agency) -> None:
    contract = make_contract(mcn, JAN)
    first, second = (confirmed(make_claim(contract, make_profile())) for _ in range(2))
    where = f"/portal/bindings/{first.pk}/end/"
    early = as_mcn_editor.post(where, {"last_day": "2025-12-31"})
    assert list(early.context["form"].errors) == ["last_day"]
    assert as_mcn_editor.post(where, {"last_day": "2026-03-31"}).status_code == 302
    ends = [Binding.objects.get(pk=each.pk).during.upper for each in (first, second)]
    assert ends == [date(2026, 4, 1), None]


def test_claim_is_withdrawn_and_a_confirmed_one_is_not(as_mcn_editor: Client, mcn: Agency) -> None:
    contract = make_contract(mcn, JAN)
    claim = make_claim(contract, make_profile())
    public = confirmed(make_claim(contract, make_profile()))
    for _ in range(2):
        assert as_mcn_editor.post(f"/portal/bindings/{claim.pk}/withdraw/").status_code == 302
    answer = as_mcn_editor.post(f"/portal/bindings/{public.pk}/withdraw/")
    assert answer.context["form"].non_field_errors() == [
        "This was confirmed: it can end, and no longer be taken back."
    ]
    states = [Binding.objects.get(pk=each.pk).status for each in (claim, public)]
    assert states == ["withdrawn", "confirmed"]


def test_own_roster_is_narrowed(as_mcn_viewer: Client, mcn: Agency, rival: Agency) -> None:
    today = timezone.localdate()
    contract = make_contract(mcn, JAN)
    claimed = make_claim(contract, make_profile("weibo", display_name="claimed"))
    ended = confirmed(
        make_claim(contract, make_profile(display_name="ended"), during=DateRange(JAN, today))
    )
    held = confirmed(make_claim(contract, make_profile(display_name="held", handle="h1")))
    confirmed(make_claim(make_contract(rival, JAN), make_profile()))

    def shown(query: str) -> list[Binding]:
        page = as_mcn_viewer.get(f"/portal/accounts/{query}")
        return [row.binding for row in page.context["rows"]]

    assert shown("") == [held, ended, claimed]
    assert shown("?status=claimed") == [claimed]
    assert shown("?platform=douyin") == [held, ended]
    assert shown(f"?on={today}") == [held, claimed]
    assert shown(f"?on={today - DAY}") == [held, ended, claimed]
    assert shown("?q=@h1") == [held]


@pytest.mark.parametrize("count", [1, 3])
def test_own_roster_asks_the_database_the_same_whatever_the_size(
    as_mcn_editor: Client, mcn: Agency, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_claim(make_contract(mcn, JAN), make_profile())
    # session, user, grants, sight given and taken, agency; bindings, tiers, lines and territories,
    # platforms of the filter
    with seeing("", []), django_assert_num_queries(11):
        as_mcn_editor.get("/portal/accounts/")
