"""Applications, the three checks, the decision, filings and the blacklist (domain, case 13)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actions import proposals
from agencies.actions import admissions, agencies, applications, blacklist, filings, groups
from agencies.actions.admissions import AdmissionRefused
from agencies.actions.agencies import AgencyRefused
from agencies.models import Admission, Agency, Application, Blacklisted, Filing, LetIn
from agencies.values.legal import legal_hash
from agencies.values.workdays import workdays_after
from influencers.models import Platform
from journal.actions.context import PARTIES, PASS, PUBLIC, STAFF, seeing
from journal.models import Event
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.admissions import PERSON, WORDS, admitted, applied, asked_in, checked
from tests.factories.agencies import credit_code, make_agency
from tests.people import two_people

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)
NUMBER = "11010519491231002X"


@pytest.fixture(autouse=True)
def sight():
    with seeing(STAFF):
        yield


def operator(**reach: frozenset[str]) -> Actor:
    return Actor(ActorKind.USER, id="9", name="Ola", roles=frozenset({"operator"}), **reach)


def listed(**facts: str) -> Blacklisted:
    said = {"credit_code": "", "legal_number": "", "reason": "Removed for fraud.", **facts}
    return blacklist.add("Gone", until=None, by=CLOCK, **said)  # type: ignore[arg-type]


def test_application_of_a_stranger_becomes_an_agency_and_admissions() -> None:
    with seeing(PUBLIC):
        made, reference = applied("douyin", "weibo", legal_number=NUMBER)
        assert Application.objects.count() == 0  # whoever sends one sees none
        followed = applications.followed(reference.lower())
        assert followed is not None
        assert (followed.pk, applications.followed("X" * 24)) == (made.pk, None)
    assert NUMBER not in str(vars(made))
    agency = applications.take(made, by=operator())
    rows = Admission.objects.filter(agency=agency).order_by("platform__code")
    assert [(row.platform.code, row.status) for row in rows] == [
        ("douyin", "applied"),
        ("weibo", "applied"),
    ]
    with pytest.raises(AdmissionRefused, match="before"):
        applications.refuse(made, reason="x", by=operator())


def test_application_with_the_code_of_a_known_agency_is_linked_to_it() -> None:
    agency = make_agency()
    made, _reference = applied(code=agency.credit_code, name="Other")
    assert applications.take(made, by=operator()) == agency
    again, _reference = applied(code=agency.credit_code)
    with pytest.raises(AdmissionRefused, match="already"):
        applications.take(again, by=operator())


def test_admission_takes_three_checks_and_starts_the_clock_of_the_filing() -> None:
    row, by = asked_in(make_agency()), operator()
    with pytest.raises(AdmissionRefused, match="come before"):
        admissions.admit(row, by=by)
    row = checked(row, by, systems="failed")
    assert row.status == "checked"
    with pytest.raises(AdmissionRefused, match="failed"):
        admissions.admit(row, by=by)
    admissions.check(row, "systems", outcome="passed", note="Mended", by=by)
    row = admissions.admit(row, by=by)
    today = row.platform.today(timezone.now())
    assert (row.status, row.since, row.decided_by) == ("admitted", today, "Ola")
    filing = Filing.objects.get(admission=row)
    assert (filing.due, filing.provisional) == workdays_after(today, 10)
    with seeing(PUBLIC):
        assert [each.pk for each in Admission.objects.all()] == [row.pk]
        assert row.checks.count() == 0
    event = Event.objects.get(verb="admission.admitted")
    assert (event.audience, event.platform) == ("public", "douyin")


def test_refusal_has_a_reason_and_is_not_public() -> None:
    row = admissions.refuse(asked_in(make_agency()), reason="No reviewers.", by=operator())
    with pytest.raises(DatabaseError, match="admission_with_reason"), transaction.atomic():
        Admission.objects.filter(pk=row.pk).update(reason="")
    with pytest.raises(DatabaseError, match="illegal move"), transaction.atomic():
        Admission.objects.filter(pk=row.pk).update(status="admitted", since=JAN)
    with seeing(PUBLIC):
        assert Admission.objects.count() == 0
    assert asked_in(row.agency).pk != row.pk  # it may ask again


def test_platform_decides_on_its_own_admissions_only() -> None:
    row = asked_in(make_agency(), "douyin")
    far = operator(platforms=frozenset({"weibo"}))
    member = Actor(ActorKind.USER, id="5", memberships=frozenset({(row.agency_id, "owner")}))
    for by in (far, member):
        for act in (
            lambda by=by: admissions.check(row, "people", outcome="passed", note="x", by=by),
            lambda by=by: admissions.admit(row, by=by),
            lambda by=by: admissions.refuse(row, reason="x", by=by),
            lambda by=by: admissions.propose(row, "suspended", reason="x", by=by),
            lambda by=by: admissions.stop(row.platform, reason="x", by=by),
        ):
            with pytest.raises(PermissionError):
                act()
    near = operator(platforms=frozenset({"douyin"}))
    assert admissions.refuse(row, reason="x", by=near).status == "refused"


def test_suspended_admission_comes_back_with_its_old_day() -> None:
    row = admitted(make_agency())
    first, second = two_people()
    proposal = admissions.propose(row, "suspended", reason="Late", by=first)
    proposals.approve(proposal, by=second)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("suspended", "Late")
    back = admissions.reinstate(row, by=second)
    assert (back.status, back.since, back.reason) == ("admitted", row.since, "")
    ended = admissions.end(row, reason="Removed", by=second, proposed_by=first)
    assert (ended.status, ended.until) == ("ended", ended.since)


def test_platform_that_takes_no_applications_says_why() -> None:
    platform, by = Platform.objects.get(code="douyin"), operator()
    assert admissions.stop(platform, reason="Under order.", by=by) == admissions.stop(
        platform, reason="Again.", by=by
    )
    with pytest.raises(AdmissionRefused, match=r"Under order\."):
        applied("douyin")
    with pytest.raises(AdmissionRefused, match=r"Under order\."):
        asked_in(make_agency())
    admissions.resume(platform, by=by)
    assert applied("douyin")[0].status == "waiting"


def test_one_code_has_a_few_waiting_applications_only() -> None:
    code = credit_code()
    for _number in range(applications.MOST_WAITING):
        applied(code=code)
    with pytest.raises(AdmissionRefused, match="wait already"):
        applied(code=code)


# --- Blacklist ------------------------------------------------------------------------------------


def test_case_13_firm_that_comes_back_is_known_by_code_representative_and_group() -> None:
    code = credit_code()
    listed(credit_code=code)
    listed(legal_number=f" {NUMBER.lower()} ")
    with pytest.raises(AgencyRefused, match=r"Removed for fraud\."):
        agencies.register(code, "新", "New", by=CLOCK)
    with pytest.raises(AgencyRefused, match="blacklist"):
        agencies.register(credit_code(), "新", "New", by=CLOCK, legal_number=NUMBER)
    made, _reference = applied(legal_number=NUMBER)
    with pytest.raises(AdmissionRefused, match="blacklist"):
        applications.take(made, by=operator())
    agency = applications.take(made, by=operator(), despite="The court said so.")
    kept = LetIn.objects.get(agency=agency)
    assert (kept.reason, kept.by_name) == ("The court said so.", "Ola")
    row = checked(Admission.objects.get(agency=agency))
    with pytest.raises(AdmissionRefused, match="blacklist"):
        admissions.admit(row, by=operator())
    assert admissions.admit(row, by=operator(), despite="As before.").status == "admitted"


def test_case_13_sister_of_a_listed_firm_is_known_by_the_group() -> None:
    bad, sister = make_agency("Bad"), make_agency("Sister")
    group = groups.make_group("集团", "Group", by=CLOCK)
    for each in (bad, sister):
        groups.set_group(each, group, by=CLOCK, since=JAN)
    listed(credit_code=bad.credit_code)
    sister.refresh_from_db()
    with pytest.raises(AdmissionRefused, match="Gone"):
        admissions.admit(checked(asked_in(sister)), by=operator())


def test_blacklist_keeps_no_number_ends_and_is_for_staff() -> None:
    entry = listed(legal_number=NUMBER)
    assert (entry.legal_hash, NUMBER in str(vars(entry))) == (legal_hash(NUMBER), False)
    assert legal_hash("1101 0519 4912 3100 2x") == legal_hash(NUMBER) != legal_hash("1")
    with seeing(PARTIES, [1]):
        assert Blacklisted.objects.count() == 0
    blacklist.end(entry, by=CLOCK)
    assert agencies.register(credit_code(), "新", "New", by=CLOCK, legal_number=NUMBER).pk
    with pytest.raises(PermissionError):
        blacklist.end(entry, by=operator(platforms=frozenset({"douyin"})))
    with pytest.raises(blacklist.BlacklistRefused, match="needs"):
        listed()


# --- Filings --------------------------------------------------------------------------------------


def test_filing_is_noted_once_with_number_and_day() -> None:
    with seeing(PASS):
        filing = admitted(make_agency()).filings.get()
    today, by = filing.happened_on, operator()
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        with pytest.raises(filings.FilingRefused, match="from when it happened"):
            filings.file(filing, number="N1", filed_on=day, by=by)
    done = filings.file(filing, number="N1", filed_on=today, by=by)
    assert (done.number, done.filed_on, done.filed_by) == ("N1", today, "Ola")
    with pytest.raises(filings.FilingRefused, match="before"):
        filings.file(filing, number="N2", filed_on=today, by=by)
    with pytest.raises(PermissionError):
        filings.file(filing, number="N2", filed_on=today, by=operator(platforms=frozenset({"x"})))


def test_provisional_day_is_counted_again_once_the_year_is_announced() -> None:
    with seeing(PASS):
        filing = admitted(make_agency()).filings.get()
        counted = filing.counted_from
        Filing.objects.filter(pk=filing.pk).update(
            due=counted + timedelta(days=40), provisional=True
        )
        assert filings.count_again() == 1
    filing.refresh_from_db()
    assert (filing.due, filing.provisional) == workdays_after(counted, 10)


def test_evidence_and_applications_are_seen_by_their_agency_and_no_other() -> None:
    mine, rival = make_agency("Mine"), make_agency("Rival")
    asked_in(mine)
    for agency, seen in ((mine, (1, 2)), (rival, (0, 0))):
        with seeing(PARTIES, [agency.pk]):
            rows = Application.objects.all()
            assert (rows.count(), sum(each.evidence.count() for each in rows)) == seen


def test_desk_of_an_agency_asks_for_further_platforms() -> None:
    agency = make_agency()
    owner = Actor(ActorKind.USER, id="5", memberships=frozenset({(agency.pk, "owner")}))
    editor = Actor(ActorKind.USER, id="6", memberships=frozenset({(agency.pk, "editor")}))
    there = [Platform.objects.get(code="weibo")]
    with seeing(PARTIES, [agency.pk]):
        with pytest.raises(PermissionError):
            applications.apply_from_desk(agency, PERSON, there, WORDS, by=editor)
        (row,) = applications.apply_from_desk(agency, PERSON, there, WORDS, by=owner)
    assert (row.agency, row.platform.code, row.status) == (agency, "weibo", "applied")
    assert Agency.objects.get(pk=agency.pk).applications.get().status == "taken"
