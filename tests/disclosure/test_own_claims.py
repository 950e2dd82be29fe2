"""Case 28: with everything that an agency can see it cannot make a binding public.

Somebody who owns an agency opens every page that they reach, reads every answer of the API that
the agency's keys open, and every mail and message to the agency's people; then tries each word in
it that could be an address of a question or of a proof, sends every form, and speaks for the
account in every way there is: signed in, signed out, and as a program.
"""

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, User
from accounts.permissions import AGENCY_RIGHTS
from agencies.actions import disputes
from agencies.models import Agency, Binding, Confirmation
from influencers.models import ControlProof, Profile
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event, Outbox
from journal.values import CLOCK
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.factories.creators import asked, token_of
from tests.factories.reviews import make_review
from tests.people import signed_in

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)
STARTS = ["/", "/accounts/", "/accounts/me/", "/portal/contracts/", "/creator/", "/confirm/check/"]
API = ["agencies", "contracts", "bindings", "profiles", "changes", "rules", "coverage", "schema"]
CLOSED = ["messages", "journal", "observations"]
MOST = 400
LEAVING = ("/accounts/logout/", "/accounts/password/", "/i18n/", "/accounts/theme/")
WORD = re.compile(r"[A-Za-z0-9_-]{8,}")
PICTURE = re.compile(r' d="M[^"]*"')  # the lines of a drawing, such as of an app's code


