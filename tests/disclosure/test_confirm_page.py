"""The page on which the holder of an account answers: opened, answered, over."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from agencies.actions import bindings
from agencies.models import Binding, Confirmation
from disclosure.views.holders import COOKIE
from influencers.models import ControlProof, Profile
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import asked, token_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db

JAN, JUN = date(2026, 1, 1), date(2026, 6, 1)


@pytest.fixture
def claim() -> Binding:
    return make_claim(make_contract(make_agency(), JAN, JUN), make_profile(display_name="小鹿"))


@pytest.fixture
def address(claim: Binding) -> str:
    return f"/confirm/{token_of(asked(claim))}/"


def said(claim: Binding, reply: str, **details: str) -> dict[str, str]:
    prefix = f"claim-{claim.pk}"
    with seeing(PASS):
        claim.refresh_from_db()
    details.setdefault("seen", claim.known_from.isoformat())
    return {f"{prefix}-{name}": value for name, value in {"reply": reply, **details}.items()}


def status(claim: Binding) -> str:
    with seeing(PASS):
        return Binding.objects.get(pk=claim.pk).status


def rows() -> tuple[int, int, int, list[str]]:
    with seeing(PASS):
        states = list(Confirmation.objects.order_by("pk").values_list("status", flat=True))
        return Event.objects.count(), ControlProof.objects.count(), Binding.objects.count(), states


@pytest.mark.parametrize(
    ("reply", "field"),
    [("other_dates", "since"), ("other_dates", "last_day"), ("ended", "ended_on")],
)
def test_day_that_has_no_next_one_is_refused(
    claim: Binding, address: str, reply: str, field: str
) -> None:
    days = {"since": "2026-02-01", "last_day": "", "ended_on": ""} | {field: "9999-12-31"}
    answer = Client().post(address, said(claim, reply, **days))
    (form,) = answer.context["forms"]
    assert form.errors[field] == [
        "The latest day is 2199-12-31. Where there is no end, leave the last day empty."
    ]
    assert status(claim) == "claimed"


@pytest.mark.parametrize("gone", ["revoked", "closed"])
def test_account_that_is_gone_is_asked_no_more(claim: Binding, address: str, gone: str) -> None:
    Profile.objects.filter(pk=claim.profile_id).update(status=gone)
    for answer in (Client().get(address), Client().post(address, said(claim, "right"))):
        assert answer.status_code == 410
        assert "The account is revoked or closed" in answer.content.decode()
    assert status(claim) == "claimed"


@pytest.mark.parametrize("method", ["get", "head"])
def test_case_27_opening_it_changes_nothing(claim: Binding, address: str, method: str) -> None:
    before = rows()
    for _n in range(3):
        answer = getattr(Client(), method)(
            address, headers={"User-Agent": "Slackbot-LinkExpanding"}
        )
        assert (answer.status_code, COOKIE in answer.cookies) == (200, False)
    assert (rows(), status(claim)) == (before, "claimed")


def test_page_says_who_claims_what_and_what_becomes_public(claim: Binding, address: str) -> None:
    page = Client().get(address)
    text = page.content.decode()
    for words in ("Wuyou Culture", "小鹿", "2026-01-01", "2026-05-31", "names Wuyou Culture"):
        assert words in text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]


def test_answer_makes_it_public_and_the_browser_remembers(claim: Binding, address: str) -> None:
    browser = Client()
    answer = browser.post(address, said(claim, "right"))
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    kept = answer.cookies[COOKIE]
    assert (kept["httponly"], kept["samesite"], kept["max-age"]) == (True, "Lax", 30 * 86400)
    assert status(claim) == "confirmed"
    page = browser.get(address)
    assert page.status_code == 200
    assert "The public page names Wuyou Culture from" in page.content.decode()
    assert "小鹿" in browser.get("/creator/").content.decode()
    assert "小鹿" not in Client().get("/creator/").content.decode()


def test_right_but_only_from_another_day(claim: Binding, address: str) -> None:
    Client().post(address, said(claim, "other", since="2026-01-03", last_day="2026-05-31"))
    binding = Binding.objects.get()
    assert (binding.during.lower, binding.during.upper) == (date(2026, 1, 3), JUN)


def test_only_for_some_business(claim: Binding, address: str) -> None:
    lines = {f"claim-{claim.pk}-lines": ["100", "300"]}
    details = said(claim, "other", since="2026-01-01", last_day="2026-05-31")
    Client().post(address, details | lines)
    assert Binding.objects.get().lines == ((100, 200), (300, 400))


def test_it_has_ended(claim: Binding, address: str) -> None:
    Client().post(address, said(claim, "ended", ended_on="2026-02-28", since="nonsense"))
    assert status(claim) == "claimed"
    Client().post(address, said(claim, "ended", ended_on="2026-02-28"))
    assert Binding.objects.get().during.upper == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({}, "Please choose one of the answers"),
        ({"reply": "perhaps"}, "Select a valid choice"),
        ({"reply": "ended"}, "which day was the last"),
        ({"reply": "other", "last_day": "2026-01-31"}, "the first day"),
        ({"reply": "other", "since": "2026-02-02", "last_day": "2026-02-01"}, "before the first"),
        ({"reply": "other", "since": "2025-01-01", "last_day": "2026-02-01"}, "contract"),
    ],
)
def test_answer_that_cannot_be_says_why(
    claim: Binding, address: str, details: dict[str, str], words: str
) -> None:
    prefix = f"claim-{claim.pk}"
    details = {"seen": Client().get(address).context["forms"][0].version, **details}
    page = Client().post(address, {f"{prefix}-{name}": value for name, value in details.items()})
    text = page.content.decode()
    assert (page.status_code, words in text, "<title>Error: " in text) == (200, True, True)
    assert status(claim) == "claimed"


def test_account_that_another_agency_holds(claim: Binding, address: str) -> None:
    rival = make_agency("Rival")
    confirmed(make_claim(make_contract(rival, JAN), claim.profile))
    text = Client().post(address, said(claim, "right")).content.decode()
    assert "bound exclusively from 2026-01-01 on" in text
    assert "Rival" not in text


def test_claim_that_the_agency_changed_while_it_was_read(claim: Binding, address: str) -> None:
    answer = said(claim, "right")
    with seeing(PASS):
        bindings.amend(claim, during=DateRange(JAN, date(2026, 3, 1)), by=CLOCK)
    page = Client().post(address, answer)
    text = page.content.decode()
    assert ("has changed this claim" in text, "2026-02-28" in text) == (True, True)
    assert status(claim) == "claimed"
    answer[f"claim-{claim.pk}-seen"] = page.context["forms"][0].version
    Client().post(address, answer)
    assert status(claim) == "confirmed"


def test_posting_twice_does_nothing_twice(claim: Binding, address: str) -> None:
    Client().post(address, said(claim, "right"))
    before, browser = rows(), Client()
    answer = browser.post(address, said(claim, "not_agreed"))
    assert (answer.status_code, COOKIE in answer.cookies) == (200, False)
    assert (rows(), status(claim)) == (before, "confirmed")


def test_who_says_it_is_not_theirs_proves_nothing(claim: Binding, address: str) -> None:
    answer = Client().post(address, said(claim, "not_mine"))
    assert (COOKIE in answer.cookies, ControlProof.objects.count()) == (False, 0)
    assert status(claim) == "refused"


@pytest.mark.parametrize(("reply", "offered"), [("not_mine", False), ("not_agreed", True)])
def test_desk_is_offered_to_who_has_shown_that_the_account_is_theirs(
    claim: Binding, address: str, reply: str, offered: bool
) -> None:
    browser = Client()
    page = browser.post(address, said(claim, reply), follow=True).content.decode()
    assert "You said no" in page
    assert ("See everything about this account" in page) is offered
    again = Client().get(address).content.decode()
    assert "See everything about this account" not in again


def test_case_27_what_is_over_says_so_and_how_to_get_a_new_one(claim: Binding) -> None:
    first = token_of(asked(claim))
    with seeing(PASS):
        Confirmation.objects.update(asked_at=timezone.now() - timedelta(days=2))
    second = token_of(asked(claim))
    cases = [
        (f"/confirm/{first}/", 410, "A newer message has replaced this one"),
        ("/confirm/guessed/", 404, "Nobody knows this address"),
        (f"/confirm/{second}/", 410, "The time to answer was over"),
    ]
    with seeing(PASS):
        Confirmation.objects.filter(status="waiting").update(expires_at=timezone.now())
    for address, code, words in cases:
        for method in ("get", "post"):
            page = getattr(Client(), method)(address, said(claim, "right"))
            text = page.content.decode()
            assert (page.status_code, words in text) == (code, True)
            assert "How to get a new one" in text
    assert status(claim) == "claimed"


def test_case_28_somebody_of_an_agency_cannot_answer(
    claim: Binding, address: str, mcn_viewer, rival_owner
) -> None:
    for user in (mcn_viewer, rival_owner):
        browser = signed_in(user)
        for method in ("get", "post"):
            page = getattr(browser, method)(address, said(claim, "right"))
            assert page.status_code == 403
            assert "You are signed in as somebody who works for an agency" in page.content.decode()
    assert status(claim) == "claimed"


def test_guessing_is_slowed_down() -> None:
    browser = Client()
    codes = {browser.get(f"/confirm/guess-{n}/").status_code for n in range(30)}
    assert codes == {404}
    limited = browser.get("/confirm/another/")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "600")


def test_code_shows_that_the_page_is_genuine(claim: Binding, address: str) -> None:
    with seeing(PASS):
        code = Confirmation.objects.get().check_code
    shown = f"{code[:4]}-{code[4:]}"
    assert shown in Client().get(address).content.decode()
    before = rows()
    typed = Client().post("/confirm/check/", {"code": shown.lower().replace("0", "o")})
    text = typed.content.decode()
    assert ("This code is genuine" in text, "小鹿" in text) == (True, True)
    assert "Wuyou" not in text
    assert "No page of the register has this code" in (
        Client().post("/confirm/check/", {"code": "AAAA-AAAA"}).content.decode()
    )
    assert rows() == before


def test_code_of_an_answered_page(claim: Binding, address: str) -> None:
    with seeing(PASS):
        code = Confirmation.objects.get().check_code
    Client().post(address, said(claim, "not_agreed"))
    text = Client().post("/confirm/check/", {"code": code}).content.decode()
    assert "This code was genuine" in text


@pytest.mark.parametrize("n", [1, 3])
def test_page_asks_as_much_for_three_claims_as_for_one(n: int, django_assert_num_queries) -> None:
    agency, profile = make_agency(), make_profile()
    for k in range(n):
        lines = ((100 * (k + 1), 100 * (k + 2)),)
        claim = make_claim(make_contract(agency, JAN), profile, lines=lines, territory=((0, 9),))
    address = f"/confirm/{token_of(asked(claim))}/"
    browser = Client()
    browser.get("/about/")
    with django_assert_num_queries(8):
        assert browser.get(address).status_code == 200
