"""`manage.py flag_profiles`."""

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Notice
from disclosure.models import Duty, Standing
from influencers.models import Observation, Profile, TierChange
from journal.models import Event, Run
from tests.factories.disclosure import declared
from tests.factories.influencers import ProfileFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def account() -> Profile:
    """Twelve million followers on Douyin since ten days, and no pass has seen it yet."""
    day = timezone.localdate() - 10 * DAY
    return observed(ProfileFactory(external_id="big"), day, 12_000_000)


def observed(profile: Profile, day: date, followers: int) -> Profile:
    Observation.objects.create(profile=profile, day=day, followers=followers, source="file")
    Profile.objects.filter(pk=profile.pk).update(followers=followers, observed_on=day)
    return profile


def flag(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("flag_profiles", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def stored() -> dict[str, int]:
    kinds = (Duty, Notice, Event, Run, TierChange, Standing)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def counts(**others: int) -> dict[str, int]:
    return {"opened": 0, "met": 0, "closed": 0, "open": 0, "overdue": 0} | others


def test_accounts_are_flagged_and_counted_by_rule(account: Profile) -> None:
    asked = counts(opened=1, open=1)
    assert flag() == {
        "as_of": timezone.localdate().isoformat(),
        "dry_run": False,
        "tier_changes": 1,
        **counts(opened=2, open=2),
        "rules": {
            "cac-2023-11": asked,
            "mcn-draft-2025": {"would_open": 1, "would_be_met": 0},
            "over-10m": asked,
        },
    }
    assert account.duties.open().count() == 2
    assert Standing.objects.get(profile=account).duty == "open"


def test_flagging_again_changes_nothing_and_says_so(account: Profile) -> None:
    flag()
    again = flag()
    assert {name: again[name] for name in ("tier_changes", *counts())} == {
        "tier_changes": 0,
        **counts(open=2),
    }


def test_answers_are_counted_as_met(account: Profile) -> None:
    flag()
    declared(account, timezone.localdate())
    assert flag()["rules"]["over-10m"] == counts(met=1)


def test_dry_run_counts_the_same_and_writes_nothing(account: Profile) -> None:
    before = stored()
    tried = flag("--dry-run")
    assert stored() == before
    assert tried["dry_run"] is True
    really = flag()
    assert {**tried, "dry_run": False} == really


def test_day_to_come_can_be_tried(account: Profile) -> None:
    flag()
    before = stored()
    later = timezone.localdate() + 31 * DAY
    tried = flag("--as-of", later.isoformat(), "--dry-run")
    assert (tried["as_of"], tried["overdue"], tried["open"]) == (later.isoformat(), 2, 2)
    assert stored() == before


def test_day_to_come_moves_the_calendar_only(account: Profile) -> None:
    """A count that is low enough for long enough makes an account fall without anything new."""
    flag()
    observed(account, timezone.localdate(), 4_000_000)
    assert flag()["closed"] == 0
    later = timezone.localdate() + 30 * DAY
    assert flag("--as-of", later.isoformat(), "--dry-run")["rules"]["over-10m"] == counts(closed=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as-of", "2026-02-30"], "is no day"),
        (["--as-of", "tomorrow"], "is no day"),
        (["--as-of", "2020-01-01"], "passes never go back"),
        (["--as-of", "2020-01-01", "--dry-run"], "passes never go back"),
        (["--as-of", "2999-01-01"], "still to come"),
    ],
)
def test_day_that_cannot_be_is_refused(arguments: list[str], message: str) -> None:
    before = stored()
    with pytest.raises(CommandError, match=message) as refusal:
        flag(*arguments)
    assert refusal.value.returncode == 2
    assert stored() == before


def test_today_may_be_said(account: Profile) -> None:
    assert flag("--as-of", timezone.localdate().isoformat())["opened"] == 2


def test_full_looks_at_every_account(account: Profile) -> None:
    flag()
    flag("--full")
    newest = {run.kind: run.full for run in Run.objects.filter(asked_by_kind="clock", full=True)}
    assert {"tiers", "duties", "labels"} <= set(newest)


def test_result_is_a_table_for_people(account: Profile) -> None:
    out = StringIO()
    call_command("flag_profiles", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == f"As of {timezone.localdate()}: 1 changes of tier"
    assert lines[1].split() == ["rule", "opened", "met", "closed", "open", "overdue"]
    assert lines[2].split() == ["cac-2023-11", "1", "0", "0", "1", "0"]
    assert lines[3].split(maxsplit=1) == [
        "mcn-draft-2025",
        "shadow: 1 accounts would be asked, 0 have answered",
    ]
    assert lines[4].split() == ["over-10m", "1", "0", "0", "1", "0"]


def test_portal_without_accounts_has_nothing_to_flag() -> None:
    assert {**counts(), "tier_changes": 0}.items() <= flag().items()
