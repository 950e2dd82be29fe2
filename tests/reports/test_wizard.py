"""Reporting and following a report, as a visitor does it."""

from datetime import date, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from influencers.models import Influencer, Profile
from journal.actions.context import PASS, seeing
from reports.actions import reports
from reports.models import Case, Report
from reports.values import hashed, read_receipt
from reports.views import tracking, wizard
from reports.views.privacy import COOKIE
from tests.factories.agencies import make_agency, make_profile
from tests.factories.reports import MO, decided, filed

pytestmark = pytest.mark.django_db

ABOUT = "/report/"
STEPS = {
    "category": {"category": "hidden-advertising"},
    "where": {"addresses": "https://example.org/v/1\n\nhttps://example.org/v/2", "act_day": ""},
    "what": {"text": "A lipstick was sold without a word of the fee."},
    "contact": {"contact": ""},
}


def answer(client: Client, profile: Profile, **changes: dict[str, str]) -> None:
    """Answers every question up to the check."""
    target = f"profile:{profile.public_id}"
    client.post(ABOUT, {"q": profile.display_name or profile.external_id, "target": target})
    for word, data in STEPS.items():
        said = client.post(f"/report/{word}/", {**data, **changes.get(word, {})})
        assert said.status_code == 302, said.context["form"].errors


def sent(client: Client) -> str:
    """Sends what was answered; the receipt as it is shown."""
    said = client.post("/report/check/", {"bona_fide": "on"})
    assert said["Location"] == "/report/sent/"
    receipt: str = client.get("/report/sent/").context["receipt"]
    return receipt


def test_visitor_reports_and_gets_a_receipt(client: Client) -> None:
    profile = make_profile(display_name="阿棠不吃辣", tier=5)
    answer(client, profile, where={"act_day": "2026-05-03"})
    receipt = sent(client)
    assert [len(part) for part in receipt.split("-")] == [4] * 6
    report = Report.objects.get()
    assert report.receipt_hmac == hashed(read_receipt(receipt) or "")
    assert (report.profile_id, report.category.code) == (profile.pk, "hidden-advertising")
    assert report.addresses == ["https://example.org/v/1", "https://example.org/v/2"]
    assert (report.act_day, report.contact_sealed) == (date(2026, 5, 3), None)
    assert report.status == "in_case"


def test_each_question_leads_to_the_next_and_a_correction_back_to_the_check(
    client: Client,
) -> None:
    profile = make_profile()
    said = client.post(ABOUT, {"q": "x", "target": "text"})
    seen = [said["Location"]]
    for word, data in STEPS.items():
        seen.append(client.post(f"/report/{word}/", data)["Location"])
    assert seen == [f"/report/{word}/" for word in [*STEPS, "check"]]
    assert client.post("/report/what/", STEPS["what"])["Location"] == "/report/check/"
    said = client.post(ABOUT, {"q": profile.external_id, "target": f"profile:{profile.public_id}"})
    assert said["Location"] == "/report/check/"
    page = client.get("/report/check/").content.decode()
    assert profile.external_id in page
    assert "Hidden advertising" in page


def test_whoever_jumps_ahead_is_led_to_the_first_open_question(client: Client) -> None:
    for word in (*STEPS, "check"):
        assert client.get(f"/report/{word}/")["Location"] == ABOUT
    client.post(ABOUT, {"q": "some shop", "target": "text"})
    assert client.get("/report/contact/")["Location"] == "/report/category/"
    assert client.post("/report/check/", {"bona_fide": "on"})["Location"] == "/report/category/"
    assert Report.objects.count() == 0


def test_search_finds_accounts_and_agencies_and_offers_the_words_themselves(
    client: Client,
) -> None:
    named = make_profile(display_name="阿棠不吃辣", tier=5)
    agency = make_agency("阿棠")
    page = client.post(ABOUT, {"q": "阿棠"})
    choices = [value for value, _ in page.context["form"].fields["target"].choices]
    assert choices == [f"profile:{named.public_id}", f"agency:{agency.slug}", "text"]
    assert page.status_code == 200


