"""Pages on which operators give roles and keys."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.actions import grants
from accounts.models import ApiKey, Grant, Proposal, User
from accounts.permissions import Role
from journal.actions.context import STAFF, seeing
from journal.models import Outbox
from journal.values import CLOCK
from tests.factories.accounts import calling_with, make_key
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"  # of everybody in tests.people


def text(answer: Any) -> str:
    return answer.content.decode()


# --- roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [1, 3])
def test_list_of_people_costs_the_same_for_one_and_for_three(
    as_operator: Client, others: int, django_assert_num_queries: Any
) -> None:
    for number in range(others):
        make_person(f"other{number}", Role.MODERATOR)
    with django_assert_num_queries(6):  # session, user, grants, sight given and taken, people
        page = text(as_operator.get("/accounts/people/"))
    assert page.count("m-row-link") == others + 1


def test_list_of_people_is_filtered(as_operator: Client) -> None:
    make_person("anna", Role.MODERATOR, platform="douyin")
    gone = make_person("boris", Role.REGULATOR)
    grants.revoke(gone.grants.get(), by=CLOCK)

    def names(**query: str) -> list[str]:
        page = text(as_operator.get("/accounts/people/", query))
        return re.findall(r'm-row-link" href="[^"]*">(\w+)<', page)

    assert names() == ["Boris", "Anna", "Olga"]
    assert names(q="ANNA@") == ["Anna"]
    assert names(role="operator") == ["Olga"]
    assert names(platform="douyin") == ["Anna"]
    assert names(state="over") == ["Boris"]
    assert names(state="now") == ["Anna", "Olga"]
    assert names(q="zzz") == []


def approved(answer: HttpResponse) -> Proposal:
    """As another operator approves what was just proposed."""
    with seeing(STAFF):
        proposal = Proposal.objects.get(pk=answer["Location"].strip("/").rsplit("/", 1)[1])
    second = signed_in(make_person("second", Role.OPERATOR))
    said = {"outcome": "approve", "typed": proposal.subject_name}
    assert second.post(answer["Location"], said).status_code == 302
    return proposal


def test_role_for_somebody_new_invites_them_once_approved(as_operator: Client) -> None:
    said = {"email": "New@Example.com", "name": "New One", "role": "moderator"}
    said |= {"platform": "weibo", "reason": "The desk grows."}
    answer = as_operator.post("/accounts/people/new/", said)
    assert not User.objects.filter(email="new@example.com").exists()
    approved(answer)
    user = User.objects.get(email="new@example.com")
    assert (user.grants.get().role, user.grants.get().platform) == ("moderator", "weibo")
    to = [mail.payload["to"] for mail in Outbox.objects.order_by("pk")]
    assert to == [["new@example.com"], ["olga@example.org"]]


def test_role_for_somebody_known_invites_nobody(as_operator: Client, newcomer: User) -> None:
    last = timezone.localdate()
    said = {"email": newcomer.email, "role": "regulator", "until": last.isoformat()}
    approved(as_operator.post("/accounts/people/new/", said | {"reason": "For a day."}))
    grant = newcomer.grants.get()
    assert (grant.until - last).days == 1
    assert [mail.payload["to"] for mail in Outbox.objects.all()] == [["olga@example.org"]]


def test_role_that_cannot_stand_is_refused_with_words(
    as_operator: Client, operator: User, moderator: User
) -> None:
    def errors(**said: str) -> list[str]:
        page = text(
            as_operator.post(
                "/accounts/people/new/", {"role": "operator", "reason": "Needed.", **said}
            )
        )
        found = re.search(r'(?s)<div class="m-errors".*?</div>', page)
        assert found
        return [re.sub("<[^>]*>", "", item) for item in re.findall("<li>(.*?)</li>", found[0])]

    assert errors(email=operator.email) == ["Nobody grants a role to themselves."]
    assert errors(email=moderator.email) == [
        "Nobody holds two roles on the same day; revoke the other one first."
    ]
    assert errors(email="stranger@example.com") == [
        "Name – Nobody has an account with this address yet: say the name."
    ]
    assert errors(email="x", role="emperor", platform="Wei bo", until="2020-01-01") == [
        "E-mail address – Enter a valid email address.",
        "Role – Select a valid choice. emperor is not one of the available choices.",
        "Platform – Small letters, digits, “-” and “_” only.",
        "Last day – This day has passed.",
    ]
    assert Grant.objects.count() == 2
    assert User.objects.count() == 2


def test_role_is_revoked_after_a_page_that_asks(as_operator: Client, moderator: User) -> None:
    grant = moderator.grants.get()
    address = f"/accounts/grants/{grant.pk}/revoke/"
    assert "moderator" in text(as_operator.get(address))
    assert Grant.objects.in_force(timezone.localdate()).filter(pk=grant.pk).exists()
    assert as_operator.post(address)["Location"] == f"/accounts/people/{moderator.pk}/"
    assert not Grant.objects.in_force(timezone.localdate()).filter(pk=grant.pk).exists()


def test_own_role_is_not_revoked(as_operator: Client, operator: User) -> None:
    grant = operator.grants.get()
    answer = as_operator.post(f"/accounts/grants/{grant.pk}/revoke/")
    assert "Nobody takes a role from themselves." in text(answer)
    assert Grant.objects.get(pk=grant.pk).until is None


def test_grant_out_of_reach_is_not_found(moderator: User) -> None:
    limited = make_person("lim", Role.OPERATOR, platform="weibo")
    client = signed_in(limited)
    theirs = make_person("dou", Role.MODERATOR, platform="douyin").grants.get()
    assert client.post(f"/accounts/grants/{theirs.pk}/revoke/").status_code == 404


def test_sign_in_is_closed_after_a_page_that_asks(as_operator: Client, newcomer: User) -> None:
    address = f"/accounts/people/{newcomer.pk}/access/"
    assert "Close the sign-in of Nina?" in text(as_operator.get(address))
    as_operator.post(address, {"active": "0"})
    newcomer.refresh_from_db()
    assert not newcomer.is_active
    assert "Open the sign-in of Nina?" in text(as_operator.get(address))
    as_operator.post(address, {"active": "1"})
    newcomer.refresh_from_db()
    assert newcomer.is_active


def test_own_sign_in_is_not_closed(as_operator: Client, operator: User) -> None:
    answer = as_operator.post(f"/accounts/people/{operator.pk}/access/", {"active": "0"})
    assert answer.status_code == 403
    operator.refresh_from_db()
    assert operator.is_active


# --- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [1, 3])
def test_list_of_keys_costs_the_same_for_one_and_for_three(
    as_operator: Client, keys: int, django_assert_num_queries: Any
) -> None:
    for _ in range(keys):
        make_key()
    with django_assert_num_queries(6):  # session, user, grants, sight given and taken, keys
        page = text(as_operator.get("/accounts/keys/"))
    assert page.count("/revoke/") == keys


def test_list_of_keys_is_filtered_and_shows_no_hash(as_operator: Client) -> None:
    old, _ = make_key(platform="weibo")
    ApiKey.objects.update(revoked=True)
    new, _ = make_key(["journal"])

    def prefixes(**query: str) -> list[str]:
        page = text(as_operator.get("/accounts/keys/", query))
        assert old.hashed_key not in page
        return re.findall(r"<td><code>(\w+)</code>", page)

    assert prefixes() == [new.prefix, old.prefix]
    assert prefixes(state="usable") == [new.prefix]
    assert prefixes(state="ended") == [old.prefix]
    assert prefixes(platform="weibo") == [old.prefix]
    assert prefixes(right="observations") == [old.prefix]
    assert prefixes(q="nothing") == []


def test_list_of_keys_pages_without_the_hash_in_its_address(as_operator: Client) -> None:
    from base64 import urlsafe_b64decode

    made = [make_key()[0] for _ in range(51)]
    page = text(as_operator.get("/accounts/keys/"))
    (cursor,) = re.findall(r"\?after=([\w-]+)", page)
    assert made[1].prefix in urlsafe_b64decode(cursor + "==").decode()
    assert "sha512" not in urlsafe_b64decode(cursor + "==").decode()
    page = text(as_operator.get("/accounts/keys/", {"after": cursor}))
    assert re.findall(r"<td><code>(\w+)</code>", page) == [made[0].prefix]


def test_issued_key_is_shown_once_and_works(as_operator: Client) -> None:
    said = {"name": "push", "platform": "douyin", "rights": ["messages"], "expires": ""}
    answer = as_operator.post("/accounts/keys/new/", said)
    secret = re.findall(r"Authorization: Api-Key ([\w.]+)", text(answer))[0]
    assert "no-store" in answer["Cache-Control"]
    assert calling_with(secret).get("/api/v1/messages").status_code == 200
    assert secret not in text(as_operator.get("/accounts/keys/"))


def test_key_form_that_is_sent_twice_issues_one_key(as_operator: Client) -> None:
    token = as_operator.get("/accounts/keys/new/").context["form"]["asked_as"].value()
    said = {"name": "push", "platform": "douyin", "rights": ["messages"], "asked_as": str(token)}
    assert as_operator.post("/accounts/keys/new/", said | {"name": ""}).status_code == 200
    as_operator.post("/accounts/keys/new/", said)
    again = as_operator.post("/accounts/keys/new/", said, follow=True)
    assert "This form was sent before" in text(again)
    assert ApiKey.objects.count() == 1


def test_key_ends_with_its_last_day_in_the_portals_zone(as_operator: Client) -> None:
    said = {"name": "push", "platform": "douyin", "rights": ["messages"], "expires": "2031-01-31"}
    as_operator.post("/accounts/keys/new/", said)
    ends = timezone.localtime(ApiKey.objects.get().expiry_date)
    assert ends.isoformat() == "2031-02-01T00:00:00+08:00"
    assert "2031-01-31" in text(as_operator.get("/accounts/keys/"))


def test_key_without_right_or_platform_is_refused(as_operator: Client) -> None:
    answer = as_operator.post("/accounts/keys/new/", {"name": "push"})
    assert "<title>Error: " in text(answer)
    assert ApiKey.objects.count() == 0


def test_key_of_another_platform_is_refused_and_not_found() -> None:
    client = signed_in(make_person("lim", Role.OPERATOR, platform="weibo"))
    said = {"name": "push", "platform": "douyin", "rights": ["messages"]}
    said["asked_as"] = "00000000-0000-4000-8000-000000000001"
    assert "does not reach this platform" in text(client.post("/accounts/keys/new/", said))
    client.post("/accounts/keys/new/", said | {"platform": "weibo"})
    assert ApiKey.objects.get().platform == "weibo"
    key, _ = make_key(platform="douyin")
    assert client.get(f"/accounts/keys/{key.prefix}/revoke/").status_code == 404


def test_key_is_revoked_after_a_page_that_asks(as_operator: Client) -> None:
    key, secret = make_key()
    address = f"/accounts/keys/{key.prefix}/revoke/"
    assert key.prefix in text(as_operator.get(address))
    assert calling_with(secret).get("/api/v1/messages").status_code == 200
    assert as_operator.post(address)["Location"] == "/accounts/keys/"
    assert calling_with(secret).get("/api/v1/messages").status_code == 401
