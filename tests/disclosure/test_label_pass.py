"""The label pass: what it keeps, what it tells, and that every way to it ends the same."""

import pytest

from disclosure.models import Declaration, Standing
from disclosure.queries import labels
from influencers.models import (
    Influencer,
    Profile,
    ProfileHandle,
    TierChange,
    TierScheme,
)
from journal.models import Event, Run
from journal.values import Audience
from tests.disclosure.labels import account, day, declare, label_pass, owe, silent, standings, tell

# Committed one by one: within one transaction everything would be new to every incremental pass.
# How many profiles a pass looks at is not asserted: transactions of other processes hold the
# horizon back, and what it looks at is then more than it needs.
pytestmark = pytest.mark.django_db(transaction=True)


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


def test_end_that_becomes_known_is_told_ahead_of_its_day() -> None:
    profile = account()
    declare(profile, 1)
    label_pass(2)
    Declaration.objects.update(during=(day(1), day(9)))
    label_pass(3)
    said = Event.objects.filter(verb="label.changed").order_by("id")
    assert [event.changes["valid_until"] for event in said] == [None, day(9).isoformat()]


def test_answer_given_again_ahead_of_its_day_counts_from_its_day() -> None:
    """The state does not turn on that day, what the label says does."""
    profile = account(principal_changed_on=day(5))
    declare(profile, 1, 10)
    declare(profile, 10)
    for on in range(4, 12):
        label_pass(on)
    said = Event.objects.filter(verb="label.changed").order_by("id")
    assert [(event.changes["on"], event.changes["reconfirmed"]) for event in said] == [
        (day(4).isoformat(), True),
        (day(5).isoformat(), False),
        (day(10).isoformat(), True),
    ]


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


def test_pass_hears_of_a_tier_where_it_decides_who_is_public() -> None:
    profile = account(tier=3)
    declare(profile, 1)
    label_pass(1)
    kept = []
    for before, after in ((3, 0), (0, 3)):
        TierChange.objects.create(
            profile=profile,
            scheme=TierScheme.objects.get(platform=profile.platform, current=True),
            effective_on=day(2),
            from_tier=before,
            tier=after,
        )
        Profile.objects.update(tier=after)
        assert not label_pass(2).full
        kept.append(Profile.objects.get().public_anyway)
    assert kept == [True, False]


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
