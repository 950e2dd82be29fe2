"""The desk of the moderators: queue, case, decision; and who sees what of it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Proposal, User
from accounts.permissions import Role
from agencies.models import Binding
from journal.actions.context import PASS, STAFF, seeing
from journal.models import Event
from reports.actions import cases, reports
from reports.models import Case, Decision
from reports.views import cases as views
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.reports import LENA, MO, acting, decided, filed, make_case
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

JAN, MAR = date(2026, 1, 1), date(2026, 3, 1)


@pytest.fixture
def mo(moderator: User) -> Any:
    """The actor that `as_moderator` is."""
    return acting(moderator)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/moderation/?{query}")
    assert answer.status_code == 200
    return [row.case.about for row in answer.context["rows"]]


def where(case: Case, rest: str = "") -> str:
    return f"/moderation/cases/{case.public_id}/{rest}"


# --- The queue ----------------------------------------------------------------------------------


def test_queue_shows_the_weightiest_first_and_is_narrowed(as_moderator: Client, mo: Any) -> None:
    for name, of, platform in (
        ("light", "other", "douyin"),
        ("severe", "scam", "weibo"),
        ("middle", "harassment", "douyin"),
    ):
        make_case(make_profile(platform, display_name=name), of=of)
    assert listed(as_moderator) == ["severe", "middle", "light"]
    assert listed(as_moderator, "category=scam") == ["severe"]
    assert listed(as_moderator, "platform=douyin") == ["middle", "light"]
    assert listed(as_moderator, "kind=dispute") == []
    case = Case.objects.get(profile__display_name="middle")
    cases.claim(case, by=LENA)
    cases.claim(Case.objects.get(profile__display_name="light"), by=mo)
    assert listed(as_moderator, "queue=free") == ["severe"]
    assert listed(as_moderator, "queue=mine") == ["light"]
    Case.objects.filter(pk=case.pk).update(due_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert listed(as_moderator, "queue=overdue") == ["middle"]
    with seeing(PASS):
        decided(Case.objects.get(profile__display_name="severe"))
    assert listed(as_moderator, "queue=over") == ["severe"]
    tabs = as_moderator.get("/moderation/").context["tabs"]
    assert [tab["count"] for tab in tabs] == [2, 0, 1, 0, 1, 1]


def test_next_case_is_taken_and_opened(as_moderator: Client, mo: Any) -> None:
    case = make_case()
    assert as_moderator.post("/moderation/next/")["Location"] == where(case)
    case.refresh_from_db()
    assert case.holder(timezone.now()) == mo.id
    assert as_moderator.post("/moderation/next/")["Location"] == "/moderation/"
    assert "No case is free" in as_moderator.get("/moderation/").content.decode()


def test_moderators_begin_at_the_queue(
    as_moderator: Client, as_lead_moderator: Client, as_regulator: Client
) -> None:
    assert as_moderator.get("/accounts/")["Location"] == "/moderation/"
    assert as_lead_moderator.get("/accounts/")["Location"] == "/moderation/"
    assert as_regulator.get("/accounts/")["Location"] != "/moderation/"


def test_staff_sees_the_cases_of_its_platforms() -> None:
    mine = make_case(make_profile("douyin", display_name="mine"))
    other = make_case(make_profile("weibo", display_name="other"))
    agency = make_case(agency=make_agency("Own"))
    client = signed_in(make_person("dora", Role.MODERATOR, platform="douyin"))
    assert listed(client) == ["mine", str(agency.agency)]
    assert client.get(where(other)).status_code == 404
    assert client.post(where(other, "claim/")).status_code == 404
    assert client.post(where(other, "decide/")).status_code == 404
    assert client.get(f"/moderation/reports/{other.reports.get().public_id}/").status_code == 404
    assert client.get(where(mine)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_queue_asks_the_database_the_same_whatever_the_size(
    as_moderator: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_case(make_profile(tier=3))
        make_case(agency=make_agency())
    with django_assert_num_queries(QUEUE_QUERIES):
        as_moderator.get("/moderation/")


# session, user, grants, arriving, cases, schemes, counts, categories, platforms, leaving
QUEUE_QUERIES = 10


@pytest.mark.parametrize("noise", ["\0", "x" * 5000, "9" * 30, "' OR 1=1 --", "\u202e"])
def test_noise_breaks_no_desk(as_moderator: Client, noise: str) -> None:
    case = make_case()
    for name in ("queue", "category", "platform", "kind", "after"):
        assert as_moderator.get("/moderation/", {name: noise}).status_code in (200, 400)
    for name in ("day", "template"):
        assert as_moderator.get(where(case), {name: noise}).status_code == 200
    for name in SAID:
        said = as_moderator.post(where(case, "decide/"), SAID | {name: noise})
        assert said.status_code == 200


# --- One case -----------------------------------------------------------------------------------


def test_case_shows_who_managed_the_account_on_the_day_of_the_act(as_moderator: Client) -> None:
    profile = make_profile(display_name="阿棠不吃辣")
    with seeing(PASS):
        confirmed(make_claim(make_contract(make_agency("Then"), JAN, MAR), profile))
        confirmed(make_claim(make_contract(make_agency("Now"), MAR), profile))
    case = make_case(profile, act_day=date(2026, 2, 28))
    page = as_moderator.get(where(case)).content.decode()
    assert "Then Culture" in page
    assert "Now Culture" not in page
    page = as_moderator.get(where(case, "?day=2026-03-01")).content.decode()
    assert "Now Culture" in page
    assert as_moderator.get(where(case, "?day=nonsense")).status_code == 200


def test_case_shows_reports_in_time_order_and_nothing_of_who_sent_them(
    as_moderator: Client, mo: Any
) -> None:
    profile = make_profile()
    filed(profile, text="The first word of it.", contact="eve@example.org")
    case = make_case(profile, text="The second word of it.", receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    cases.claim(case, by=mo)
    page = as_moderator.get(where(case)).content.decode()
    assert page.index("The first word") < page.index("The second word")
    for secret in ("eve@", "01ABCDEF", case.reports.last().receipt_hmac):  # type: ignore[union-attr]
        assert secret not in page
    assert "2 reports" in page


def test_earlier_cases_on_the_same_account_are_named(as_moderator: Client) -> None:
    profile = make_profile()
    with seeing(PASS):
        decided(make_case(profile), "noted")
    other, case = make_case(profile, of="scam"), make_case(profile)
    earlier = as_moderator.get(where(case)).context["desk"].earlier
    assert [each.category.code for each in earlier] == ["scam", "hidden-advertising"]
    assert earlier[0] == other
    assert "put on record" in as_moderator.get(where(case)).content.decode()


def test_of_two_moderators_one_takes_the_case_and_the_other_is_told(
    as_moderator: Client, as_lead_moderator: Client
) -> None:
    case = make_case()
    as_moderator.post(where(case, "claim/"))
    as_lead_moderator.post(where(case, "claim/"))
    page = as_lead_moderator.get(where(case))
    assert "Mo is working on this case until" in page.content.decode()
    assert page.context["form"] is None
    assert as_moderator.get(where(case)).context["form"] is not None
    as_moderator.post(where(case, "claim/"), {"give_back": "1"})
    as_lead_moderator.post(where(case, "claim/"))
    assert as_lead_moderator.get(where(case)).context["desk"].mine


def test_form_begins_with_the_template_filled_from_the_case(as_moderator: Client, mo: Any) -> None:
    profile = make_profile(display_name="{day} 阿棠")
    case = make_case(profile, act_day=date(2026, 5, 3))
    cases.claim(case, by=mo)
    said = as_moderator.get(where(case)).context["form"].initial
    assert said["facts"].startswith("On 2026-05-03 {day} 阿棠 recommended a product")
    assert said["facts"].endswith("Who managed the account on that day: no agency.")
    assert (said["ground"], said["act_day"]) == ("law", date(2026, 5, 3))
    # What it comes to is the moderator's to choose, or the template's that was asked for.
    assert "outcome" not in said
    chosen = as_moderator.get(where(case), {"template": "hidden-advertising"})
    assert chosen.context["form"].initial["outcome"] == "warning"
    assert "internet advertising" in said["ground_text"]
    said = as_moderator.get(where(case, "?template=not-borne-out")).context["form"].initial
    assert said["outcome"] == "no_action"


@pytest.mark.parametrize("count", [1, 3])
def test_case_asks_the_database_the_same_however_many_reported(
    as_moderator: Client, mo: Any, count: int, django_assert_num_queries: Any
) -> None:
    profile = make_profile(tier=3)
    for number in range(count):
        report = filed(profile)
        reports.write(report, f"Number {number}", by=MO)
        make_case(profile, of=("scam", "other", "harassment")[number])
    case = Case.objects.get(category__code="hidden-advertising")
    cases.claim(case, by=mo)
    with django_assert_num_queries(CASE_QUERIES):
        as_moderator.get(where(case))


# session, user, grants, arriving, case, managers (now, then), templates, earlier, reports,
# messages, schemes, leaving
CASE_QUERIES = 13

SAID = {
    "outcome": "warning",
    "ground": "law",
    "ground_text": "Measures for internet advertising.",
    "facts": "The post was paid for.",
    "explanation": "It was not marked.",
    "act_day": "2026-05-03",
}


def test_decision_is_shown_before_it_is_made(as_moderator: Client, mo: Any) -> None:
    case = make_case(make_profile(display_name="阿棠"))
    cases.claim(case, by=mo)
    page = as_moderator.post(where(case, "decide/"), SAID)
    assert Decision.objects.count() == 0
    text = page.content.decode()
    for part in ("This is what follows", "told through its platform", "names nobody"):
        assert part in text
    kept = dict(page.context["kept"])
    assert {name: kept[name] for name in SAID} == SAID
    page = as_moderator.post(where(case, "decide/"), {**kept, "edit": "1"})
    assert page.context["form"].data["facts"] == "The post was paid for."
    said = as_moderator.post(where(case, "decide/"), {**kept, "sure": "1"})
    assert said["Location"] == where(case)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.decided_by_id) == ("warning", mo.id)
    text = as_moderator.get(where(case)).content.decode()
    assert "Borne out: the party is warned" in text


def approve(case: Any, outcome: str = "approve") -> None:
    """As a lead moderator decides on what a moderator has proposed."""
    lead = signed_in(make_person("lea", Role.LEAD_MODERATOR))
    with seeing(STAFF):
        proposal = Proposal.objects.get(subject_id=str(case.public_id), status="proposed")
    said = {"outcome": outcome, "typed": proposal.subject_name, "note": "Look again."}
    assert lead.post(f"/approvals/{proposal.pk}/", said).status_code == 302


def test_case_goes_back_to_the_queue_with_the_note_of_who_rejected(
    as_moderator: Client, mo: Any
) -> None:
    profile = make_profile(display_name="周周测评")
    with seeing(PASS):
        binding = confirmed(make_claim(make_contract(make_agency("False"), JAN), profile))
    case = make_case(profile, of="faked-affiliation")
    cases.claim(case, by=mo)
    said = SAID | {"outcome": "label_corrected", "binding": str(binding.pk), "sure": "1"}
    as_moderator.post(where(case, "decide/"), said)
    waiting = as_moderator.get("/moderation/?queue=waiting").context["rows"]
    assert ([row.case for row in waiting], waiting[0].holder) == ([case], "")
    assert as_moderator.get("/moderation/?queue=free").context["rows"] == []
    assert "No case is free" in as_moderator.post("/moderation/next/", follow=True).content.decode()
    approve(case, "reject")
    assert "Look again." in as_moderator.get(where(case)).content.decode()
    assert as_moderator.post("/moderation/next/")["Location"] == where(case)
    with seeing(PASS):
        binding.refresh_from_db()
    assert (binding.status, Decision.objects.count()) == (Binding.Status.CONFIRMED, 0)


def test_decision_corrects_the_label(as_moderator: Client, mo: Any) -> None:
    profile = make_profile(display_name="周周测评")
    with seeing(PASS):
        binding = confirmed(make_claim(make_contract(make_agency("False"), JAN), profile))
    case = make_case(profile, of="faked-affiliation")
    cases.claim(case, by=mo)
    said = SAID | {"outcome": "label_corrected"}
    page = as_moderator.post(where(case, "decide/"), said)
    assert list(page.context["form"].errors) == ["binding"]
    said |= {"binding": str(binding.pk)}
    page = as_moderator.post(where(case, "decide/"), said).content.decode()
    assert "The binding of False Culture is void from its first day." in page
    as_moderator.post(where(case, "decide/"), said | {"sure": "1"})
    waiting = as_moderator.get(where(case)).content.decode()
    assert "Waits for a second person" in waiting
    assert (
        "case waits for a second person"
        in as_moderator.post(where(case, "claim/"), follow=True).content.decode()
    )
    approve(case)
    with seeing(PASS):
        binding.refresh_from_db()
    assert binding.status == Binding.Status.VOID
    desk = as_moderator.get(where(case)).context["desk"]
    assert [each.agency_id for each in desk.managers] == [binding.agency_id]
    assert desk.answerable == [binding.agency]


def test_corrected_label_names_the_agency_on_no_day(client: Client, as_moderator: Client) -> None:
    profile = make_profile(tier=5)
    with seeing(PASS):
        binding = confirmed(make_claim(make_contract(make_agency("False"), JAN), profile))
    case = make_case(profile, of="faked-affiliation")
    label = f"/api/v1/labels/douyin/{profile.external_id}"

    def states() -> list[str]:
        return [client.get(label + query).json()["state"] for query in ("", "?on=2026-05-03")]

    assert states() == ["managed", "managed"]
    as_moderator.post(where(case, "claim/"))
    said = SAID | {"outcome": "label_corrected", "binding": str(binding.pk), "sure": "1"}
    as_moderator.post(where(case, "decide/"), said)
    assert states() == ["managed", "managed"]
    approve(case)
    assert states() == ["none", "none"]


def test_form_offers_only_bindings_of_the_account(as_moderator: Client, mo: Any) -> None:
    with seeing(PASS):
        foreign = confirmed(make_claim(make_contract(make_agency(), JAN), make_profile()))
    case = make_case(of="wrong-label")
    cases.claim(case, by=mo)
    said = SAID | {"outcome": "label_corrected", "binding": str(foreign.pk), "sure": "1"}
    page = as_moderator.post(where(case, "decide/"), said)
    assert list(page.context["form"].errors) == ["binding"]
    assert Decision.objects.count() == 0


def test_what_was_written_stays_when_somebody_else_took_the_case(
    as_moderator: Client, mo: Any
) -> None:
    case = make_case()
    cases.claim(case, by=LENA)
    page = as_moderator.post(where(case, "decide/"), SAID | {"sure": "1"})
    assert "Lena is working on this case" in str(page.context["form"].errors)
    assert "The post was paid for." in page.content.decode()
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("field", sorted(SAID))
def test_decision_needs_every_part_of_its_reasons(
    as_moderator: Client, mo: Any, field: str
) -> None:
    case = make_case()
    cases.claim(case, by=mo)
    page = as_moderator.post(where(case, "decide/"), SAID | {field: "", "sure": "1"})
    assert list(page.context["form"].errors) == [field]
    assert Decision.objects.count() == 0


def test_moderator_writes_to_the_reporter_and_opens_the_contact(
    as_moderator: Client, mo: Any
) -> None:
    report = filed(contact="eve@example.org")
    page = f"/moderation/reports/{report.public_id}/"
    assert "eve@" not in as_moderator.get(page).content.decode()
    as_moderator.post(page, {"text": "Which video?"})
    assert "Which video?" in as_moderator.get(page).content.decode()
    assert as_moderator.post(page, {"text": " "}).context["form"].errors
    as_moderator.post(page + "contact/")
    assert "Take the case first." in as_moderator.get(page).content.decode()
    assert report.case is not None
    cases.claim(report.case, by=mo)
    assert "eve@example.org" in as_moderator.post(page + "contact/").content.decode()
    assert Event.objects.get(verb="report.contact_opened").actor_name == "Mo"


def test_pages_of_the_queue_follow_each_other(as_moderator: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    for number in range(5):
        make_case(make_profile(display_name=str(number)))
    found, cursor = "", ""
    while True:
        answer = as_moderator.get(f"/moderation/?after={cursor}" if cursor else "/moderation/")
        found += "".join(row.case.about for row in answer.context["rows"])
        cursor = answer.context["page"].next
        if not cursor:
            break
    assert found == "01234"
