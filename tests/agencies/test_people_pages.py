"""Who works for an agency and its keys, as owners manage them; agencies, as operators do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import keys
from accounts.models import ApiKey, User
from accounts.permissions import Role
from agencies.actions import agencies, groups
from agencies.models import Agency, AgencyNamePast, Group, Membership
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.accounts import make_key
from tests.factories.agencies import credit_code, make_agency
from tests.people import make_person

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ANN = {"email": "Ann@Example.org", "name": "Ann", "role": "editor"}


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


def roles(agency: Agency) -> dict[str, str]:
    rows = Membership.objects.filter(agency=agency, until__isnull=True)
    return dict(rows.values_list("user__email", "role"))


# --- Members ------------------------------------------------------------------------------------


def test_owner_adds_somebody_new_who_gets_a_mail(as_mcn_owner: Client, mcn: Agency) -> None:
    assert as_mcn_owner.post("/portal/people/new/", ANN)["Location"] == "/portal/people/"
    assert roles(mcn)["ann@example.org"] == "editor"
    again = as_mcn_owner.post("/portal/people/new/", ANN)
    assert again.context["form"].non_field_errors() == ["This person already works for the agency."]
    assert User.objects.filter(email="ann@example.org").count() == 1


def test_who_has_an_account_is_added_with_it(as_mcn_owner: Client, mcn: Agency) -> None:
    known = make_person("ann")
    as_mcn_owner.post("/portal/people/new/", ANN | {"name": "Another Name"})
    known.refresh_from_db()
    assert (roles(mcn)["ann@example.org"], known.name) == ("editor", "Ann")


def test_staff_of_the_portal_works_for_no_agency(as_mcn_owner: Client, mcn: Agency) -> None:
    make_person("ann", Role.MODERATOR)
    answer = as_mcn_owner.post("/portal/people/new/", ANN)
    assert answer.context["form"].non_field_errors() == [
        "This person works for the portal, which no agency's people do."
    ]
    assert "ann@example.org" not in roles(mcn)


def test_role_changes_from_now_on(
    as_mcn_owner: Client, mcn_viewer: User, as_mcn_viewer: Client, mcn: Agency
) -> None:
    row = Membership.objects.get(user=mcn_viewer)
    assert as_mcn_viewer.get("/portal/contracts/new/").status_code == 403
    answer = as_mcn_owner.post(f"/portal/people/{row.pk}/", {"role": "editor"})
    assert answer["Location"] == "/portal/people/"
    assert as_mcn_viewer.get("/portal/contracts/new/").status_code == 200
    changed = Membership.objects.get(user=mcn_viewer, until__isnull=True)
    as_mcn_owner.post(f"/portal/people/{changed.pk}/", {"role": "leaves"})
    assert as_mcn_viewer.get("/portal/contracts/").status_code == 403
    assert mcn_viewer.email not in roles(mcn)


def test_last_owner_stays(as_mcn_owner: Client, mcn_owner: User, mcn: Agency) -> None:
    row = Membership.objects.get(user=mcn_owner)
    for role in ("leaves", "viewer"):
        answer = as_mcn_owner.post(f"/portal/people/{row.pk}/", {"role": role})
        assert answer.context["form"].non_field_errors() == ["An agency keeps at least one owner."]
    assert roles(mcn) == {mcn_owner.email: "owner"}


@pytest.mark.parametrize("count", [1, 3])
def test_members_take_the_same_queries_however_many(
    as_mcn_owner: Client, mcn: Agency, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        agencies.add_member(mcn, make_person(f"p{number}"), "viewer", by=CLOCK)
    # session, user, grants, sight given and taken, agency, members
    with seeing("", []), django_assert_num_queries(7):
        page = as_mcn_owner.get("/portal/people/")
    assert len(page.context["page"].items) == count + 1


# --- Keys ---------------------------------------------------------------------------------------


def test_owner_issues_and_revokes_keys_of_its_agency(as_mcn_owner: Client, mcn: Agency) -> None:
    said = {"name": "our system", "rights": ["contracts", "bindings"], "expires": ""}
    page = as_mcn_owner.post("/portal/keys/new/", said)
    key = ApiKey.objects.get()
    assert (key.agency_id, key.platform, key.rights) == (mcn.pk, "", ["bindings", "contracts"])
    assert page.context["secret"] in page.content.decode()
    assert key.prefix in as_mcn_owner.get("/portal/keys/").content.decode()
    answer = as_mcn_owner.post(f"/portal/keys/{key.prefix}/revoke/")
    assert answer["Location"] == "/portal/keys/"
    key.refresh_from_db()
    assert key.revoked


def test_key_form_that_is_sent_twice_issues_one_key(as_mcn_owner: Client) -> None:
    page = as_mcn_owner.get("/portal/keys/new/")
    said = {"name": "our system", "rights": ["contracts"], "expires": ""}
    said |= {"asked_as": str(page.context["form"]["asked_as"].value())}
    assert as_mcn_owner.post("/portal/keys/new/", said).status_code == 200
    again = as_mcn_owner.post("/portal/keys/new/", said, follow=True)
    assert "This form was sent before" in again.content.decode()
    assert ApiKey.objects.count() == 1


def test_key_of_an_agency_has_rights_of_agencies_only(as_mcn_owner: Client) -> None:
    answer = as_mcn_owner.post("/portal/keys/new/", {"name": "x", "rights": ["observations"]})
    assert list(answer.context["form"].errors) == ["rights"]
    assert ApiKey.objects.count() == 0


def test_nobody_issues_keys_of_an_agency_that_they_do_not_own(mcn: Agency, rival: Agency) -> None:
    for role, agency in (("editor", mcn), ("owner", rival)):
        actor = Actor(ActorKind.USER, id="1", memberships=frozenset({(agency.pk, role)}))
        with pytest.raises(PermissionError):
            keys.issue("x", "", ["contracts"], by=actor, agency_id=mcn.pk)  # type: ignore[list-item]


def test_keys_of_others_are_not_listed(as_mcn_owner: Client, rival: Agency) -> None:
    theirs, _ = make_key(agency_id=rival.pk)
    platforms, _ = make_key()
    page = as_mcn_owner.get("/portal/keys/").content.decode()
    assert (theirs.prefix in page, platforms.prefix in page) == (False, False)


# --- The operator -------------------------------------------------------------------------------


def new(**said: str) -> dict[str, str]:
    return {
        "credit_code": credit_code(),
        "name_zh": "乌有文化",
        "name_en": "Wuyou Culture",
        "since": "2024-01-01",
        "group": "",
        "override": "",
    } | said


def test_operator_registers_an_agency_and_its_first_owner(as_operator: Client) -> None:
    answer = as_operator.post("/agencies/new/", new())
    assert answer["Location"] == "/agencies/wuyou-culture/people/"
    agency = Agency.objects.get(slug="wuyou-culture")
    assert agency.names.get().during.lower == date(2024, 1, 1)
    said = {"email": "owner@example.org", "name": "Owner", "role": "owner"}
    assert (
        as_operator.post(answer["Location"], said)["Location"] == "/agencies/wuyou-culture/record/"
    )
    assert roles(agency) == {"owner@example.org": "owner"}
    page = as_operator.get("/agencies/wuyou-culture/record/").content.decode()
    assert ("owner@example.org" in page, agency.credit_code in page) == (True, True)


def test_registering_names_what_is_wrong(as_operator: Client) -> None:
    taken = make_agency()
    answer = as_operator.post("/agencies/new/", new(credit_code=taken.credit_code))
    assert answer.context["form"].non_field_errors() == ["An agency with this credit code exists."]
    answer = as_operator.post("/agencies/new/", new(credit_code="123"))
    assert answer.context["form"].non_field_errors() == ["This is no unified social credit code."]


@pytest.mark.parametrize("name", ["New", "Manage", "Groups"])
def test_name_of_an_agency_hides_no_other_page(as_operator: Client, name: str) -> None:
    as_operator.post("/agencies/new/", new(name_en=name))
    agency = Agency.objects.get(name_en=name)
    assert agency.slug == f"{name.lower()}-{agency.credit_code[-4:].lower()}"


def test_operator_renames_once_however_often_it_is_said(as_operator: Client) -> None:
    agency = make_agency(since=date(2024, 1, 1))
    said = {"name_zh": "新名", "name_en": "New name", "since": "2025-06-01"}
    for _ in range(2):
        answer = as_operator.post(f"/agencies/{agency.slug}/rename/", said)
        assert answer["Location"] == f"/agencies/{agency.slug}/record/"
    names = [(n.name_en, n.during.lower) for n in agency.names.order_by("during")]
    assert names == [("Wuyou Culture", date(2024, 1, 1)), ("New name", date(2025, 6, 1))]
    assert Event.objects.filter(verb="agency.renamed").count() == 1
    early = as_operator.post(f"/agencies/{agency.slug}/rename/", said | {"since": "2023-01-01"})
    assert early.context["form"].non_field_errors() == ["The agency had no name on that day."]


def test_corrected_name_keeps_its_days_and_what_was_known(as_operator: Client) -> None:
    agency = make_agency(since=date(2024, 1, 1))
    agencies.rename(agency, "新名", "New name", since=date(2025, 6, 1), by=CLOCK)
    first = agency.names.order_by("during")[0]
    said = {"name_zh": "旧名", "name_en": "Old name, rightly spelt"}
    as_operator.post(f"/agencies/{agency.slug}/names/{first.pk}/", said)
    names = [n.name_en for n in agency.names.order_by("during")]
    assert names == ["Old name, rightly spelt", "New name"]
    past = AgencyNamePast.objects.filter(agency_name_id=first.pk).order_by("known")
    assert past.last().name_en == "Wuyou Culture"  # type: ignore[union-attr]
    other = make_agency("Other")
    assert as_operator.get(f"/agencies/{other.slug}/names/{first.pk}/").status_code == 404


def test_rename_to_come_takes_effect_when_its_day_has_come() -> None:
    agency = make_agency()
    today = timezone.localdate()
    agencies.rename(agency, "新名", "New name", since=today + DAY, by=CLOCK)
    assert agencies.refresh_all_names(today) == 0
    assert Agency.objects.get(pk=agency.pk).name_en == "Wuyou Culture"
    assert agencies.refresh_all_names(today + DAY) == 1
    assert Agency.objects.get(pk=agency.pk).name_en == "New name"


def test_operator_groups_agencies(as_operator: Client) -> None:
    first, second = make_agency("One"), make_agency("Two")
    said = {"group": "", "name_zh": "子虚集团", "name_en": "Zixu Group"}
    as_operator.post(f"/agencies/{first.slug}/group/", said)
    group = Group.objects.get()
    as_operator.post(f"/agencies/{second.slug}/group/", {"group": group.slug})
    assert set(group.agencies.all()) == {first, second}
    as_operator.post(f"/agencies/{second.slug}/group/", {"group": ""})
    assert list(group.agencies.all()) == [first]
    both = said | {"group": group.slug}
    assert as_operator.post(f"/agencies/{second.slug}/group/", both).context["form"].errors
    half = {"group": "", "name_zh": "只有一半", "name_en": ""}
    assert as_operator.post(f"/agencies/{second.slug}/group/", half).context["form"].errors


@pytest.mark.parametrize("count", [1, 3])
def test_operators_list_takes_the_same_queries_however_many(
    as_operator: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        make_agency(f"A{number}")
    # session, user, grants, sight given and taken, agencies, groups and platforms of the filter
    with seeing("", []), django_assert_num_queries(8):
        as_operator.get("/agencies/manage/")


def test_actions_refuse_whoever_is_no_operator(mcn: Agency) -> None:
    owner = Actor(ActorKind.USER, id="1", memberships=frozenset({(mcn.pk, "owner")}))
    row = mcn.names.get()
    for act in (
        lambda: agencies.register(credit_code(), "名", "Name", by=owner),
        lambda: agencies.rename(mcn, "名", "Name", since=timezone.localdate(), by=owner),
        lambda: agencies.correct_name(row, "名", "Name", by=owner),
        lambda: groups.set_group(mcn, None, by=owner),
        lambda: groups.make_group("名", "Name", by=owner),
    ):
        with pytest.raises(PermissionError):
            act()
    stranger = Actor(ActorKind.USER, id="2", memberships=frozenset({(mcn.pk, "editor")}))
    with pytest.raises(PermissionError):
        agencies.add_member(mcn, make_person("eve"), "owner", by=stranger)