def test_search_shows_no_account_that_is_not_public(client: Client) -> None:
    make_profile(display_name="Hidden Hannah", tier=0)
    young = Influencer.objects.create(minor=True)
    minor = make_profile(display_name="Young Yara", tier=3, influencer=young, handle="yara")

    def choices(text: str) -> list[str]:
        form = client.post(ABOUT, {"q": text}).context["form"]
        return [value for value, _ in form.fields["target"].choices]

    assert choices("Hidden Hannah") == ["text"]
    assert choices("Young") == ["text"]
    assert choices("@yara") == [f"profile:{minor.public_id}", "text"]


def test_address_of_an_unknown_account_is_reported_with_its_platform(client: Client) -> None:
    address = "https://www.douyin.com/user/nobody-knows"
    client.post(ABOUT, {"q": address, "target": "text"})
    for word, data in STEPS.items():
        client.post(f"/report/{word}/", data)
    sent(client)
    report = Report.objects.get()
    assert (report.target_text, report.platform) == (address, "douyin")
    assert (report.profile_id, report.agency_id) == (None, None)


def test_link_from_a_page_answers_the_first_question(client: Client) -> None:
    profile, agency = make_profile(tier=5), make_agency()
    for query, expected in (
        (f"account={profile.public_id}", str(profile)),
        (f"agency={agency.slug}", str(agency)),
    ):
        assert client.get(f"/report/?{query}")["Location"] == "/report/category/"
        for word, data in STEPS.items():
            client.post(f"/report/{word}/", data)
        assert expected in client.get("/report/check/").content.decode()
    for nonsense in ("account=x", "account=&agency=", "agency=nobody"):
        assert client.get(f"/report/?{nonsense}").status_code == 200


def test_pages_of_accounts_and_agencies_lead_to_a_report(client: Client) -> None:
    profile, agency = make_profile(tier=5), make_agency()
    for page, link in (
        (f"/profiles/douyin/{profile.external_id}/", f"/report/?account={profile.public_id}"),
        (f"/agencies/{agency.slug}/", f"/report/?agency={agency.slug}"),
    ):
        assert link in client.get(page).content.decode()


def test_search_again_chooses_nothing(client: Client) -> None:
    page = client.post(ABOUT, {"q": "some shop", "target": "text", "again": "1"})
    assert (page.status_code, COOKIE in client.cookies) == (200, False)


NOISE = ["\0", "a\0b", "\ud800", "x" * 100_000, "\u202e", "' OR 1=1 --", "%00", "{day}", "1" * 400]


@pytest.mark.parametrize("noise", NOISE)
def test_noise_breaks_no_page(client: Client, noise: str) -> None:
    noise = noise.encode("utf-8", "replace").decode()
    for query in ({"account": noise}, {"agency": noise}):
        assert client.get("/report/", query).status_code in (200, 302, 400)
    for data in ({"q": noise}, {"q": noise, "target": noise}, {"q": "a", "target": noise}):
        assert client.post("/report/", data).status_code in (200, 302)
    client.post("/report/", {"q": "some shop", "target": "text"})
    for word, fields in STEPS.items():
        for field in fields:
            said = client.post(f"/report/{word}/", {**fields, field: noise})
            assert said.status_code in (200, 302)
    assert client.post("/report/track/", {"receipt": noise}).status_code == 200


def test_form_sent_twice_is_one_report_and_one_receipt(client: Client) -> None:
    answer(client, make_profile(tier=5))
    (place,) = kept()
    draft = cache.get(place)
    first = sent(client)
    cache.set(place, draft)  # the second click came before the first one's answer
    assert sent(client) == first
    assert client.post("/report/check/", {"bona_fide": "on"})["Location"] == "/report/sent/"
    assert (Report.objects.count(), Case.objects.get().report_count) == (1, 1)


def test_good_faith_has_to_be_said(client: Client) -> None:
    answer(client, make_profile(tier=5))
    page = client.post("/report/check/", {})
    assert "good faith" in str(page.context["form"].errors)
    assert Report.objects.count() == 0


