"""The desk of somebody whose account it is, without a sign-in."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notice
from accounts.permissions import Role
from agencies.actions import disputes
from agencies.models import Binding, Dispute
from disclosure.models import Declaration
from disclosure.queries.labels import label_of
from disclosure.views.holders import COOKIE
from influencers.actions import proofs
from influencers.actions.profiles import change_principal
from influencers.models import ControlProof, Observation, Profile, ProfileHandle
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import asked, browser_of, token_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture
def profile() -> Profile:
    return make_profile(display_name="木心手作", handle="muxin")


@pytest.fixture
def claim(profile: Profile) -> Binding:
    return make_claim(make_contract(make_agency(), JAN), profile)


def desk(profile: Profile, rest: str = "") -> str:
    return f"/creator/{profile.public_id}/{rest}"


def fresh(binding: Binding) -> Binding:
    with seeing(PASS):
        return Binding.objects.get(pk=binding.pk)


# --- Proving ------------------------------------------------------------------------------------


def start(browser: Client, profile: Profile, way: str) -> object:
    data = {"platform": profile.platform.code, "account": profile.external_id, "way": way}
    return browser.post("/creator/", data)


def test_code_is_shown_to_who_asked_and_opens_the_desk_once_found(
    profile: Profile, as_operator: Client
) -> None:
    browser = Client()
    there = start(browser, profile, "code").headers["Location"]  # type: ignore[attr-defined]
    proof = ControlProof.objects.get()
    code = f"{proof.code[:4]}-{proof.code[4:]}"  # type: ignore[index]
    assert code in browser.get(there).content.decode()
    assert Client().get(there).status_code == 404
    assert as_operator.get(there).status_code == 404
    assert browser.get(desk(profile)).status_code == 302
    browser.post(there)
    assert "Somebody looks for your code" in browser.get(there).content.decode()
    for number in "12":
        assert "Your code was found" not in browser.get(there).content.decode()
        assert browser.get(desk(profile)).status_code == 302
        who = Actor(ActorKind.USER, id=number, roles=frozenset({Role.OPERATOR.value}))
        proofs.check(ControlProof.objects.get(), found=True, by=who)
    assert "Your code was found" in browser.get(there).content.decode()
    assert browser.get(desk(profile)).status_code == 200
    assert Client().get(desk(profile)).status_code == 302


def test_message_opens_the_desk_in_whichever_browser_takes_it(profile: Profile) -> None:
    asker, holder = Client(), Client()
    page = start(asker, profile, "message")
    assert "Look into your messages" in page.content.decode()  # type: ignore[attr-defined]
    text = Notice.objects.get().body["zh-Hans"]
    link = re.search(r"(/creator/prove/[^/\s]+/)", text)[1]  # type: ignore[index]
    for _n in range(2):  # a preview of the link changes nothing
        assert holder.get(link).status_code == 200
    assert ControlProof.objects.get().status == "asked"
    answer = holder.post(link)
    assert answer.headers["Location"] == desk(profile)
    assert holder.get(desk(profile)).status_code == 200
    assert asker.get(desk(profile)).status_code == 302
    used = asker.post(link)
    assert (used.status_code, "used before" in used.content.decode()) == (410, True)


def test_case_25_handle_taken_over_opens_nothing_of_its_old_holder(profile: Profile) -> None:
    heir = make_profile(display_name="the heir")
    today = timezone.localdate()
    for who, since, until in (
        (profile, today - timedelta(days=30), today),
        (heir, today, None),
    ):
        ProfileHandle.objects.create(
            platform=profile.platform, profile=who, handle="muxin", during=(since, until)
        )
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), profile))
    browser = Client()
    browser.post("/creator/", {"platform": "douyin", "account": "@muxin", "way": "message"})
    notice = Notice.objects.get()
    assert notice.recipient == f"douyin/{heir.external_id}"
    browser.post(re.search(r"(/creator/prove/[^/\s]+/)", notice.body["en"])[1])  # type: ignore[index]
    assert browser.get(desk(heir)).status_code == 200
    assert browser.get(desk(profile)).status_code == 302
    assert browser.get(desk(heir, f"contest/{binding.pk}/")).status_code == 404
    assert "Wuyou" not in browser.get(desk(heir)).content.decode()
    assert "Wuyou" not in browser.get(desk(heir, "data/")).content.decode()


def test_forged_and_expired_cookies_open_nothing(profile: Profile) -> None:
    forger = Client()
    proof, secret = proofs.ask_code(profile, by=CLOCK)
    forger.cookies[COOKIE] = secret
    assert forger.get(desk(profile)).status_code == 302
    browser = browser_of(profile)
    ControlProof.objects.filter(status="proven").update(proven_until=timezone.now())
    assert browser.get(desk(profile)).status_code == 302
    assert proof.status == "asked"


def test_browser_forgets(profile: Profile) -> None:
    browser = browser_of(profile)
    kept = browser.cookies[COOKIE].value
    browser.post("/creator/forget/")
    assert browser.get(desk(profile)).status_code == 302
    browser.cookies[COOKIE] = kept
    assert browser.get(desk(profile)).status_code == 302


def test_case_28_desk_is_closed_to_people_of_agencies(profile: Profile, mcn_viewer) -> None:
    holder = browser_of(profile)
    member = signed_in(mcn_viewer)
    member.cookies[COOKIE] = holder.cookies[COOKIE].value
    for rest in ("", "data/", "declare/"):
        assert member.get(desk(profile, rest)).status_code == 403
    assert start(member, profile, "code").status_code == 403  # type: ignore[attr-defined]


# --- Claims and what is shown -------------------------------------------------------------------


def test_claims_are_answered_on_the_desk(profile: Profile, claim: Binding) -> None:
    browser = browser_of(profile)
    page = browser.get(desk(profile)).content.decode()
    assert "Wuyou Culture says that it manages this account" in page
    browser.post(desk(profile, "claims/"), {})
    assert fresh(claim).status == "claimed"
    seen = {f"claim-{claim.pk}-seen": fresh(claim).known_from.isoformat()}
    wrong = browser.post(desk(profile, "claims/"), {f"claim-{claim.pk}-reply": "ended", **seen})
    assert "which day was the last" in wrong.content.decode()
    done = browser.post(desk(profile, "claims/"), {f"claim-{claim.pk}-reply": "right", **seen})
    assert (done.status_code, fresh(claim).status) == (302, "confirmed")
    assert fresh(claim).proof.startswith("proof:")
    shown = browser.get(desk(profile))
    assert shown.context["managers"][0]["agency"]["name_en"] == "Wuyou Culture"
    assert "m-plate-managed" in shown.content.decode()


def test_many_claims_stand_on_several_pages(profile: Profile, claim: Binding) -> None:
    """Else a form had more fields than the server takes, and no claim could be answered."""
    rows = [
        Binding(contract=claim.contract, agency=claim.agency, profile=profile, during=claim.during)
        for _n in range(21)
    ]
    with seeing(PASS):
        Binding.objects.bulk_create(rows)
    browser = browser_of(profile)
    first = browser.get(desk(profile))
    assert len(first.context["forms"]) == 20
    assert first.content.decode().count('name="claim-') < 1000
    assert f'href="?after={rows[18].pk}"' in first.content.decode()
    second = browser.get(desk(profile), {"after": rows[18].pk})
    assert [form.claim for form in second.context["forms"]] == rows[19:]
    assert second.context["more"] is None
    for odd in ("x", "-1", "9" * 30, "\0"):
        assert len(browser.get(desk(profile), {"after": odd}).context["forms"]) == 20
    last = {
        f"claim-{each.pk}-{name}": value
        for each in rows[19:]
        for name, value in (("reply", "not_agreed"), ("seen", each.known_from.isoformat()))
    }
    del last[f"claim-{rows[20].pk}-reply"]
    assert browser.post(desk(profile, "claims/"), last).status_code == 302
    assert [fresh(each).status for each in rows[19:]] == ["refused", "claimed"]


def test_nobody_answers_for_another_account(profile: Profile, claim: Binding) -> None:
    other = make_profile()
    browser = browser_of(other)
    seen = {f"claim-{claim.pk}-seen": fresh(claim).known_from.isoformat()}
    for whose in (other, profile):
        answer = {f"claim-{claim.pk}-reply": "right", **seen}
        assert browser.post(desk(whose, "claims/"), answer).status_code == 302
    assert fresh(claim).status == "claimed"
    confirmed(claim)
    for rest in ("contest", "leave"):
        assert browser.get(desk(other, f"{rest}/{claim.pk}/")).status_code == 404


def test_contest_and_take_back(profile: Profile, claim: Binding) -> None:
    confirmed(claim)
    browser = browser_of(profile)
    answer = browser.post(desk(profile, f"contest/{claim.pk}/"), {"statement": "I never signed"})
    assert answer.status_code == 302
    dispute = Dispute.objects.get()
    assert (dispute.proven, dispute.wish, dispute.statement) == (True, "void", "I never signed")
    page = browser.get(desk(profile)).content.decode()
    assert "Contested since" in page
    again = browser.post(desk(profile, f"contest/{claim.pk}/"), {"statement": "again"})
    assert "contested already" in again.content.decode()
    browser.post(desk(profile, f"disputes/{dispute.pk}/"))
    assert Dispute.objects.get().status == "withdrawn"


def test_case_18_leave_within_fourteen_days(profile: Profile, claim: Binding) -> None:
    confirmed(claim)
    browser = browser_of(profile)
    assert "nobody is asked" in browser.get(desk(profile, f"leave/{claim.pk}/")).content.decode()
    browser.post(desk(profile, f"leave/{claim.pk}/"), {})
    assert fresh(claim).during.upper == timezone.localdate() + timedelta(days=1)
    with seeing(PASS):
        assert Dispute.objects.pending().count() == 0


def test_case_16_next_holder_says_that_it_is_still_right(profile: Profile, claim: Binding) -> None:
    confirmed(claim)
    today = profile.platform.today(timezone.now())
    with seeing(PASS):
        Binding.objects.update(confirmed_on=today - timedelta(days=50), basis="documents")
    former = browser_of(profile)
    change_principal(profile, on=today - timedelta(days=1), by=CLOCK)
    former.post(desk(profile, f"affirm/{claim.pk}/"))
    assert fresh(claim).basis == "documents"
    holder = browser_of(profile)
    assert label_of(profile).reconfirmed is False
    assert "It is still right" in holder.get(desk(profile)).content.decode()
    holder.post(desk(profile, f"affirm/{claim.pk}/"))
    said = fresh(claim)
    assert (said.basis, said.confirmed_on, said.last_confirmed_on) == ("creator", today, today)
    assert label_of(profile).reconfirmed is True
    assert "It is still right" not in holder.get(desk(profile)).content.decode()


def test_leave_later_asks_the_agency(profile: Profile, claim: Binding) -> None:
    confirmed(claim)
    with seeing(PASS):
        Binding.objects.update(confirmed_on=timezone.localdate() - timedelta(days=40))
    browser = browser_of(profile)
    page = browser.get(desk(profile, f"leave/{claim.pk}/")).content.decode()
    assert "has ten days to answer" in page
    browser.post(desk(profile, f"leave/{claim.pk}/"), {"statement": "bye"})
    with seeing(PASS):
        assert Dispute.objects.get().wish == "end"
    assert "You asked on" in browser.get(desk(profile)).content.decode()


def test_declare_independent_and_take_it_back(profile: Profile) -> None:
    browser = browser_of(profile)
    day = timezone.localdate() - timedelta(days=3)
    assert browser.post(desk(profile, "declare/"), {"since": day.isoformat()}).status_code == 200
    browser.post(desk(profile, "declare/"), {"since": day.isoformat(), "true": "on"})
    declaration = Declaration.objects.get()
    assert (declaration.basis, declaration.during.lower) == ("creator", day)
    browser.post(desk(profile, f"declare/{declaration.pk}/"))
    declaration.refresh_from_db()
    assert (declaration.status, declaration.during.upper) == ("withdrawn", timezone.localdate())


def test_independent_is_refused_while_an_agency_is_named(profile: Profile, claim: Binding) -> None:
    confirmed(claim)
    browser = browser_of(profile)
    data = {"since": timezone.localdate().isoformat(), "true": "on"}
    page = browser.post(desk(profile, "declare/"), data).content.decode()
    assert "An agency is named for some of these days" in page
    assert Declaration.objects.count() == 0


def test_everything_held_is_shown_and_no_link(profile: Profile, claim: Binding) -> None:
    question = asked(claim)
    browser = browser_of(profile)
    text = browser.get(desk(profile, "data/")).content.decode()
    for words in ("Wuyou Culture", "awaiting the creator", "muxin", profile.external_id):
        assert words in text
    assert token_of(question) not in text
    rival = make_claim(make_contract(make_agency("Rival"), JAN), make_profile())
    assert str(rival.agency) not in text


def test_everything_held_is_said_in_words(profile: Profile) -> None:
    Profile.objects.filter(pk=profile.pk).update(ip_territory="33", ip_territory_on=JAN)
    for day, source in ((JAN, "file"), (JAN + timedelta(days=1), "api")):
        Observation.objects.create(profile=profile, day=day, followers=1, source=source)
    text = browser_of(profile).get(desk(profile, "data/")).content.decode()
    assert re.search(r"<dt>IP territory</dt><dd>(\w+) ", text)[1] == "Zhejiang"
    assert ("<td>file</td>" in text, "<td>API</td>" in text) == (True, True)


def test_unproven_dispute_shows_as_such_and_is_not_theirs_to_take_back(
    profile: Profile, claim: Binding
) -> None:
    confirmed(claim)
    with seeing(PASS):
        disputes.open(claim, by=CLOCK, statement="somebody said so", proven=False)
        dispute = Dispute.objects.get()
        Dispute.objects.update(answer="What did they say?")
    browser = browser_of(profile)
    page = browser.get(desk(profile)).content.decode()
    assert "Somebody has contested it without a proof" in page
    assert "Take it back" not in page
    page += browser.get(desk(profile, "data/")).content.decode()
    assert "Said without a proof. What was written is for the agency" in page
    assert [word for word in ("somebody said so", "What did they say?") if word in page] == []
    browser.post(desk(profile, f"disputes/{dispute.pk}/"))
    with seeing(PASS):
        assert Dispute.objects.get().status == "open"


@pytest.mark.parametrize("n", [1, 3])
def test_desk_asks_as_much_for_three_as_for_one(
    profile: Profile, n: int, django_assert_num_queries
) -> None:
    for k in range(n):
        lines = ((100 * (k + 1), 100 * (k + 2)),)
        make_claim(make_contract(make_agency(f"A{k}"), JAN), profile, lines=lines)
        held = make_claim(make_contract(make_agency(f"B{k}"), JAN), profile, lines=lines)
        confirmed(held)
        with seeing(PASS):
            disputes.open(held, by=CLOCK, statement="x", proven=True)
    browser = browser_of(profile)
    with django_assert_num_queries(9):
        assert browser.get(desk(profile)).status_code == 200
    with django_assert_num_queries(22):
        assert browser.get(desk(profile, "data/")).status_code == 200


def test_objection_without_a_proof_stays_between_agency_and_platform(
    profile: Profile, claim: Binding
) -> None:
    said = {"platform": "douyin", "account": profile.external_id, "statement": "I am locked out"}
    nobody = Client().post("/creator/objection/", said)
    assert "No agency is named" in nobody.content.decode()
    confirmed(claim)
    over = make_contract(make_agency("Over"), date(2024, 1, 1), date(2025, 1, 1))
    confirmed(make_claim(over, profile))
    before = Event.objects.filter(audience="public").count()
    assert "Sent" in Client().post("/creator/objection/", said).content.decode()
    with seeing(PASS):
        dispute = Dispute.objects.get()
    assert (dispute.binding_id, dispute.proven, dispute.wish) == (claim.pk, False, "void")
    assert Event.objects.filter(audience="public").count() == before
    codes = [Client().post("/creator/objection/", said).status_code for _n in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    with seeing(PASS):
        assert Dispute.objects.get() == dispute
