"""Asking whether one may speak for an account tells nobody whether the register keeps it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notice
from influencers.actions import proofs
from influencers.models import ControlProof, Profile, StrayCode
from influencers.queries import stray_codes
from journal.values import CLOCK
from tests.factories.agencies import make_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile() -> Profile:
    return make_profile(display_name="木心手作", handle="muxin")


@pytest.mark.parametrize("state", ["kept", "revoked", "closed", "unknown"])
def test_nobody_learns_by_asking_which_accounts_are_kept(profile: Profile, state: str) -> None:
    """A handle that nobody was seen to hold is unknown as well."""
    gone = state in ("revoked", "closed")
    Profile.objects.filter(pk=profile.pk).update(status=state if gone else "active")
    typed = "muxin" if state == "unknown" else profile.external_id
    browser = Client()
    said = {"platform": "douyin", "account": typed}
    sent = browser.post("/creator/", {**said, "way": "message"})
    assert (sent.status_code, "Look into your messages" in sent.content.decode()) == (200, True)
    there = browser.post("/creator/", {**said, "way": "code"}).headers["Location"]
    pages = [sent.content.decode(), browser.get(there).content.decode()]
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", pages[1])
    assert code is not None
    assert "Somebody looks for your code" not in pages[1]
    assert browser.post(there).headers["Location"] == there
    pages += [browser.get(there).content.decode(), browser.get("/creator/").content.decode()]
    assert "Somebody looks for your code" in pages[2]
    assert "your code is being looked for" in pages[3]
    assert [typed in page for page in pages] == [True] * 4
    assert [page for page in pages if "木心手作" in page or str(profile.public_id) in page] == []
    assert Client().get(there).status_code == 404
    listed = ControlProof.objects.to_check(timezone.now()).count()
    assert (listed, Notice.objects.count()) == ((1, 1) if state == "kept" else (0, 0))


def test_code_that_was_not_found_is_said_to_stand_there_again(profile: Profile) -> None:
    browser = Client()
    said = {"platform": "douyin", "account": profile.external_id, "way": "code"}
    there = browser.post("/creator/", said).headers["Location"]
    browser.post(there)
    proofs.check(ControlProof.objects.get(), found=False, by=CLOCK)
    assert "Somebody looks for your code" in browser.get(there).content.decode()
    browser.post(there)
    assert ControlProof.objects.get().status == "ready"


def test_stray_codes_go_when_they_are_over(profile: Profile) -> None:
    platform = profile.platform
    stray, secret = proofs.ask_stray(platform, "nobody")
    StrayCode.objects.update(expires_at=timezone.now())
    stray.refresh_from_db()
    with pytest.raises(proofs.ProofRefused, match="time"):
        proofs.say_stray_ready(stray)
    proofs.ask_stray(platform, "nobody else")
    assert stray_codes([secret]) == [stray]
    StrayCode.objects.update(expires_at=timezone.now() - timedelta(days=31))
    proofs.ask_stray(platform, "nobody else")
    assert (stray_codes([secret]), StrayCode.objects.count()) == ([], 1)