def test_receipt_is_shown_until_it_is_put_away_or_ten_minutes(
    client: Client, time_machine: Any
) -> None:
    answer(client, make_profile(tier=5))
    sent(client)
    assert client.post("/report/sent/")["Location"] == "/report/track/"
    assert client.get("/report/sent/")["Location"] == "/report/track/"
    answer(client, make_profile(tier=5))
    sent(client)
    time_machine.move_to(timezone.now() + timedelta(seconds=wizard.TEN_MINUTES + 1))
    assert client.get("/report/sent/")["Location"] == "/report/track/"


@pytest.mark.parametrize(
    ("word", "data", "field"),
    [
        ("category", {"category": "opinion"}, "category"),
        ("where", {"addresses": "\n".join(f"a{n}" for n in range(11))}, "addresses"),
        ("where", {"addresses": "a" * 501}, "addresses"),
        ("where", {"act_day": "2999-01-01"}, "act_day"),
        ("what", {"text": "short"}, "text"),
        ("what", {"text": "x" * 5001}, "text"),
        ("contact", {"contact": "x" * 201}, "contact"),
    ],
)
def test_question_says_what_is_wrong_with_an_answer(
    client: Client, word: str, data: dict[str, str], field: str
) -> None:
    answer(client, make_profile(tier=5))
    page = client.post(f"/report/{word}/", {**STEPS[word], **data})
    assert list(page.context["form"].errors) == [field]


def test_limit_keeps_what_was_typed(client: Client) -> None:
    profile = make_profile(tier=5)
    for _ in range(10):
        answer(client, profile)
        sent(client)
    answer(client, profile)
    page = client.post("/report/check/", {"bona_fide": "on"})
    assert page.status_code == 429
    assert STEPS["what"]["text"] in page.content.decode()
    assert Report.objects.count() == 10
    elsewhere = client.post("/report/check/", {"bona_fide": "on"}, REMOTE_ADDR="192.0.2.9")
    assert elsewhere["Location"] == "/report/sent/"


def test_sources_are_counted_by_where_they_come_from(client: Client) -> None:
    profile = make_profile(tier=5)
    for place in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        answer(client, profile)
        client.post("/report/check/", {"bona_fide": "on"}, REMOTE_ADDR=place)
    case = Case.objects.get()
    assert (case.report_count, case.source_count) == (3, 2)


def test_pages_for_reporters_are_kept_nowhere_and_told_to_nobody(client: Client) -> None:
    for address in (ABOUT, "/report/track/"):
        page = client.get(address)
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"
        assert "Leave this page quickly" in page.content.decode()


def kept() -> list[str]:
    """Where the store keeps what reporters are about."""
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as store:
        keys = [key.decode().split(":", 2)[2] for key in store.scan_iter("*:reporter:*")]
    return sorted(keys)


def test_draft_lies_sealed_in_the_store_for_an_hour(client: Client) -> None:
    answer(client, make_profile(tier=5), contact={"contact": "eve@example.org"})
    (place,) = kept()
    assert client.cookies[COOKIE].value not in place
    for word in ("lipstick", "eve@example.org", "hidden-advertising"):
        assert word not in str(cache.get(place))
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as store:
        (key,) = store.scan_iter("*:reporter:*")
        assert 3500 < store.ttl(key) <= 3600