class Read(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag == "form" and said.get("method", "").lower() == "post":
            self.forms.append((said.get("action", ""), {}))
        if not self.forms or "name" not in said:
            return
        fields = self.forms[-1][1]
        if tag in ("input", "button", "select", "textarea"):
            usual = timezone.localdate().isoformat() if said.get("type") == "date" else "x"
            fields.setdefault(said["name"], said.get("value") or usual)


def walk(browser: Client) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, with its text."""
    ahead, seen = list(STARTS), set(STARTS)
    while ahead and len(seen) < MOST:
        address = ahead.pop(0)
        page = browser.get(address)
        if not page.headers.get("Content-Type", "").startswith("text/") or page.streaming:
            continue
        text = page.content.decode()
        yield address, text
        for link in Read(text).links:
            there = urlsplit(link)
            if there.netloc or not there.path.startswith("/") or there.path.startswith(LEAVING):
                continue
            if there.path not in seen:  # filters and pages of a list lead to the same things
                seen.add(there.path)
                ahead.append(link)


@pytest.fixture
def claim(mcn: Agency) -> Binding:
    """A claim that waits, in the midst of everything else that an agency may have."""
    contract = make_contract(mcn, JAN)
    held = confirmed(make_claim(contract, make_profile(display_name="held")))
    with seeing(PASS):
        disputes.open(held, by=CLOCK, statement="I never signed", proven=True)
    make_review()
    claim = make_claim(contract, make_profile(display_name="wanted"))
    asked(claim)
    journal.follow_all()
    return claim


def public() -> set[int]:
    with seeing(PASS):
        made = Binding.objects.filter(status__in=["confirmed", "suspended"])
        return set(made.values_list("pk", flat=True))


def seen_of(claim: Binding) -> str:
    with seeing(PASS):
        return Binding.objects.get(pk=claim.pk).known_from.isoformat()


def answers(claim: Binding) -> dict[str, str]:
    """A perfect answer, as if the page had been read."""
    prefix = f"claim-{claim.pk}"
    return {f"{prefix}-reply": "right", f"{prefix}-seen": seen_of(claim)}


def tries(word: str, claim: Binding, clients: list[Client], place: str) -> None:
    """Takes the word for an address of a question, of a proof, and for the code of a page."""
    said, elsewhere = answers(claim), {"REMOTE_ADDR": place}
    for client in clients:
        for address in (f"/confirm/{word}/", f"/creator/prove/{word}/"):
            client.get(address, **elsewhere)
            client.post(address, said, **elsewhere)
        client.post("/confirm/check/", {"code": word}, **elsewhere)
        client.post(f"/creator/{claim.profile.public_id}/claims/", said, **elsewhere)


def told(user: User) -> str:
    """What mails and messages to the agency's people say; nobody else gets mail here."""
    mails = [str(each.payload) for each in Outbox.objects.filter(kind="mail")]
    own = Notice.objects.filter(recipient_kind="user", recipient=str(user.pk))
    return " ".join([*mails, *(str(each.body) for each in own)])


def test_case_28_agency_cannot_make_its_binding_public_with_anything_it_sees(
    mcn: Agency, mcn_owner: User, claim: Binding
) -> None:
    browser, program = (
        signed_in(mcn_owner),
        calling_with(make_key(AGENCY_RIGHTS, agency_id=mcn.pk)[1]),
    )
    before = public()
    pages = dict(walk(browser))
    assert {"/portal/contracts/", f"/portal/contracts/{claim.contract_id}/"} <= pages.keys()
    assert len(pages) > 25
    answered = [program.get(f"/api/v1/{name}").content.decode() for name in API]
    with seeing(PASS):
        secret = token_of(Confirmation.objects.get())
        kept = [secret, *Confirmation.objects.values_list("token_hash", "check_code")[0]]
    everything = " ".join([*pages.values(), *answered, told(mcn_owner)])
    assert [word for word in kept if word in everything] == []

    written = PICTURE.sub("", everything)
    words = sorted({word for word in WORD.findall(written) if re.search(r"\d", word)})
    assert len(words) > 20
    for n, word in enumerate(words):
        tries(word, claim, [browser, Client()], f"10.0.{n // 250}.{n % 250}")
    assert public() == before
    with seeing(PASS):
        assert ControlProof.objects.exclude(status="asked").count() == 0

    for address, text in pages.items():
        for there, fields in Read(text).forms:
            if (there or address).startswith(LEAVING):
                continue
            with transaction.atomic():
                browser.post(there or address, fields)
                assert (address, there, public() - before) == (address, there, set())
                transaction.set_rollback(True)

    tries(secret, claim, [Client()], "10.1.1.1")  # whoever does get the message can
    assert public() == {*before, claim.pk}


def test_case_28_nor_with_its_keys(mcn: Agency, claim: Binding) -> None:
    program = calling_with(make_key(AGENCY_RIGHTS, agency_id=mcn.pk)[1])
    before = public()
    assert {program.get(f"/api/v1/{name}").status_code for name in CLOSED} <= {403, 405}
    said = {
        "contract": claim.contract.reference,
        "platform": "douyin",
        "external_id": claim.profile.external_id,
        "since": "2026-01-01",
        "status": "confirmed",
        "basis": "creator",
        "confirmed_on": "2026-01-01",
    }
    program.post("/api/v1/bindings", said, content_type="application/json")
    notice = Notice.objects.get(recipient_kind="profile")
    assert program.post(f"/api/v1/messages/{notice.public_id}/delivered").status_code == 403
    assert public() == before


def test_case_28_nor_by_showing_the_account_to_be_its_own(
    mcn_owner: User, as_mcn_owner: Client, claim: Binding
) -> None:
    data = {"platform": "douyin", "account": claim.profile.external_id}
    for way in ("code", "message"):
        assert as_mcn_owner.post("/creator/", {**data, "way": way}).status_code == 403
    assert ControlProof.objects.count() == 0
    # Signed out somebody may ask for a proof; the code or the message still goes to the account.
    stranger = Client()
    for way in ("code", "message"):
        stranger.post("/creator/", {**data, "way": way})
    stranger.post(f"/creator/code/{ControlProof.objects.get(method='code').public_id}/")
    for who in (stranger, as_mcn_owner):
        for proof in ControlProof.objects.all():
            who.post(f"/proofs/{proof.public_id}/", {"found": "1"})
        who.post(f"/creator/{claim.profile.public_id}/claims/", answers(claim))
    states = set(ControlProof.objects.values_list("status", flat=True))
    assert states == {"ready", "asked"}
    with seeing(PASS):
        assert Binding.objects.get(pk=claim.pk).status == "claimed"


def test_case_24_rename_changes_nothing_about_a_question(claim: Binding) -> None:
    Profile.objects.filter(pk=claim.profile_id).update(handle="renamed", display_name="renamed")
    with seeing(PASS):
        secret = token_of(Confirmation.objects.get())
    page = Client().get(f"/confirm/{secret}/").content.decode()
    assert "renamed" in page
    Client().post(f"/confirm/{secret}/", answers(claim))
    assert claim.pk in public()
    assert Event.objects.filter(verb="binding.confirmed", subject_id=str(claim.pk)).count() == 1
