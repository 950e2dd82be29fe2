"""Who sees what of a case: regulators, the reported party, keys."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.permissions import Right
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import Actor, ActorKind
from reports.actions import cases, reports
from reports.models import Case, Report
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import make_profile
from tests.factories.reports import MO, acting, decided, filed, make_case
from tests.reports.test_cases import SAID, where

pytestmark = pytest.mark.django_db


def test_case_20_regulator_sees_the_case_and_nothing_of_a_report(as_regulator: Client) -> None:
    report = filed(
        text="The words of a witness.",
        addresses=["https://example.org/v/1"],
        contact="eve@example.org",
        receipt="01ABCDEFGHJKMNPQRSTVWXYZ",
    )
    reports.write(report, "The word of a moderator.", by=MO)
    assert report.case is not None
    case = report.case
    pages = [as_regulator.get(where(case)), as_regulator.get("/moderation/")]
    assert [page.status_code for page in pages] == [200, 200]
    secrets = ["witness", "example.org", "eve@", "01ABCDEF", "word of a moderator"]
    secrets += [report.receipt_hmac, str(report.public_id)]
    for page in pages:
        assert [word for word in secrets if word in page.content.decode()] == []
    read = f"/moderation/reports/{report.public_id}/"
    denied = [
        as_regulator.get(read),
        as_regulator.post(read + "contact/"),
        as_regulator.post(where(case, "claim/")),
        as_regulator.post(where(case, "decide/"), SAID | {"sure": "1"}),
        as_regulator.post("/moderation/next/"),
    ]
    assert [page.status_code for page in denied] == [403] * 5
    assert Report.objects.visible_to(pages[0].wsgi_request.actor).count() == 0  # type: ignore[attr-defined]


def test_reported_agency_learns_of_what_was_borne_out_alone(
    as_mcn_owner: Client, mcn: Any, mcn_owner: User
) -> None:
    report = filed(agency=mcn, of="coordinated-hype")
    assert report.case is not None
    actor = replace(
        acting(mcn_owner), roles=frozenset(), memberships=frozenset({(mcn.pk, "owner")})
    )
    ours = ("case", "report", "decision")
    seen = Event.objects.visible_to(actor).filter(subject_type__in=ours)
    assert list(seen.values_list("verb", flat=True)) == []
    assert as_mcn_owner.get("/moderation/").status_code == 403
    assert as_mcn_owner.get(where(report.case)).status_code == 403
    assert Case.objects.visible_to(actor).count() == 0
    with seeing(PASS):
        decided(report.case, "warning")
    seen = Event.objects.visible_to(actor).filter(subject_type__in=ours)
    assert sorted(seen.values_list("verb", flat=True)) == ["decision.made", "statement.published"]


def test_key_lists_the_cases_of_its_platform_with_the_filters_of_the_page() -> None:
    profile = make_profile("douyin", external_id="70001")
    filed(profile, text="The words of a witness.", contact="eve@example.org")
    make_case(make_profile("weibo"))
    with seeing(PASS):
        decided(make_case(make_profile("douyin"), of="scam"), "noted")
    client = calling_with(make_key([Right.CASES])[1])
    answer = client.get("/api/v1/cases")
    rows = answer.json()["results"]
    seen = [(row["external_id"], row["category"], row["status"]) for row in rows]
    assert seen[0] == ("70001", "hidden-advertising", "open")
    assert len(rows) == 2
    assert rows[1]["decision"]["explanation"] == "It was not marked."
    assert [word for word in ("witness", "eve@", "Mo") if word in answer.content.decode()] == []
    for query, expected in (("queue=over", 1), ("queue=free", 1), ("category=scam", 1)):
        assert len(client.get(f"/api/v1/cases?{query}").json()["results"]) == expected
    assert client.get("/api/v1/cases?category=opinion").status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_cases_asks_the_database_the_same_whatever_the_size(
    count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_case()
    client = calling_with(make_key([Right.CASES])[1])
    client.get("/api/v1/cases")
    with django_assert_num_queries(5):  # key, cases; who asks: before, within and after
        client.get("/api/v1/cases")


def test_no_minute_of_a_report_leaves_the_portal(as_regulator: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T23:47:11+08:00", tick=False)
    case = make_case()
    time_machine.move_to("2026-11-24T00:10:00+08:00", tick=False)
    row = calling_with(make_key([Right.CASES])[1]).get("/api/v1/cases").json()["results"][0]
    assert row["opened_on"] == "2026-11-23"
    pages = [as_regulator.get(where(case)), as_regulator.get("/moderation/")]
    assert "1 day old" in pages[1].content.decode()
    said = [str(row), *(page.content.decode() for page in pages)]
    assert [text for text in said if "23:47" in text or "15:47" in text] == []


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (Actor(ActorKind.USER, roles=frozenset({"regulator"})), ["case.claimed"]),
        (
            Actor(ActorKind.KEY, rights=frozenset({"journal"}), platforms=frozenset({"douyin"})),
            ["case.claimed"],
        ),
        (MO, ["case.claimed", "case.opened", "report.received"]),
    ],
)
def test_entries_on_reports_are_for_those_inside(who: Actor, seen: list[str]) -> None:
    cases.claim(make_case(), by=MO)
    told = Event.objects.visible_to(who).filter(subject_type__in=("case", "report"))
    assert sorted(told.values_list("verb", flat=True)) == seen