def test_session_of_somebody_signed_in_knows_of_no_report(as_newcomer: Client) -> None:
    before = dict(as_newcomer.session)
    answer(as_newcomer, make_profile(tier=5))
    receipt = sent(as_newcomer)
    follow(as_newcomer, receipt)
    assert "lipstick" in as_newcomer.get("/report/track/").content.decode()
    assert dict(as_newcomer.session) == before
    cookie = as_newcomer.cookies[COOKIE]
    flags = (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"])
    assert flags == ("/report/", True, "Strict", 3600)


def test_visitor_who_reports_has_no_session(client: Client) -> None:
    answer(client, make_profile(tier=5))
    sent(client)
    assert Session.objects.count() == 0
    client.post("/report/sent/")
    assert (kept(), client.cookies[COOKIE].value) == ([], "")


def test_store_that_is_away_loses_no_receipt_and_is_no_error(
    client: Client, settings: Any, monkeypatch: Any
) -> None:
    answer(client, make_profile(tier=5))
    with monkeypatch.context() as patched:
        patched.setattr(RedisCache, "delete_many", _away)
        page = client.post("/report/check/", {"bona_fide": "on"})
    report = Report.objects.get()
    assert report.receipt_hmac == hashed(read_receipt(page.context["receipt"]) or "")
    gone = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": gone}
    assert client.get("/report/check/").status_code == 503
    fresh = Client()
    assert fresh.get(ABOUT).status_code == 200
    page = fresh.post(ABOUT, {"q": "some shop", "target": "text"})
    assert page.status_code == 503
    assert "nothing was sent" in page.content.decode()


def _away(*_: Any, **__: Any) -> None:
    raise RedisConnectionError


# --- Following ----------------------------------------------------------------------------------


def follow(client: Client, receipt: str) -> Any:
    return client.post("/report/track/", {"receipt": receipt})


def test_receipt_in_any_spelling_leads_to_the_report(client: Client) -> None:
    report = filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    for typed in ("01ab-cdef-ghjk-mnpq-rstv-wxyz", " OIABCDEF GHJKMNPQ RSTVWXYZ "):
        fresh = Client()
        assert follow(fresh, typed)["Location"] == "/report/track/"
        page = fresh.get("/report/track/").content.decode()
        assert "Your report is being looked at" in page
        assert report.text in page


@pytest.mark.parametrize("typed", ["", "ABCD", "0" * 24, "no receipt at all", "\0" * 24])
def test_wrong_receipt_shows_nothing(client: Client, typed: str) -> None:
    filed()
    page = follow(client, typed)
    assert list(page.context["form"].errors) == ["receipt"]
    assert "lipstick" not in page.content.decode()


def test_receipts_are_not_tried_out(client: Client) -> None:
    filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    for _ in range(20):
        assert follow(client, "0" * 24).status_code == 200
    assert follow(client, "01ABCDEFGHJKMNPQRSTVWXYZ").status_code == 429


def test_outcome_stands_on_the_receipt_s_page_with_its_reasons(client: Client) -> None:
    report = filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    follow(client, "01ABCDEFGHJKMNPQRSTVWXYZ")
    assert report.case is not None
    with seeing(PASS):
        decided(report.case, "warning")
    page = client.get("/report/track/").content.decode()
    for part in (
        "Your report is decided",
        "Borne out: the party is warned",
        "The post was paid for.",
        "It was not marked.",
        "Measures for internet advertising.",
    ):
        assert part in page
    assert "Mo" not in page.split("<main")[1].replace("Moderators", "")


def test_reporter_reads_and_writes_messages(client: Client) -> None:
    report = filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    follow(client, "01ABCDEFGHJKMNPQRSTVWXYZ")
    reports.write(report, "Which video?", by=MO)
    assert "Which video?" in client.get("/report/track/").content.decode()
    client.post("/report/track/message/", {"text": "The third one."})
    assert "The third one." in client.get("/report/track/").content.decode()
    assert client.post("/report/track/message/", {"text": ""}).context["form"].errors


def test_messages_have_a_limit_that_keeps_the_words(client: Client) -> None:
    filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    follow(client, "01ABCDEFGHJKMNPQRSTVWXYZ")
    for _ in range(10):
        assert client.post("/report/track/message/", {"text": "Hm."}).status_code == 302
    page = client.post("/report/track/message/", {"text": "One more thing."})
    assert page.status_code == 429
    assert "One more thing." in page.content.decode()


def test_report_is_put_away_on_this_device(client: Client) -> None:
    filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    follow(client, "01ABCDEFGHJKMNPQRSTVWXYZ")
    client.post("/report/track/leave/")
    assert "lipstick" not in client.get("/report/track/").content.decode()
    assert client.post("/report/track/message/", {"text": "x"})["Location"] == "/report/track/"


def test_followed_report_is_forgotten_after_half_an_hour(client: Client, time_machine: Any) -> None:
    filed(receipt="01ABCDEFGHJKMNPQRSTVWXYZ")
    follow(client, "01ABCDEFGHJKMNPQRSTVWXYZ")
    time_machine.move_to(timezone.now() + timedelta(seconds=tracking.HALF_AN_HOUR + 1))
    assert "lipstick" not in client.get("/report/track/").content.decode()
