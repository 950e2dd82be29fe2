"""The label pass: what it keeps, what it tells, and that every way to it ends the same."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.models import Declaration, Duty, Standing
from disclosure.queries import labels
from influencers.models import (
    Influencer,
    Profile,
    ProfileHandle,
    ProfileStatusChange,
    TierChange,
    TierScheme,
)
from journal import actions as journal
from journal.models import Event, Leaf, Run
from journal.values import CLOCK, Audience
from tests.disclosure.labels import account, day, moment, owe, rule, silent

# Committed one by one: within one transaction everything would be new to every incremental pass.
# How many profiles a pass looks at is not asserted: transactions of other processes hold the
# horizon back, and what it looks at is then more than it needs.
pytestmark = pytest.mark.django_db(transaction=True)


def label_pass(on: int, *, full: bool = False) -> Run:
    """A pass at noon of a day."""
    at = moment(on + 0.5).isoformat()
    run = journal.ask("labels", by=CLOCK, full=full, params={"as_of": at}, merge=False)
    assert journal.work(run.pk, "here")
    run.refresh_from_db()
    assert run.status == "done", run.error
    return run


def declare(profile: Profile, first: int, out: int | None = None) -> Declaration:
    return Declaration.objects.create(
        profile=profile,
        basis="creator",
        during=(day(first), None if out is None else day(out)),
    )


def tell(verb: str, subject: Profile | Influencer) -> None:
    profile_id = subject.pk if isinstance(subject, Profile) else None
    with transaction.atomic():
        journal.record(verb, subject, by=CLOCK, audience=Audience.STAFF, profile_id=profile_id)
    journal.sequence()


def standings() -> list[tuple[Any, ...]]:
    return list(
        Standing.objects.order_by("profile_id").values_list(
            "profile_id", "state", "agencies", "duty", "label_hash", "look_again_on"
        )
    )


def told() -> list[tuple[int | None, str]]:
    """Who was told of, and as what, in order."""
    return [
        (event.profile_id, event.changes["state"])
        for event in Event.objects.filter(verb="label.changed").order_by("id")
    ]


def test_first_pass_gives_everybody_a_standing_and_says_nothing() -> None:
    profiles = [account(f"{n}") for n in range(3)]
    run = label_pass(1)
    assert run.full
    assert run.counts == {"looked_at": 3, "changed": 0, "standings": 3}
    assert standings() == [(p.pk, "none", [], "", "", None) for p in profiles]
    assert told() == []


def test_pass_of_an_empty_portal_finishes() -> None:
    assert label_pass(1).counts == {"looked_at": 0, "changed": 0, "standings": 0}


def test_pass_tells_the_whole_new_label() -> None:
    profile = account()
    declare(profile, 1)
    label_pass(1)
    event = Event.objects.get(verb="label.changed")
    assert (event.audience, event.platform, event.profile_id) == (
        Audience.PUBLIC,
        "douyin",
        profile.pk,
    )
    assert (event.subject_type, event.subject_id) == ("profile", str(profile.pk))
    assert (event.actor_kind, event.actor_id) == ("clock", "clock")
    expected = labels.label_of(profile, on=day(1)).data
    assert event.changes == {**expected, "version": 0}
    assert set(event.changes) == {
        "platform",
        "external_id",
        "handle",
        "on",
        "known_at",
        "state",
        "managed_by",
        "reconfirmed",
        "duty",
        "rollout",
        "valid_from",
        "valid_until",
        "text",
        "version",
    }


def test_pass_with_nothing_new_writes_nothing() -> None:
    declare(account("1"), 1)
    account("2")
    label_pass(1)
    before = list(Standing.objects.values_list("profile_id", "xid"))
    run = label_pass(1)
    assert not run.full
    assert run.counts["changed"] == run.counts["standings"] == 0
    assert label_pass(1, full=True).counts == {"looked_at": 2, "changed": 0, "standings": 0}
    assert list(Standing.objects.values_list("profile_id", "xid")) == before


def test_calendar_alone_changes_labels_on_their_day() -> None:
    profile = account()
    owe(profile, silent())
    label_pass(9)
    assert standings() == [(profile.pk, "none", [], "open", "", day(11))]
    label_pass(10)
    assert told() == []
    label_pass(11)
    assert told() == [(profile.pk, "undisclosed")]
    assert Standing.objects.get().look_again_on is None


def test_declaration_that_ends_by_the_calendar_ends_in_the_standing() -> None:
    profile = account()
    declare(profile, 3, 6)
    for on in range(1, 8):
        label_pass(on)
    assert told() == [(profile.pk, "independent"), (profile.pk, "none")]


def test_pass_opens_the_page_of_a_small_account_with_a_label_and_closes_it_again() -> None:
    profile = account(tier=0)
    label_pass(1)
    assert labels.label("douyin", "4711") is None
    declare(profile, 2, 5)
    label_pass(2)
    found = labels.label("douyin", "4711", on=day(2))
    assert found is not None
    assert found.state == "independent"
    label_pass(5)
    assert labels.label("douyin", "4711") is None
    assert told() == [(profile.pk, "independent"), (profile.pk, "none")]


def test_labelled_account_that_falls_below_the_lowest_tier_keeps_its_page() -> None:
    profile = account(tier=1)
    declare(profile, 1)
    label_pass(1)
    Profile.objects.update(tier=0)
    assert labels.label("douyin", "4711") is not None


def test_pass_hears_of_a_new_handle_of_a_labelled_account_only() -> None:
    named, plain = account("1", handle="old"), account("2", handle="other")
    declare(named, 1)
    label_pass(1)
    for profile, handle in ((named, "new"), (plain, "another")):
        ProfileHandle.objects.create(
            platform=profile.platform, profile=profile, handle=handle, during=(day(1), None)
        )
        tell("profile.renamed", profile)
    run = label_pass(2)
    last = Event.objects.filter(verb="label.changed").latest("id")
    assert (last.profile_id, last.changes["handle"]) == (named.pk, "new")
    assert run.counts["changed"] == 1


def test_pass_hears_that_the_owner_is_a_minor() -> None:
    owner = Influencer.objects.create()
    profile = account(influencer=owner)
    owe(profile, silent())
    label_pass(11)
    Influencer.objects.update(minor=True)
    tell("influencer.changed", owner)
    label_pass(11)
    assert told() == [(profile.pk, "undisclosed"), (profile.pk, "none")]


def test_pass_finds_new_accounts() -> None:
    account("1")
    label_pass(1)
    late = account("2")
    assert label_pass(1).counts["standings"] == 1
    assert Standing.objects.filter(profile=late, state="none").exists()


def test_state_that_the_standing_lost_is_told_again_by_a_full_pass() -> None:
    profile = account()
    declare(profile, 1)
    label_pass(1)
    before = standings()
    Standing.objects.all().delete()
    label_pass(1, full=True)
    assert standings() == before
    assert told() == [(profile.pk, "independent")] * 2


def test_another_database_means_a_full_pass() -> None:
    account()
    run = label_pass(1)
    Run.objects.filter(pk=run.pk).update(system_id="restored")
    assert label_pass(1).full


# --- random histories: every order of incremental passes ends where a full one would ---

MOVES = st.sampled_from(
    [
        "declare",
        "withdraw",
        "owe",
        "notice",
        "meet",
        "close",
        "status",
        "rename",
        "principal",
        "tier",
        "minor",
        "pass",
    ]
)


def play(profile: Profile, move: str, on: int, number: int) -> None:
    """One fact about a profile, written as the actions and passes of the house write it."""
    duty = Duty.objects.filter(profile=profile, status="open")
    if move == "declare":
        if not Declaration.objects.filter(profile=profile, during__endswith__isnull=True).exists():
            held = Declaration.objects.filter(profile=profile, during__endswith__gt=day(on))
            if not held.exists():
                declare(profile, on, on + number if number % 2 else None)
    elif move == "withdraw":
        for row in Declaration.objects.filter(profile=profile, during__contains=day(on)):
            row.during = (row.during.lower, day(on))
            row.status = "withdrawn"
            row.save(update_fields=["during", "status"])
    elif move == "owe" and not duty.exists():
        owe(
            profile,
            replace(
                silent(),
                from_day=on,
                due=on + number,
                opened=on + 0.2,
                noticed_on=None,
                noticed=None,
                shown_from=None,
            ),
        )
    elif move == "notice":
        for row in duty.filter(noticed_on__isnull=True):
            row.noticed_on = day(on)
            row.shown_from = max(row.due, day(on)) + timedelta(days=1 + number)
            row.save(update_fields=["noticed_on", "shown_from"])
            touch(row)
    elif move in ("meet", "close"):
        for row in duty:
            status = "met" if move == "meet" else "closed"
            to_day = max(row.from_day, day(on))
            Duty.objects.filter(pk=row.pk).update(
                status=status, to_day=to_day, closed_at=timezone.now()
            )
            touch(row)
    elif move == "status":
        words = ["active", "suspended", "revoked", "closed"]
        ProfileStatusChange.objects.create(
            profile=profile, effective_on=day(on + number % 3), status=words[number % 4]
        )
    elif move == "rename":
        rename(profile, f"{profile.external_id}-{on}-{number}", on)
    elif move == "principal":
        Profile.objects.filter(pk=profile.pk).update(principal_changed_on=day(on + number - 2))
        tell("profile.principal_changed", profile)
    elif move == "tier":
        before = Profile.objects.get(pk=profile.pk).tier
        TierChange.objects.create(
            profile=profile,
            scheme=TierScheme.objects.get(platform=profile.platform, current=True),
            effective_on=day(on),
            from_tier=before,
            tier=number % 4,
        )
        Profile.objects.filter(pk=profile.pk).update(tier=number % 4)
    elif move == "minor":
        owner = profile.influencer
        assert owner is not None
        Influencer.objects.filter(pk=owner.pk).update(minor=number % 2 == 0)
        tell("influencer.changed", owner)


def touch(duty: Duty) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disclosure_duty SET xid = pg_current_xact_id() WHERE id = %s", [duty.pk]
        )


def rename(profile: Profile, handle: str, on: int) -> None:
    held = ProfileHandle.objects.filter(profile=profile, during__endswith__isnull=True).first()
    if held is not None and held.during.lower >= day(on):
        return
    if held is not None:
        held.during = (held.during.lower, day(on))
        held.save(update_fields=["during"])
    ProfileHandle.objects.create(
        platform=profile.platform, profile=profile, handle=handle, during=(day(on), None)
    )
    tell("profile.renamed", profile)


# Examples share a database and follow each other: a calendar never runs backwards.
EXAMPLES = count(-4000, 50)


@given(
    days=st.lists(
        st.lists(st.tuples(MOVES, st.integers(0, 3), st.integers(0, 6)), max_size=5),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_incremental_passes_equal_a_full_one_and_the_journal_replays_them(
    days: list[list[tuple[str, int, int]]],
) -> None:
    """After each day's last pass, what label.changed said last is what the tables say."""
    begin = next(EXAMPLES)
    rule()
    profiles = [
        account(f"{begin}/{n}", tier=n, influencer=Influencer.objects.create()) for n in range(4)
    ]
    for on, moves in enumerate(days, start=begin):
        for move, who, number in moves:
            if move == "pass":
                label_pass(on)
            else:
                play(profiles[who], move, on, number)
                journal.sequence()
        label_pass(on)
        for profile in profiles:
            assert_replayed(profile, on)
    last = begin + len(days) - 1
    kept = standings()
    shown = list(Profile.objects.order_by("pk").values_list("pk", "public_anyway"))
    label_pass(last, full=True)
    assert standings() == kept
    assert list(Profile.objects.order_by("pk").values_list("pk", "public_anyway")) == shown
    Standing.objects.all().delete()
    label_pass(last, full=True)
    assert standings() == kept


def assert_replayed(profile: Profile, on: int) -> None:
    """The last event of the account, in the journal's order, is its label on that day."""
    derived = on_the_day(profile, on)
    journal.sequence()
    placed = {leaf.event_id: leaf.seq for leaf in Leaf.objects.filter(profile_id=profile.pk)}
    news = Event.objects.filter(verb="label.changed", profile_id=profile.pk)
    last = max(news, key=lambda event: placed[event.pk], default=None)
    if last is None:
        assert derived["state"] == "none"
        return
    said = last.changes
    assert said["state"] == derived["state"]
    if derived["state"] != "none":
        for name in ("handle", "managed_by", "reconfirmed", "duty", "text"):
            assert said[name] == derived[name], name


def on_the_day(profile: Profile, on: int) -> dict[str, Any]:
    return labels.label_of(profile, on=day(on)).data
